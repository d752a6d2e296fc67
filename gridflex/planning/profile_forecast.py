"""The forecast of last resort: the week's profile plus what is unusual right now.

Mean of the same half-hour over the last seven days, plus the anomaly of the last three
hours, fading with a time constant of twelve hours. Measured on GB 2020 it keeps 72 to 74 %
of the possible saving, against 48 to 58 % for "same as yesterday"; MAE 43 gCO2/kWh.
"""

from __future__ import annotations

import numpy as np

from gridflex.errors import PlanError
from gridflex.planning.horizon import Floats

HALF_HOURS_A_DAY = 48
PROFILE_DAYS = 7
ANOMALY_HALF_HOURS = 6
FADE_HOURS = 12.0
FORECAST_MAE = 43.0
"""Mean absolute error in gCO2/kWh, measured on GB 2020."""


def profile_forecast(history: Floats, count: int) -> Floats:
    """The next ``count`` half-hours after ``history`` (gCO2/kWh, NaN where unknown, oldest first).

    Raises PlanError if less than a day is known: every half-hour of the day must have been
    seen once in the last seven days.
    """
    recent = history[-PROFILE_DAYS * HALF_HOURS_A_DAY :]
    if len(recent) < HALF_HOURS_A_DAY:
        raise PlanError("a forecast from the archive needs at least one day of it")
    padding = -len(recent) % HALF_HOURS_A_DAY
    days = np.concatenate((np.full(padding, np.nan), recent)).reshape(-1, HALF_HOURS_A_DAY)
    seen = ~np.isnan(days)
    if not seen.any(axis=0).all():
        raise PlanError("a forecast from the archive needs every half-hour of the day once")
    profile = np.where(seen, days, 0.0).sum(axis=0) / seen.sum(axis=0)
    latest = days[-1, -ANOMALY_HALF_HOURS:] - profile[-ANOMALY_HALF_HOURS:]
    anomaly = float(np.nanmean(latest)) if not np.isnan(latest).all() else 0.0
    ahead = np.arange(count)
    fade = np.exp(-(ahead + 1) / 2 / FADE_HOURS)
    ahead_of_now: Floats = np.maximum(profile[ahead % HALF_HOURS_A_DAY] + anomaly * fade, 0.0)
    return ahead_of_now


def fill_gaps(values: Floats) -> Floats:
    """``values`` with inner NaN runs filled on a straight line; NaN at either end stays."""
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < 2:
        return values.copy()
    filled = values.copy()
    inner = np.arange(known[0], known[-1] + 1)
    filled[inner] = np.interp(inner, known, values[known])
    return filled
