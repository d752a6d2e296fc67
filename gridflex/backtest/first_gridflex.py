"""What the first GridFlex would claim on the same queue: its formula, and beside each figure why it is struck out.

As published (MananSuthar07/GridFlex, backend): one decision cycle is valued with assumed
improvements and multiplied by 90; where nothing was deferred, constants stand in. Written
from its description, to be shown struck out and never added to a measured figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.errors import InputError
from gridflex.planning.horizon import Bools, Floats

CYCLES = 90
DAYS, JOBS_A_DAY = 30, 15
PRICE_LIMIT = 0.12
KEPT_PRICE, KEPT_CARBON, KEPT_CARBON_DEAR = 0.7, 0.5, 0.8
DEFERRED_SHARE, CHEAPER, CLEANER = 0.4, 0.30, 0.60
UPTIME_PERCENT = 99.94
REDUCTION_PERCENT = 60

REASONS = {
    "cost": "One cycle's guess × 90: the price then is taken to be 70 % of the price now, whatever the hour.",
    "carbon": "One cycle's guess × 90: the carbon then is the forecast of 00:30 this morning, or half of now's.",
    "constants": "Nothing was deferred, so 40 % of the jobs, 30 % of the price and 60 % of the carbon are made up.",
    "percent": "A constant. With perfect foresight a 4-hour job free within 24 h saves 21 to 30 %.",
    "jobs": "15 × 30, not counted.",
    "uptime": "A constant, not measured.",
    "sla": "Decision time under five minutes was counted as the SLA; whether jobs ended in time was not.",
}


@dataclass(frozen=True)
class Claim:
    """One struck-out figure with its unit and the reason."""

    name: str
    value: float
    unit: str
    reason: str


def first_gridflex(
    energy_kwh: Floats,
    may_wait: Bools,
    intensity: float,
    price: float,
    forecast_at_half_past_midnight: float | None,
    threshold: float,
) -> tuple[Claim, ...]:
    """Its claims for a month. ``intensity`` gCO2/kWh and ``price`` GBP/kWh are of the moment it looks.

    ``forecast_at_half_past_midnight`` is what it takes for the next hour's forecast. Raises
    InputError for an empty queue.
    """
    if not len(energy_kwh):
        raise InputError("the first GridFlex's formula needs a queue")
    then_g = forecast_at_half_past_midnight or intensity * KEPT_CARBON
    dirty = may_wait & (intensity > threshold)
    dear = may_wait & ~dirty & (price > PRICE_LIMIT)
    gbp = float(energy_kwh[dirty].sum()) * max(price - price * KEPT_PRICE, 0.0)
    gbp += float(energy_kwh[dear].sum()) * max(price - PRICE_LIMIT * KEPT_PRICE, 0.0)
    kg = float(energy_kwh[dirty].sum()) * max(intensity - then_g, 0.0) / 1000
    kg += float(energy_kwh[dear].sum()) * intensity * (1 - KEPT_CARBON_DEAR) / 1000
    made_up = gbp == 0 or kg == 0
    if made_up:
        moved = float(np.mean(energy_kwh)) * len(energy_kwh) * DEFERRED_SHARE
        gbp, kg = moved * price * CHEAPER, moved * intensity * CLEANER / 1000
    constants = REASONS["constants"]
    return (
        Claim("Cost saved in a month", gbp * CYCLES, "GBP", constants if made_up else REASONS["cost"]),
        Claim("Carbon saved in a month", kg * CYCLES / 1000, "t", constants if made_up else REASONS["carbon"]),
        Claim("Carbon reduction", REDUCTION_PERCENT, "%", REASONS["percent"]),
        Claim("Jobs optimised", DAYS * JOBS_A_DAY, "jobs", REASONS["jobs"]),
        Claim("SLA compliance", 100.0, "%", REASONS["sla"]),
        Claim("Uptime", UPTIME_PERCENT, "%", REASONS["uptime"]),
    )
