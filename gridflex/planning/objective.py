"""What a plan minimises: money, with carbon priced openly; never bare weights."""

from __future__ import annotations

from dataclasses import dataclass

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
        """Cost of one kWh in each half-hour, GBP/kWh, delay not counted."""
        carbon = horizon.intensity * (self.carbon_price / GRAMS_PER_TONNE)
        return carbon + horizon.price if self.energy else carbon


CARBON_ONLY = Objective(carbon_price=GRAMS_PER_TONNE, energy=False)
"""Values are gCO2/kWh."""

COST_ONLY = Objective(carbon_price=0.0)
"""Values are GBP/kWh."""
