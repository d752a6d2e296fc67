"""What a site would have drawn without an event: a baseline from its own history, BL01-style.

The mean of the same settlement time on days of the same type, up to 60 days back, event days
left out, plus an in-day adjustment from the hours before gate closure. The history is the
site's own routine, load already shifted by habit included: only a departure from routine is
a deviation. After Elexon's Baselining Methodology Document v3.0 (7 November 2024) as its
implementers describe it; what is ours is said in :meth:`BaselineRule.described`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from gridflex.domain.halfhours import HALF_HOUR, half_hours, half_hours_between, uk_time
from gridflex.errors import InputError
from gridflex.planning.horizon import Floats

DESCRIBED, OURS = "as implementers describe BL01", "ours"
SATURDAY = 5


@dataclass(frozen=True)
class BaselineRule:
    """Parameters of the baseline. ``holidays`` are dates that count as non-working days."""

    lookback_days: int = 60
    fewest_days: int = 5
    adjustment_hours: float = 3.0
    gate_closure_hours: float = 1.0
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not (1 <= self.fewest_days <= self.lookback_days <= 366):
            raise InputError("a baseline needs 1 day or more, and looks back 366 at most")
        if not (0 <= self.adjustment_hours <= 24 and 0 <= self.gate_closure_hours <= 24):
            raise InputError("adjustment window and gate closure must be from 0 to 24 hours")

    def described(self) -> tuple[tuple[str, str, str], ...]:
        """Name, value and origin of each parameter."""
        return (
            ("Days looked back", f"up to {self.lookback_days}, of the same type", DESCRIBED),
            ("Event days", "left out", DESCRIBED),
            ("Unadjusted baseline", "straight mean of the same UK settlement time", DESCRIBED),
            ("Adjustment window", f"{self.adjustment_hours:g} h before gate closure", DESCRIBED),
            ("Adjustment", "added, the mean of metered less unadjusted, not below zero in sum", OURS),
            ("Gate closure", f"{self.gate_closure_hours:g} h before the first half-hour of the event", DESCRIBED),
            ("Fewest days", f"{self.fewest_days} in each half-hour", OURS),
            ("Bank holidays", f"{len(self.holidays)} given as non-working days", OURS),
        )

    def is_working(self, day: date) -> bool:
        """Whether a UK date is a working day."""
        return day.weekday() < SATURDAY and day not in self.holidays


@dataclass(frozen=True, eq=False)
class Metered:
    """Energy of consecutive half-hours from ``start``, MWh, NaN where no reading is."""

    start: datetime
    mwh: Floats

    def __post_init__(self) -> None:
        if (self.mwh[np.isfinite(self.mwh)] < 0).any() or np.isinf(self.mwh).any():
            raise InputError("metered energy must be 0 MWh or more")

    def rows(self, start: datetime, count: int) -> Floats:
        """MWh of ``count`` half-hours from ``start``; NaN outside the record."""
        at = half_hours_between(self.start, start) + np.arange(count)
        inside = (at >= 0) & (at < len(self.mwh))
        return np.where(inside, self.mwh[np.clip(at, 0, len(self.mwh) - 1)], np.nan)


@dataclass(frozen=True, eq=False)
class Baseline:
    """MWh of each half-hour from ``start``; ``baseline_mwh`` is ``unadjusted_mwh`` + ``adjustment_mwh``, not below 0.

    ``days`` counts the days each half-hour's mean is taken over.
    """

    start: datetime
    unadjusted_mwh: Floats
    adjustment_mwh: float
    baseline_mwh: Floats
    days: tuple[int, ...]
    rule: BaselineRule


def baseline(
    history: Metered, start: datetime, count: int, rule: BaselineRule, event_days: Collection[date] = ()
) -> Baseline:
    """Baseline of ``count`` half-hours of an event from ``start``.

    ``event_days`` are UK dates of earlier events. Raises InputError where a half-hour has
    fewer days of history than the rule asks for.
    """
    table = _Table(history, rule, frozenset(event_days))
    found = [table.mean(moment) for moment in half_hours(start, count)]
    unadjusted = np.array([value for value, _ in found])
    if min(days for _, days in found) < rule.fewest_days:
        worst = min(days for _, days in found)
        raise InputError(
            f"the baseline needs {rule.fewest_days} days of the same type without an event; a half-hour has {worst}"
        )
    adjustment = _adjustment(table, history, start, rule)
    return Baseline(
        start,
        unadjusted,
        adjustment,
        np.maximum(unadjusted + adjustment, 0.0),
        tuple(days for _, days in found),
        rule,
    )


class _Table:
    """The history by UK date and time, asked for the mean that a half-hour is compared with."""

    def __init__(self, history: Metered, rule: BaselineRule, event_days: frozenset[date]) -> None:
        self._mwh, self._rule = history.mwh, rule
        clocks = [uk_time(moment) for moment in half_hours(history.start, len(history.mwh))]
        self._slot = np.array([clock.hour * 2 + clock.minute // 30 for clock in clocks], dtype=np.int64)
        self._day = np.array([clock.date().toordinal() for clock in clocks], dtype=np.int64)
        working = {day: rule.is_working(date.fromordinal(day)) for day in set(self._day.tolist())}
        self._working = np.array([working[day] for day in self._day.tolist()], dtype=np.bool_)
        self._usable = np.isfinite(history.mwh) & ~np.isin(self._day, [day.toordinal() for day in event_days])

    def mean(self, moment: datetime) -> tuple[float, int]:
        """Mean MWh of the same time on earlier days of the same type, and how many days those are."""
        clock = uk_time(moment)
        today = clock.date().toordinal()
        same = (
            self._usable
            & (self._slot == clock.hour * 2 + clock.minute // 30)
            & (self._working == self._rule.is_working(clock.date()))
            & (self._day < today)
            & (self._day >= today - self._rule.lookback_days)
        )
        days = len(np.unique(self._day[same]))
        return (float(self._mwh[same].mean()) if days else np.nan), days


def _adjustment(table: _Table, history: Metered, start: datetime, rule: BaselineRule) -> float:
    """Mean of metered less unadjusted over the window before gate closure; 0 where nothing is known of it."""
    count = round(2 * rule.adjustment_hours)
    first = start - HALF_HOUR * (count + round(2 * rule.gate_closure_hours))
    metered = history.rows(first, count)
    usual = np.array([table.mean(moment)[0] for moment in half_hours(first, count)])
    gaps = (metered - usual)[np.isfinite(metered - usual)]
    return float(gaps.mean()) if len(gaps) else 0.0
