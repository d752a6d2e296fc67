"""Lay a snapshot out on aligned half-hours, and say of each value where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import half_hours_between
from gridflex.domain.provenance import Provenance
from gridflex.errors import PlanError
from gridflex.planning.horizon import Floats
from gridflex.planning.profile_forecast import fill_gaps, profile_forecast

LONGEST_ESTIMATE = 7 * 48
"""Half-hours past the last known value for which the archive's forecast is offered; beyond it is the sample's turn."""


@dataclass(frozen=True, eq=False)
class GridColumns:
    """One row a half-hour from ``start``, gCO2/kWh: measured, forecast or estimated, and the best of them.

    NaN where there is none.
    """

    start: datetime
    actual: Floats
    forecast: Floats
    intensity: Floats
    provenance: NDArray[np.uint8]


def lay_out(readings: Sequence[Reading], start: datetime, count: int) -> tuple[Floats, Floats]:
    """Columns of measured and forecast values; NaN where nothing was published."""
    actual, forecast = np.full(count, np.nan), np.full(count, np.nan)
    for reading in readings:
        row = half_hours_between(start, reading.start)
        if 0 <= row < count:
            actual[row] = np.nan if reading.actual is None else reading.actual
            forecast[row] = np.nan if reading.forecast is None else reading.forecast
    return actual, forecast


def complete(start: datetime, actual: Floats, forecast: Floats, known: Provenance) -> GridColumns | None:
    """Fill what was not published: inner gaps on a straight line, the end by the profile forecast.

    Rows before the first known value repeat it. None if too little is known to reach the
    last row honestly.
    """
    best = np.where(np.isnan(actual), forecast, actual)
    rows = np.flatnonzero(~np.isnan(best))
    if len(rows) == 0:
        return None
    provenance = np.where(np.isnan(best), Provenance.ESTIMATED, known).astype(np.uint8)
    first, last = rows[0], rows[-1]
    published = best[first : last + 1]
    best = fill_gaps(best)
    best[:first] = best[first]
    missing = len(best) - 1 - last
    if missing > LONGEST_ESTIMATE:
        return None
    if missing:
        try:
            best[last + 1 :] = profile_forecast(published, missing)
        except PlanError:
            return None
    forecast = np.where(provenance == Provenance.ESTIMATED, best, forecast)
    return GridColumns(start, actual, forecast, best, provenance)
