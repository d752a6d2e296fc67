"""A workload of one's own for a backtest: a file of jobs, moved by whole weeks into the period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import pandas as pd

from gridflex.agents.intake import read_jobs
from gridflex.domain.halfhours import uk_midnight
from gridflex.errors import InputError

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, eq=False)
class Trace:
    """Jobs of a file; ``sentence`` says how many were read and by how much they were moved."""

    frame: pd.DataFrame
    sentence: str


def trace_of(name: str, raw: bytes, first: date) -> Trace:
    """Read a file of jobs for a period that begins on the UK day ``first``.

    Releases before it, or a week and more after, are moved by whole weeks: weekday and time of
    day stay true. Raises InputError for a file that cannot be read or holds no good row.
    """
    start = uk_midnight(first)
    found = read_jobs(name, raw, start)
    if not len(found.frame):
        raise InputError(f"{found.sentence} None can be used.")
    weeks = ceil((pd.Timestamp(start) - found.frame["release"].min()) / WEEK)
    moved = found.frame.assign(
        release=found.frame["release"] + weeks * WEEK, deadline=found.frame["deadline"] + weeks * WEEK
    )
    shift = f" Moved by {weeks:+d} weeks into the period." if weeks else ""
    return Trace(moved, f"{found.sentence}{shift}")
