"""What a plan minimises: money, with carbon priced openly; never bare weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Floats, Horizon

GRAMS_PER_TONNE = 1e6


@dataclass(frozen=True)
class Objective:
    """Energy price + carbon price + delay cost.

    ``carbon_price`` GBP/t is the site's own, internal price: wholesale prices already carry
    ETS and carbon price support, so it is what the site adds to them. The default is the UK
    government's central appraisal value for 2021 ("Valuation of greenhouse gas emissions:
    for policy appraisal and evaluation", September 2021; 2020 prices). ``delay_cost`` GBP
    per job and hour of later completion (assumed). ``energy`` False leaves the energy price out.
    """

    carbon_price: float = 245.0
    delay_cost: float = 0.0
    energy: bool = True

    def values(self, horizon: Horizon) -> Floats:
        """Cost of one kWh in each half-hour, GBP/kWh, delay not counted; to a step of ``in_steps``."""
        carbon = horizon.intensity * (self.carbon_price / GRAMS_PER_TONNE)
        return in_steps(carbon + horizon.price if self.energy else carbon)


def in_steps(values: Floats) -> Floats:
    """Values rounded to a step of 2^-40 of the largest: their sums are exact, so equal runs cost the same.

    Else the last bit of a sum would decide between starts that cost the same, and a job would wait for nothing.
    """
    _, exponent = np.frexp(np.abs(values).max(initial=0.0))
    step = 2.0 ** (int(exponent) - 40)
    steps: Floats = np.rint(values / step) * step
    return steps


CARBON_ONLY = Objective(carbon_price=GRAMS_PER_TONNE, energy=False)
"""Values are gCO2/kWh."""

COST_ONLY = Objective(carbon_price=0.0)
"""Values are GBP/kWh."""
