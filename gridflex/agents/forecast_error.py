"""How far a forecast of carbon intensity may be off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.provenance import Provenance
from gridflex.planning.horizon import Floats
from gridflex.planning.profile_forecast import FORECAST_MAE

MAE_NOW, MAE_AHEAD = 10.0, 27.0
"""Published mean absolute error of NESO's forecast, gCO2/kWh: at the half-hour itself, and two days ahead."""
GROWS_OVER_H = 8.0
"""Hours in which the error grows by 63 %: fitted so that the mean of all leads is the published 24.2 gCO2/kWh."""
SD_OF_MAE = float(np.sqrt(np.pi / 2))
"""Standard deviation over mean absolute error, if errors are normal (assumed)."""


def forecast_sd(lead_h: Floats, provenance: NDArray[np.uint8]) -> Floats:
    """Standard deviation of the forecast error (gCO2/kWh) of half-hours ``lead_h`` hours ahead.

    What the archive had to estimate is off by the profile forecast's own error where that is
    larger, growing alike (assumed) with the distance from the nearest published half-hour.
    """
    rows = np.arange(len(lead_h))
    published = rows[provenance != Provenance.ESTIMATED]
    if not len(published):
        return np.full(len(lead_h), FORECAST_MAE * SD_OF_MAE)
    after = np.searchsorted(published, rows)
    before, after = published[np.maximum(after - 1, 0)], published[np.minimum(after, len(published) - 1)]
    distance_h = np.minimum(np.abs(rows - before), np.abs(after - rows)) / 2
    sd: Floats = SD_OF_MAE * np.maximum(_growing(MAE_AHEAD, lead_h), _growing(FORECAST_MAE, distance_h))
    return sd


def _growing(ahead: float, hours: Floats) -> Floats:
    mae: Floats = MAE_NOW + (ahead - MAE_NOW) * (1 - np.exp(-hours / GROWS_OVER_H))
    return mae
