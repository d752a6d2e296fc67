"""What a thousand units of work cost under the plan, and the frontier of that cost against a carbon cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.planning.pareto import TradeOff
from gridflex.planning.plan import Plan
from gridflex.planning.work import WorkCost, cost_per_work

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FrontierPoint:
    """A best plan: mean intensity of its energy (gCO2/kWh) and GBP per 1,000 units of work."""

    mean_g_per_kwh: float
    gbp_per_1000: float
    carbon_price: float


def work_cost(decisions: Decisions) -> WorkCost | None:
    """Cost of 1,000 units; None where no job of the queue states its work."""
    return cost_per_work(decisions.plan, decisions.frame["work_units"].to_numpy(np.float64))


def mean_intensity(plan: Plan) -> float:
    """gCO2/kWh over all energy of the placed jobs, which a carbon cap limits; 0 where none is placed."""
    return float(plan.carbon_g.sum()) / plan.placed_kwh if plan.placed.any() else 0.0


def work_frontier(decisions: Decisions, points: Sequence[TradeOff]) -> list[FrontierPoint]:
    """GBP per 1,000 units of the best plans, by the carbon cap each would just keep."""
    units = decisions.frame["work_units"].to_numpy(np.float64)
    found = []
    for point in points:
        cost = cost_per_work(point.plan, units)
        if cost is not None:
            found.append(FrontierPoint(mean_intensity(point.plan), cost.gbp, point.carbon_price))
    return found


def frontier_table(points: Sequence[FrontierPoint]) -> pd.DataFrame:
    """The frontier as exported."""
    import pandas as pd

    return pd.DataFrame(
        {
            "carbon_cap_g_per_kwh": [point.mean_g_per_kwh for point in points],
            "gbp_per_1000_units": [point.gbp_per_1000 for point in points],
            "carbon_price_gbp_per_t": [point.carbon_price for point in points],
        }
    )


def cap_in_force(decisions: Decisions) -> float | None:
    """The carbon cap as mean gCO2/kWh of the placed jobs; None where there is none."""
    kept = None if decisions.solution is None else decisions.solution.carbon
    if kept is None:
        return None
    return kept.limit_g / kept.plan.placed_kwh if kept.plan.placed.any() else None
