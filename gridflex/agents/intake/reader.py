"""A file of jobs: recognise its format by its content, read it, judge it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gridflex.agents.intake.delimited import read_delimited
from gridflex.agents.intake.gaia import is_gaia, read_gaia
from gridflex.agents.intake.json_jobs import parsed_json, read_json
from gridflex.agents.intake.model import Intake, Limits, RawTable, Watts
from gridflex.agents.intake.squeue import is_squeue, read_squeue
from gridflex.agents.intake.swf import is_swf, read_swf
from gridflex.agents.intake.table import checked
from gridflex.agents.intake.unpack import text_of

DEFAULT_LIMITS = Limits()
DEFAULT_WATTS = Watts()


def read_jobs(
    name: str, raw: bytes, now: datetime, watts: Watts = DEFAULT_WATTS, limits: Limits = DEFAULT_LIMITS
) -> Intake:
    """Read a file of jobs; ``now`` (UTC) is where a trace begins and a job without a release waits.

    Recognised by content, whatever its name: CSV, JSON, a stored queue of ours,
    ``squeue --json``, the Standard Workload Format, the GAIA trace; each plain or gzipped.
    Raises InputError, one sentence, where the file as a whole cannot be read; wrong rows
    are listed in the result and the good ones kept.
    """
    text, notes = text_of(raw, limits)
    table = _table(text, now, watts, limits)
    return checked(name, replace(table, notes=(*notes, *table.notes)), now, limits)


def _table(text: str, now: datetime, watts: Watts, limits: Limits) -> RawTable:
    if text.lstrip()[:1] in ("{", "["):
        value = parsed_json(text)
        return read_squeue(value, watts, limits) if is_squeue(value) else read_json(value, limits)
    if is_swf(text):
        return read_swf(text, now, watts, limits)
    table = read_delimited(text, limits)
    return read_gaia(table, now, watts) if is_gaia(table) else table
