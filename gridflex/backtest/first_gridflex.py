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


RULES = {
    "now": "runs now: nothing claimed",
    "dirty": "above the threshold: kWh × (price now − 70 % of it); kWh × (carbon now − carbon then)",
    "dear": "price above 12 p/kWh: kWh × (price now − 70 % of 12 p); kWh × 20 % of carbon now",
    "made_up": "nothing deferred: 40 % of kWh × 30 % of price now; 40 % of kWh × 60 % of carbon now",
}
"""What its formula does with a job."""


@dataclass(frozen=True, eq=False)
class Cycle:
    """One look at the queue, by job: the rule that values it (of ``RULES``), GBP and kg claimed for it."""

    rule: tuple[str, ...]
    gbp: Floats
    kg: Floats
    then_g: float

    @property
    def made_up(self) -> bool:
        """Whether constants stand in for a decision."""
        return "made_up" in self.rule


def first_cycle(
    energy_kwh: Floats,
    may_wait: Bools,
    intensity: float,
    price: float,
    forecast_at_half_past_midnight: float | None,
    threshold: float,
) -> Cycle:
    """What one of its cycles claims for each job; ``then_g`` is what it takes for the carbon of the later run.

    Arguments and errors as of ``first_gridflex``.
    """
    if not len(energy_kwh):
        raise InputError("the first GridFlex's formula needs a queue")
    then_g = forecast_at_half_past_midnight or intensity * KEPT_CARBON
    dirty = may_wait & (intensity > threshold)
    dear = may_wait & ~dirty & (price > PRICE_LIMIT)
    gbp = dirty * energy_kwh * max(price - price * KEPT_PRICE, 0.0)
    gbp += dear * energy_kwh * max(price - PRICE_LIMIT * KEPT_PRICE, 0.0)
    kg = dirty * energy_kwh * max(intensity - then_g, 0.0) / 1000
    kg += dear * energy_kwh * intensity * (1 - KEPT_CARBON_DEAR) / 1000
    if gbp.sum() and kg.sum():
        rule = np.where(dirty, "dirty", np.where(dear, "dear", "now"))
        return Cycle(tuple(rule.tolist()), gbp, kg, then_g)
    moved = energy_kwh * DEFERRED_SHARE
    made_up = ("made_up",) * len(energy_kwh)
    return Cycle(made_up, moved * price * CHEAPER, moved * intensity * CLEANER / 1000, then_g)


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
    cycle = first_cycle(energy_kwh, may_wait, intensity, price, forecast_at_half_past_midnight, threshold)
    gbp, kg, made_up = float(cycle.gbp.sum()), float(cycle.kg.sum()), cycle.made_up
    constants = REASONS["constants"]
    return (
        Claim("Cost saved in a month", gbp * CYCLES, "GBP", constants if made_up else REASONS["cost"]),
        Claim("Carbon saved in a month", kg * CYCLES / 1000, "t", constants if made_up else REASONS["carbon"]),
        Claim("Carbon reduction", REDUCTION_PERCENT, "%", REASONS["percent"]),
        Claim("Jobs optimised", DAYS * JOBS_A_DAY, "jobs", REASONS["jobs"]),
        Claim("SLA compliance", 100.0, "%", REASONS["sla"]),
        Claim("Uptime", UPTIME_PERCENT, "%", REASONS["uptime"]),
    )
