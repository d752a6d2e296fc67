"""The GAIA cluster trace: CSV with ``arrival_time`` (s), ``length`` (s) and ``cpus``."""

from __future__ import annotations

from datetime import datetime

from gridflex.agents.intake.checks import Refusals, in_order
from gridflex.agents.intake.columns import listed, plain_heading
from gridflex.agents.intake.model import RawTable, Watts
from gridflex.agents.intake.trace import trace_cells, trace_notes

HEADINGS = {"arrival_time": "arrival_s", "length": "run_s", "cpus": "processors"}


def is_gaia(raw: RawTable) -> bool:
    """Whether a table has the three columns of the trace and no job ids of its own."""
    plain = {plain_heading(str(heading)) for heading in raw.cells.columns}
    return plain >= HEADINGS.keys() and "job_id" not in plain


def read_gaia(raw: RawTable, now: datetime, watts: Watts) -> RawTable:
    """Cells of the trace's jobs, named by their row."""
    names = [str(name) for name in raw.cells.columns]
    columns = {HEADINGS[plain]: raw.cells[name] for name in names if (plain := plain_heading(name)) in HEADINGS}
    strangers = [name for name in names if plain_heading(name) not in HEADINGS]
    table = raw.cells.iloc[:, :0].assign(**columns)
    table["job_id"] = "gaia-" + table.index.astype("str").str.zfill(4)
    table["kind"] = "trace"
    refusals = Refusals()
    cells = trace_cells(table, now, watts, refusals)
    notes = [*trace_notes(cells["release"], watts), *([f"Columns ignored: {listed(strangers)}."] if strangers else [])]
    return RawTable(cells, "GAIA trace", in_order(raw.problems, refusals.problems), tuple(notes))
