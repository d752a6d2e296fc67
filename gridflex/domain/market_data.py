"""What the markets publish: prices by half-hour, auction results, calls for flexibility, typical levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.domain.halfhours import floor_half_hour, half_hours_between
from gridflex.domain.tariff_rows import Prices

MWH = 1000.0
"""kWh in a MWh: inside, prices are GBP/kWh; markets speak GBP/MWh."""


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """Prices of consecutive half-hours from ``start``, GBP/kWh, NaN where none is published.

    ``run`` names the settlement run or the state of publication, ``notes`` what was
    repaired or refused, a sentence each.
    """

    name: str
    start: datetime
    gbp_per_kwh: Prices
    run: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.gbp_per_kwh)

    @property
    def known(self) -> int:
        """Half-hours with a price."""
        return int(np.isfinite(self.gbp_per_kwh).sum())

    def values(self, start: datetime, count: int) -> Prices:
        """GBP/kWh of ``count`` half-hours from the one that contains ``start``; NaN outside the series."""
        at = half_hours_between(self.start, start)
        wanted = np.full(count, np.nan)
        first, stop = max(at, 0), min(at + count, len(self))
        if first < stop:
            wanted[first - at : stop - at] = self.gbp_per_kwh[first:stop]
        return wanted


def series_of(
    name: str,
    points: Mapping[datetime, float],
    start: datetime,
    count: int,
    run: str = "",
    notes: tuple[str, ...] = (),
) -> PriceSeries:
    """A series of ``count`` half-hours from prices by half-hour start (UTC); absent ones are NaN."""
    first = floor_half_hour(start)
    values = np.full(count, np.nan)
    for moment, price in points.items():
        row = half_hours_between(first, moment)
        if 0 <= row < count:
            values[row] = price
    return PriceSeries(name, first, values, run, notes)


@dataclass(frozen=True, slots=True)
class AuctionResult:
    """One product's clearing in one delivery window: MW taken and GBP/MW/h paid (may be negative)."""

    product: str
    start: datetime
    end: datetime
    cleared_mw: float
    gbp_per_mw_h: float

    @property
    def hours(self) -> float:
        """Length of the window: 4 h, on clock-change days also 3 or 5, or half an hour."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class FlexibilityCall:
    """A published requirement of the Demand Flexibility Service.

    ``gbp_per_mwh`` is the guaranteed price where one is named, else None; ``mw`` is what is wanted.
    """

    event_id: str
    start: datetime
    end: datetime
    mw: float
    gbp_per_mwh: float | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What a product paid, GBP/MW/h, over ``period``; of one EFA block, or of all where ``efa`` is None.

    ``p5`` and ``p95`` bound nine windows in ten; None where they were not published.
    """

    product: str
    efa: int | None
    typical: float
    p5: float | None
    p95: float | None
    period: str
    source: str
