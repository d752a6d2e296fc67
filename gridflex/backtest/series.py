"""The past as it was settled: one value a half-hour, short gaps filled and counted, long ones left open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.domain.halfhours import floor_half_hour, half_hours_between
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import InputError
from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.profile_forecast import fill_gaps

LONGEST_FILLED = 6
"""Half-hours of a gap that a straight line may stand in for; what touches a longer one is left out."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Values of ``count`` half-hours from ``start`` (UTC), NaN where unknown; ``filled`` marks estimates.

    Only what is settled belongs here: for Great Britain the measured intensity, for a region
    the last forecast issued, for a price the settled one. The forecast that history keeps of a
    past half-hour is a nowcast and is no part of it.
    """

    name: str
    start: datetime
    values: Floats
    filled: Bools

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> int:
        """Half-hours without a value."""
        return int(np.isnan(self.values).sum())


def settled(name: str, points: Iterable[tuple[datetime, float]], start: datetime, count: int) -> Settled:
    """A series from settled half-hours. Raises InputError where none lies in the period, or one cannot be."""
    first = floor_half_hour(start)
    values = np.full(count, np.nan)
    for moment, value in points:
        row = half_hours_between(first, moment)
        if 0 <= row < count:
            values[row] = value
    return _filled(name, first, values)


def settled_prices(series: PriceSeries, start: datetime, count: int) -> Settled:
    """Settled prices, GBP/kWh, from a price series."""
    return _filled(series.name, floor_half_hour(start), series.values(start, count))


def _filled(name: str, start: datetime, values: Floats) -> Settled:
    known = np.isfinite(values)
    if not known.any():
        raise InputError(f"{name} holds no half-hour of the period")
    whole = fill_gaps(values)
    edges = np.flatnonzero(np.diff(np.r_[0, ~known, 0]))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin > LONGEST_FILLED:
            whole[begin:end] = np.nan
    return Settled(name, start, whole, np.isfinite(whole) & ~known)
