"""The grid as the embedded provider sees it: the Grid agent's own views, one for each zone's region."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.beckn.provider.zones import ZONES
from gridflex.domain.grid import RENEWABLE
from gridflex.domain.provenance import Provenance
from gridflex.domain.tariff import PriceSource
from gridflex.planning.horizon import Floats

GAS_G = 394.0
"""gCO2/kWh of gas, the fuel that follows the others (NESO, Carbon Intensity Forecast Methodology, table 1)."""

BURNT = ("gas", "coal")
REGIONS_SOLD = tuple(dict.fromkeys(zone.region for zone in ZONES))


@dataclass(frozen=True, eq=False)
class Outlook:
    """Intensity as the Overview charts it for each region, the visitor's own tariff, and renewables ahead."""

    views: Mapping[int, GridView]
    tariff: PriceSource

    def intensity(self, region: int, start: datetime, count: int) -> Sequence[float]:
        """gCO2/kWh; NaN beyond what is known."""
        values: list[float] = _known(self.views[region].horizon.intensity, self._row(region, start), count).tolist()
        return values

    def price(self, start: datetime, count: int) -> Sequence[float]:
        """GBP/kWh."""
        values: list[float] = self.tariff.prices(start, count).tolist()
        return values

    def renewable_percent(self, region: int, start: datetime) -> float:
        """Wind, solar and hydro, per cent: as published for now, estimated ahead.

        The mix is published for the present half-hour only. What the forecast adds to its
        intensity is counted as gas that takes the place of renewables, and the other way round.
        """
        view = self.views[region]
        (intensity,) = self.intensity(region, start, 1)
        if view.mix is None:
            return float("nan")
        steady = sum(share for fuel, share in view.mix.shares.items() if fuel not in (*RENEWABLE, *BURNT))
        moved = (intensity - view.intensity_now) / GAS_G * 100
        return float(np.clip(view.mix.renewable_percent - moved, 0.0, max(100.0 - steady, 0.0)))

    def provenance(self, region: int | None) -> Provenance | None:
        """Where a region's values came from; None for a region that is not among ours."""
        found = None if region is None else self.views.get(region)
        return found.provenance if found else None

    def same_as(self, other: Outlook | None) -> bool:
        """Whether nothing has changed."""
        if other is None or other.tariff != self.tariff:
            return False
        return all(view is other.views.get(region) for region, view in self.views.items())

    def _row(self, region: int, start: datetime) -> int:
        return self.views[region].horizon.index(start)


def outlook_of(view_of: Callable[[int], GridView], tariff: PriceSource) -> Outlook:
    """The outlook of all zones' regions, asked for at once: a source that is slow holds the page once, not seven times.

    ``view_of`` is called from several threads.
    """
    with ThreadPoolExecutor(len(REGIONS_SOLD)) as pool:
        return Outlook(dict(zip(REGIONS_SOLD, pool.map(view_of, REGIONS_SOLD), strict=True)), tariff)


def _known(values: Floats, first: int, count: int) -> Floats:
    """``count`` values from row ``first``; NaN for rows that are not there."""
    rows = np.arange(first, first + count)
    inside = (rows >= 0) & (rows < len(values))
    return np.where(inside, values[np.clip(rows, 0, len(values) - 1)], np.nan)
