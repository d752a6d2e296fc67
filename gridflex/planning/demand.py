"""How much power the site will want: a forecast by half-hour from its own past, and the spike in it.

Three simple forecasts are tried on the site's last seven days and the one with the least
pinball loss is used: the mean of the same hour of the week (from 21 days of history on),
of the same hour on weekdays or weekends, or the same as yesterday. Each has a p10 to p90
band from its own past errors. On the NASA iPSC/860 log (three months of 1993, 28 days of
history, a forecast every 12 h) the pinball loss is 15.0 % of the mean power and 84.1 % of
half-hours fall in the band; yesterday alone has 17.8 % and 80.9 %, the same hour of the
week alone 17.7 % and 75.0 % (``benchmarks/demand_forecast.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours, uk_time
from gridflex.errors import PlanError
from gridflex.planning.demand_models import (
    DAY,
    Model,
    pinball,
    same_as_yesterday,
    same_hour_of_day,
    same_hour_of_week,
)
from gridflex.planning.horizon import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

HOUR_OF_WEEK_FROM = 21 * DAY
TRIAL_DAYS = 7

HOUR_OF_WEEK, HOUR_OF_DAY, YESTERDAY = (
    "same hour of the week",
    "same hour, weekdays and weekends apart",
    "same as yesterday",
)
METHODS: dict[str, Model] = {
    HOUR_OF_WEEK: same_hour_of_week,
    HOUR_OF_DAY: same_hour_of_day,
    YESTERDAY: same_as_yesterday,
}


@dataclass(frozen=True, eq=False)
class DemandForecast:
    """Site power by half-hour from ``start`` on, kW; ``method`` is the forecast that was used, in words."""

    start: datetime
    p10: Floats
    p50: Floats
    p90: Floats
    method: str
    history_days: float


@dataclass(frozen=True)
class Spike:
    """The half-hour with the largest forecast, kW at p50, and whether it lies in the hour with the
    highest carbon intensity."""

    start: datetime
    kw: float
    meets_dirtiest: bool


def forecast_demand(history_kw: Floats, now: datetime, count: int = DAY) -> DemandForecast:
    """Forecast the ``count`` half-hours (at most a day) from now's on.

    ``history_kw`` is the mean power of each half-hour up to, not including, now's. Raises
    PlanError for less than a day of it, for gaps, and for a longer look ahead.
    """
    if len(history_kw) < DAY or not np.isfinite(history_kw).all() or count > DAY:
        raise PlanError("a demand forecast needs a day of history without gaps, and looks one day ahead")
    start = floor_half_hour(now)
    rows = week_rows(start - len(history_kw) * HALF_HOUR, len(history_kw) + count)
    past, ahead = rows[: len(history_kw)], rows[len(history_kw) :]
    method = best_method(history_kw, past)
    p10, p50, p90 = METHODS[method](history_kw, past, ahead)
    return DemandForecast(start, p10, p50, p90, method, len(history_kw) / DAY)


def spike(forecast: DemandForecast, intensity: Floats) -> Spike:
    """The largest half-hour of a forecast beside the carbon intensity of the same half-hours, gCO2/kWh.

    The dirtiest hour is the pair of half-hours with the highest mean; a flat day has none.
    Raises PlanError where the two are not of one length.
    """
    if len(intensity) != len(forecast.p50):
        raise PlanError("a spike needs the intensity of each half-hour of the forecast")
    at = int(forecast.p50.argmax())
    hours = intensity[:-1] + intensity[1:]
    dirtiest = int(hours.argmax())
    meets = at in (dirtiest, dirtiest + 1) and float(np.ptp(hours)) > 0
    return Spike(forecast.start + at * HALF_HOUR, float(forecast.p50[at]), meets)


def week_rows(start: datetime, count: int) -> Ints:
    """Half-hour of the week in UK time, 0 (Monday 00:00) to 335, of ``count`` half-hours from ``start``."""
    local = [uk_time(moment) for moment in half_hours(start, count)]
    return np.array([t.weekday() * DAY + t.hour * 2 + t.minute // 30 for t in local], dtype=np.int64)


def power_of_jobs(frame: pd.DataFrame, first: datetime, count: int) -> Floats:
    """Mean site power (kW) of ``count`` half-hours from ``first`` on, every job run at its release.

    Exact: the energy drawn up to each boundary, differenced.
    """
    begin = (frame["release"] - first).dt.total_seconds().to_numpy() / HALF_HOUR.total_seconds()
    power = (frame["energy_kwh"] / frame["duration_hours"]).to_numpy()
    moments = np.concatenate((begin, begin + 2 * frame["duration_hours"].to_numpy()))
    order = moments.argsort(kind="stable")
    moments, level = moments[order], np.concatenate((power, -power))[order].cumsum()
    drawn = np.concatenate(([0.0], (level[:-1] * np.diff(moments)).cumsum()))
    boundaries = np.arange(count + 1)
    drawn_at = np.interp(boundaries, moments, drawn) if len(frame) else np.zeros(count + 1)
    mean: Floats = np.maximum(np.diff(drawn_at), 0.0)
    return mean


def best_method(history_kw: Floats, rows: Ints) -> str:
    """The method with the least pinball loss over the last days of the history, each forecast from what
    came before it; the first of equals, and by hour of day where there is too little to try."""
    days = min(TRIAL_DAYS, len(history_kw) // DAY - 2)
    usable = [name for name in METHODS if name != HOUR_OF_WEEK or len(history_kw) >= HOUR_OF_WEEK_FROM]
    if days < 1:
        return HOUR_OF_DAY
    origins = range(len(history_kw) - days * DAY, len(history_kw), DAY)
    losses = {name: sum(_trial(METHODS[name], history_kw, rows, at) for at in origins) for name in usable}
    return min(losses, key=lambda name: losses[name])


def _trial(model: Model, kw: Floats, rows: Ints, at: int) -> float:
    return pinball(model(kw[:at], rows[:at], rows[at : at + DAY]), kw[at : at + DAY])
