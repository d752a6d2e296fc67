"""How far a forecast of carbon intensity may be off: the published error, and our own as the archive grows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridflex.agents.ports import ArchivePort
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.profile_forecast import FORECAST_MAE
from gridflex.planning.uncertainty import ENOUGH_ERRORS, measured_sd

MAE_NOW, MAE_AHEAD = 10.0, 27.0
"""Published mean absolute error of NESO's forecast, gCO2/kWh: at the half-hour itself, and two days ahead."""
GROWS_OVER_H = 8.0
"""Hours in which the error grows by 63 %: fitted so that the mean of all leads is the published 24.2 gCO2/kWh."""
SD_OF_MAE = float(np.sqrt(np.pi / 2))
"""Standard deviation over mean absolute error, if errors are normal (assumed)."""
MEASURED_DAYS = 28
"""Days of the archive that are measured (assumed: older forecasts say little of today's)."""
REMEMBERED_DAYS = 8
LEADS = 96
"""Half-hours ahead that are measured, the present one first: as far as an answer reaches."""


def published_sd(lead_h: Floats) -> Floats:
    """Standard deviation of NESO's forecast (gCO2/kWh) of half-hours ``lead_h`` hours ahead, as published."""
    return SD_OF_MAE * _growing(MAE_AHEAD, lead_h)


def forecast_sd(lead_h: Floats, provenance: NDArray[np.uint8], issued_sd: Floats | None = None) -> Floats:
    """Standard deviation of the forecast error (gCO2/kWh) of half-hours ``lead_h`` hours ahead.

    ``issued_sd`` is that of an issued forecast, the published one unless given. What the archive
    had to estimate is off by the profile forecast's own error where that is larger, growing
    alike (assumed) with the distance from the nearest published half-hour.
    """
    issued = published_sd(lead_h) if issued_sd is None else issued_sd
    estimated = provenance == Provenance.ESTIMATED
    if estimated.all():
        return np.full(len(lead_h), FORECAST_MAE * SD_OF_MAE)
    rows, published = np.arange(len(lead_h)), np.flatnonzero(~estimated)
    after = np.searchsorted(published, rows)
    before, after = published[np.maximum(after - 1, 0)], published[np.minimum(after, len(published) - 1)]
    distance_h = np.minimum(np.abs(rows - before), np.abs(after - rows)) / 2
    return np.where(estimated, np.maximum(issued, SD_OF_MAE * _growing(FORECAST_MAE, distance_h)), issued)


def _growing(ahead: float, hours: Floats) -> Floats:
    mae: Floats = MAE_NOW + (ahead - MAE_NOW) * (1 - np.exp(-hours / GROWS_OVER_H))
    return mae


@dataclass(frozen=True, eq=False)
class ErrorByLead:
    """The error of Great Britain's forecast by lead time, a row a half-hour ahead, gCO2/kWh.

    ``count`` measured errors (forecast minus measured) with their mean and mean absolute
    value, NaN where there is none; ``sd`` is the standard deviation in use, ``measured``
    where it is our own.
    """

    lead_h: Floats
    count: Ints
    bias: Floats
    mean_absolute: Floats
    published: Floats
    sd: Floats
    measured: Bools


def error_by_lead(errors: Sequence[tuple[int, float]]) -> ErrorByLead:
    """Errors (half-hours ahead, forecast minus measured) by lead time; ``sd`` is ours where enough were seen."""
    ahead = np.array([row for row, _ in errors], np.int64)
    error = np.array([value for _, value in errors], np.float64)
    near = (ahead >= 0) & (ahead < LEADS)
    ahead, error = ahead[near], error[near]
    count = np.bincount(ahead, minlength=LEADS)
    some = np.where(count > 0, count, np.nan)
    lead_h = np.arange(LEADS) / 2
    published = published_sd(lead_h)
    return ErrorByLead(
        lead_h,
        count,
        np.bincount(ahead, error, LEADS) / some,
        np.bincount(ahead, np.abs(error), LEADS) / some,
        published,
        measured_sd(lead_h, published, ahead / 2, error),
        count >= ENOUGH_ERRORS,
    )


class ForecastErrors:
    """Measures the archive once a day. Threads may share it."""

    def __init__(self, archive: ArchivePort) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._days: OrderedDict[datetime, ErrorByLead] = OrderedDict()

    def by_lead(self, now: datetime) -> ErrorByLead:
        """Errors of the 28 days before that of ``now`` (UTC)."""
        end = floor_half_hour(now).replace(hour=0, minute=0)
        with self._lock:
            if end not in self._days:
                found = self._archive.forecast_errors(end - timedelta(days=MEASURED_DAYS), end)
                self._days[end] = error_by_lead(found)
                while len(self._days) > REMEMBERED_DAYS:
                    self._days.popitem(last=False)
            return self._days[end]

    def sd(self, region: int, now: datetime, lead_h: Floats, provenance: NDArray[np.uint8]) -> Floats:
        """Standard deviation of the forecast error; a region, which nobody measures, has the published one."""
        if region != GB:
            return forecast_sd(lead_h, provenance)
        known = self.by_lead(now)
        return forecast_sd(lead_h, provenance, np.interp(lead_h, known.lead_h, known.sd))
