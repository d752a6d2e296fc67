"""A workload of one's own for a backtest: a file of jobs, moved by whole weeks into the period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import pandas as pd

from gridflex.agents.intake import read_jobs
from gridflex.domain.halfhours import LONDON, uk_midnight
from gridflex.errors import InputError

WEEK = timedelta(weeks=1)
SKIPPED = timedelta(hours=1)
"""What the clocks leave out in March: a time of day in it is an hour later."""


@dataclass(frozen=True, eq=False)
class Trace:
    """Jobs of a file; ``sentence`` says how many were read and by how much they were moved."""

    frame: pd.DataFrame
    sentence: str


def trace_of(name: str, raw: bytes, first: date) -> Trace:
    """Read a file of jobs for a period that begins on the UK day ``first``.

    Releases before it, or a week and more after, are moved by whole weeks: weekday and UK time of
    day stay true, and a deadline as far from its release. Raises InputError for a file that cannot
    be read or holds no good row.
    """
    start = uk_midnight(first)
    found = read_jobs(name, raw, start)
    if not len(found.frame):
        raise InputError(f"{found.sentence} None can be used.")
    release, deadline = found.frame["release"], found.frame["deadline"]
    weeks = ceil((pd.Timestamp(first) - _clock(release).min()) / WEEK)
    moved = _later(release, weeks)
    shift = f" Moved by {weeks:+d} weeks into the period." if weeks else ""
    frame = found.frame.assign(release=moved, deadline=deadline + (moved - release))
    return Trace(frame, f"{found.sentence}{shift}")


def _clock(moments: pd.Series) -> pd.Series:
    """What UK clocks show, without a zone."""
    shown: pd.Series = moments.dt.tz_convert(LONDON).dt.tz_localize(None)
    return shown


def _later(moments: pd.Series, weeks: int) -> pd.Series:
    """Instants at which UK clocks show the same so many weeks later.

    Of the two that show the same in October it is the one with the clocks as they were.
    """
    shown = _clock(moments)
    summer = (shown > moments.dt.tz_localize(None)).to_numpy()
    there = (shown + weeks * WEEK).dt.tz_localize(LONDON, ambiguous=summer, nonexistent=SKIPPED)
    return there.dt.tz_convert("UTC")
