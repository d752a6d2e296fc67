"""The time axis of charts: rows of a horizon, labelled in UK time.

Charts count half-hours, not wall-clock hours, so the repeated hour of October and the
missing one of March keep their true width.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from gridflex.domain.format import date_clock
from gridflex.domain.halfhours import half_hours, uk_time

TICK_HOURS = 12


@dataclass(frozen=True)
class Axis:
    """``labels`` name each row; ``ticks`` are the rows to mark, with the text of each."""

    labels: tuple[str, ...]
    ticks: tuple[int, ...]
    texts: tuple[str, ...]


@lru_cache(maxsize=64)
def time_axis(start: datetime, count: int, tick_hours: int = TICK_HOURS) -> Axis:
    """Axis of ``count`` half-hours from ``start``: a mark each ``tick_hours`` of the UK clock, the date at midnight."""
    moments = half_hours(start, count)
    local = [uk_time(moment) for moment in moments]
    marks = [i for i, t in enumerate(local) if t.minute == 0 and t.hour % tick_hours == 0]
    texts = tuple(_mark(local[i]) for i in marks)
    return Axis(tuple(date_clock(moment) for moment in moments), tuple(marks), texts)


def _mark(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}" if local.hour == 0 else f"{local:%H:%M}"
