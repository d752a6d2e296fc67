"""The rate card of the first GridFlex, exactly as it was stated, with what is wrong with it beside it.

Capacity is the energy of the deferred jobs over 1,000; the service and its rate are chosen by
carbon intensity and the hour; revenue per hour is capacity times rate. What the markets really
pay stands in ``markets.availability`` and ``markets.p415``; the figures are never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.domain.format import intensity as intensity_text
from gridflex.domain.format import money, number, significant
from gridflex.domain.halfhours import uk_time
from gridflex.errors import InputError
from gridflex.planning.horizon import Floats

KWH_A_MWH = 1000.0

LIMITS = (
    "Energy over 1,000 is MWh: it is a power in MW only for jobs of one hour.",
    "Carbon intensity triggers no service: availability is auctioned a day ahead for each EFA block, from 1 MW.",
    "A job that waits uses less now: that is no turn-up.",
    "Dynamic Moderation and Containment need full delivery in 1 s from measured frequency: a battery or UPS, "
    "not a job scheduler.",
    "The rates are constants: in the twelve months to August 2026 Dynamic Moderation (low) cleared at or above £17.50 "
    "in 1 % of blocks and Dynamic Containment (low) at or above £9.50 in 2 %; Demand Turn Up is bought no more.",
)


@dataclass(frozen=True)
class RateCard:
    """Rates in GBP/MW/h, bounds in gCO2/kWh, the peak in hours of the UK clock (its bounds are ours to set)."""

    moderation: float = 17.50
    turn_up: float = 12.00
    containment: float = 9.50
    high_carbon: float = 200.0
    low_carbon: float = 100.0
    peak_from: float = 16.0
    peak_to: float = 20.0

    def __post_init__(self) -> None:
        if not 0 <= self.peak_from < self.peak_to <= 24:
            raise InputError("the peak must begin before it ends, both between 0 and 24 o'clock UK time")

    def is_peak(self, moment: datetime) -> bool:
        """Whether demand counts as at its peak at ``moment``."""
        local = uk_time(moment)
        return self.peak_from <= local.hour + local.minute / 60 < self.peak_to

    def service(self, intensity: float, moment: datetime) -> tuple[str, float]:
        """Name and rate (GBP/MW/h) of the service the card would sell."""
        if intensity > self.high_carbon and self.is_peak(moment):
            return "Dynamic Moderation", self.moderation
        if intensity < self.low_carbon:
            return "Demand Turn Up", self.turn_up
        return "Dynamic Containment", self.containment


@dataclass(frozen=True, eq=False)
class RateCardValue:
    """What the card says. ``capacity_mwh`` is what it calls MW; ``power_mw`` is the power of the same jobs."""

    service: str
    rate: float
    capacity_mwh: float
    power_mw: float
    gbp_per_hour: float
    formula: str
    limits: tuple[str, ...]
    job_id: tuple[str, ...]
    energy_kwh: Floats


def rate_card_value(
    job_id: tuple[str, ...],
    energy_kwh: Floats,
    power_kw: Floats,
    intensity: float,
    now: datetime,
    card: RateCard | None = None,
) -> RateCardValue:
    """The card's revenue per hour for the deferred jobs given. Raises InputError for what is no energy."""
    card = card or RateCard()
    if not (np.isfinite(energy_kwh).all() and (energy_kwh >= 0).all() and np.isfinite(intensity)):
        raise InputError("the rate card needs energies of 0 kWh and more, and an intensity")
    service, rate = card.service(intensity, now)
    capacity = float(energy_kwh.sum()) / KWH_A_MWH
    revenue = capacity * rate
    formula = (
        f"{number(float(energy_kwh.sum()), 1)} kWh ÷ 1,000 = {significant(capacity)} “MW” × £{rate:.2f}/MW/h "
        f"({service} at {intensity_text(intensity)}) = {money(revenue)} an hour"
    )
    power = float(power_kw.sum()) / KWH_A_MWH
    return RateCardValue(service, rate, capacity, power, revenue, formula, LIMITS, job_id, energy_kwh)
