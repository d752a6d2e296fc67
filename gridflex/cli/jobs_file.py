"""The jobs of ``plan --jobs``: a CSV of nine columns, refused as a whole where any row is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gridflex.agents.intake import COMMAND_LINE
from gridflex.agents.intake.columns import plain_heading
from gridflex.agents.intake.delimited import read_delimited
from gridflex.agents.intake.model import RawTable
from gridflex.agents.intake.table import checked
from gridflex.agents.intake.unpack import text_of
from gridflex.errors import InputError, RowProblem, RowsRefused

COLUMNS = (
    "job_id",
    "power_kw",
    "energy_kwh",
    "duration_hours",
    "release",
    "deadline",
    "deferrable",
    "interruptible",
    "priority",
)


def read_table(path: Path) -> RawTable:
    """Cells of a CSV file as text. Raises InputError where it cannot be read or is no table."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    return read_delimited(text_of(raw, COMMAND_LINE)[0], COMMAND_LINE)


def read_jobs_file(path: Path, now: datetime) -> pd.DataFrame:
    """The job frame of a file; a job without a release waits since ``now`` (UTC).

    Columns other than COLUMNS are ignored. Raises RowsRefused with all wrong cells, a window
    shorter than its run among them.
    """
    table = read_table(path)
    ours = [heading for heading in table.cells if plain_heading(str(heading)) in COLUMNS]
    intake = checked(path.name, RawTable(table.cells[ours], table.format, table.problems), now, COMMAND_LINE)
    problems = [*intake.problems, *_short_windows(intake.frame, intake.rows)]
    if problems:
        raise RowsRefused(sorted(problems, key=lambda problem: problem.row))
    return intake.frame


def _short_windows(frame: pd.DataFrame, rows: np.ndarray) -> list[RowProblem]:
    """Jobs whose deadline comes sooner after their release than their run takes."""
    window = (frame["deadline"] - frame["release"]).dt.total_seconds() / 3600
    short = np.flatnonzero((window < frame["duration_hours"] - 1e-9).to_numpy())
    return [
        RowProblem(
            int(rows[i]),
            "deadline",
            str(frame["deadline"].iloc[i].isoformat()),
            f"at least duration_hours ({frame['duration_hours'].iloc[i]:g}) after the release",
        )
        for i in short
    ]
