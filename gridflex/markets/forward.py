"""The energy price ahead: what is published, and past it a profile forecast with a band.

Ahead of now only a published forward price is known (Agile: tomorrow's from about 16:00).
Market index and system price settle and backtest; used ahead they would be looked up in the
future. The profile is the mean of the same UK time over the last four weeks of the same
series, weekdays and weekends apart; its band is the p10 to p90 of the same values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours, uk_time
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import PlanError
from gridflex.planning.horizon import Bools, Floats, Ints

PROFILE_DAYS = 28
FEWEST_DAYS = 1
SLOTS = 48
WEEKEND = 5


@dataclass(frozen=True, eq=False)
class ForwardPrice:
    """GBP/kWh of the half-hours from ``start``; ``low`` and ``high`` are p10 and p90, equal where published."""

    name: str
    start: datetime
    gbp_per_kwh: Floats
    low: Floats
    high: Floats
    published: Bools


def forward_price(series: PriceSeries, start: datetime, count: int) -> ForwardPrice:
    """Prices of ``count`` half-hours from ``start``: published where they are, else forecast from before ``start``.

    Raises PlanError where nothing is published and no half-hour of that time of day is known.
    """
    published = series.values(start, count)
    known = np.isfinite(published)
    if known.all():
        return ForwardPrice(series.name, start, published, published, published, known)
    past_count = PROFILE_DAYS * SLOTS
    first = start - past_count * HALF_HOUR
    past = np.concatenate((series.values(first, past_count), published))
    bands = _profile(past, _slots(first, past_count + count), past_count)
    low, middle, high = np.where(known, published, bands)
    return ForwardPrice(f"{series.name}, then its profile", start, middle, low, high, known)


def _profile(values: Floats, slots: Ints, ahead_from: int) -> Floats:
    """p10, mean and p90 (rows) of the same slot; of the same time on any day where its own kind is unknown."""
    found = np.empty((3, len(values) - ahead_from))
    cache: dict[int, tuple[float, float, float]] = {}
    seen = np.isfinite(values)
    for column, slot in enumerate(slots[ahead_from:].tolist()):
        if slot not in cache:
            same = values[seen & (slots == slot)]
            if len(same) < FEWEST_DAYS:
                same = values[seen & (slots % SLOTS == slot % SLOTS)]
            if not len(same):
                raise PlanError("a price forecast needs a day of prices")
            low, high = np.quantile(same, (0.1, 0.9)).tolist()
            cache[slot] = (low, float(same.mean()), high)
        found[:, column] = cache[slot]
    return found


def _slots(start: datetime, count: int) -> Ints:
    """Half-hour of the UK day, 0 to 47, plus 48 on Saturdays and Sundays."""
    clocks = [uk_time(moment) for moment in half_hours(start, count)]
    return np.array([c.hour * 2 + c.minute // 30 + SLOTS * (c.weekday() >= WEEKEND) for c in clocks], dtype=np.int64)


class Fallback(Protocol):
    """What prices the half-hours that neither publication nor profile can."""

    def prices(self, start: datetime, count: int) -> Floats:
        """GBP/kWh."""
        ...


@dataclass(frozen=True)
class PublishedTariff:
    """A price source over a published series: what the planner and the pages ask for prices.

    Two over the same series object and the same fallback are equal.
    """

    series: PriceSeries
    fallback: Fallback

    @property
    def name(self) -> str:
        """The series' own."""
        return self.series.name

    def prices(self, start: datetime, count: int) -> Floats:
        """Unit price, GBP/kWh, shape (count,), from the half-hour that contains ``start``."""
        try:
            return forward_price(self.series, floor_half_hour(start), count).gbp_per_kwh
        except PlanError:
            return self.fallback.prices(start, count)

    def energy_row(self, start: datetime, count: int) -> Floats:
        """The same: such a tariff is one all-in unit price."""
        return self.prices(start, count)
