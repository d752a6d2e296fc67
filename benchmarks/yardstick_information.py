"""What a planner knows at each half-hour: four kinds of forecast of one recorded series."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from benchmarks.yardstick_blend import blended, growing_sd, profile_weights
from gridflex.planning.horizon import Floats
from gridflex.planning.profile_forecast import profile_forecast
from gridflex.planning.uncertainty import MAE_OF_SD

CORRELATION_HALF_HOURS = 12
"""The error is an Ornstein-Uhlenbeck process of 6 h: a model, only its size is NESO's."""
LEADS = np.arange(1, 97)
NESO_MAE, HARD_MAE = 24.24, 41.0
"""gCO2/kWh over leads of 0.5 to 48 h: NESO's published error (tracker of nmpowell), and 19 % of 2020's mean."""
DAY = 48

WEEK = 7 * DAY

Forecast = Callable[[int, int], Floats]
"""``forecast(now, count)``: gCO2/kWh of ``count`` half-hours from row ``now`` on; the first one is known."""


def perfect(actual: Floats) -> Forecast:
    """What will be."""
    return lambda now, count: actual[now : now + count]


def persistence(actual: Floats) -> Forecast:
    """The same half-hour of the last observed day."""

    def forecast(now: int, count: int) -> Floats:
        ahead = np.arange(count)
        back = now + ahead - DAY * -(-ahead // DAY)
        return actual[np.maximum(back, 0)]

    return forecast


def noisy(actual: Floats, mae: float, seed: int) -> Forecast:
    """A martingale: each half-hour reveals a shock that decays over the targets after it.

    The error at lead h is what shocks of the next h half-hours add; ``mae`` is its mean
    absolute size over 0.5 to 48 h.
    """
    decay = np.exp(-1 / CORRELATION_HALF_HOURS)
    spread = np.sqrt((1 - decay ** (2 * LEADS)) / (1 - decay**2))
    sigma = mae / (np.sqrt(2 / np.pi) * spread.mean())
    shocks = np.random.default_rng(seed).normal(0.0, sigma, len(actual))
    error = np.empty(len(actual))
    state = 0.0
    for row, shock in enumerate(shocks.tolist()):
        state = decay * state + shock
        error[row] = state

    def forecast(now: int, count: int) -> Floats:
        window = slice(now, now + count)
        known = decay ** np.arange(len(actual[window])) * error[now]
        return actual[window] - (error[window] - known)

    return forecast


def with_profile(forecast: Forecast, actual: Floats, mae: float) -> Forecast:
    """The same forecast, weighed against the profile of the week before by their published errors."""
    leads_h, correlation_h = LEADS / 2, CORRELATION_HALF_HOURS / 2
    ahead = mae / MAE_OF_SD / float(growing_sd(leads_h, 1.0, correlation_h).mean())

    @lru_cache(maxsize=256)
    def weights(count: int) -> Floats:
        lead_h = np.arange(count) / 2
        return profile_weights(growing_sd(lead_h, ahead, correlation_h), lead_h)

    def blend(now: int, count: int) -> Floats:
        own = forecast(now, count)
        if now + 1 < WEEK:
            return own
        history = actual[now + 1 - WEEK : now + 1]
        profile = np.concatenate((actual[now : now + 1], profile_forecast(history, len(own) - 1)))
        return blended(own, profile, weights(len(own)))

    return blend
