"""A forecast and the archive's profile, each counted for what it knows.

A published forecast errs; so does the profile of the last week with today's anomaly, but by
other causes. Taken as independent and normal, the best estimate of what will be is their
mean weighted by the covariances of their errors (Bates and Granger, "The combination of
forecasts", 1969, for whole series). A half-hour that is known stays as it is.

The product does not plan on it. The gain is real only where errors are independent of what
happens, as those of the yardstick are made; on the one 48 h forecast of NESO that we have
as published (14 March 2023) the mean absolute error rose from 17.7 to 21.6 gCO2/kWh.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats
from gridflex.planning.profile_forecast import FADE_HOURS, FORECAST_MAE
from gridflex.planning.uncertainty import CORRELATION_H, MAE_OF_SD

KNOWN = 1e-3
"""gCO2/kWh by which even a measured half-hour is off; keeps the sums solvable."""


def growing_sd(lead_h: Floats, ahead: float, correlation_h: float) -> Floats:
    """Standard deviation at each lead time of an error that is 0 now, ``ahead`` in the end, and
    correlated over ``correlation_h`` (an Ornstein-Uhlenbeck process)."""
    sd: Floats = ahead * np.sqrt(1 - np.exp(-2 * lead_h / correlation_h))
    return sd


def profile_sd(lead_h: Floats) -> Floats:
    """Standard deviation of the profile forecast's error, from its measured mean error."""
    return growing_sd(lead_h, FORECAST_MAE / MAE_OF_SD, FADE_HOURS)


def profile_weights(forecast_sd: Floats, lead_h: Floats) -> Floats:
    """What of the forecast's departure from the profile to believe: a matrix (T, T).

    ``forecast_sd`` (gCO2/kWh) is the forecast's own error at each lead time.
    """
    own = _covariance(forecast_sd, lead_h, CORRELATION_H)
    profile = _covariance(profile_sd(lead_h), lead_h, FADE_HOURS)
    weights: Floats = np.linalg.solve(profile + own, profile).T.astype(float)
    return weights


def blended(forecast: Floats, profile: Floats, weights: Floats) -> Floats:
    """The best estimate (gCO2/kWh) from a forecast and a profile of the same half-hours, not below 0."""
    best: Floats = np.maximum(profile + weights @ (forecast - profile), 0.0)
    return best


def _covariance(sd: Floats, lead_h: Floats, correlation_h: float) -> Floats:
    lag_h = np.abs(np.subtract.outer(lead_h, lead_h))
    covariance: Floats = np.outer(sd, sd) * np.exp(-lag_h / correlation_h) + KNOWN**2 * np.eye(len(sd))
    return covariance
