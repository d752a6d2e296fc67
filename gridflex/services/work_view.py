"""What a thousand units of work cost under the plan, and the frontier of that cost against a carbon cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.planning.pareto import TradeOff
from gridflex.planning.work import WorkCost, cost_per_work


@dataclass(frozen=True)
class FrontierPoint:
    """A best plan: mean intensity of its energy (gCO2/kWh) and GBP per 1,000 units of work."""

    mean_g_per_kwh: float
    gbp_per_1000: float
    carbon_price: float


def work_cost(decisions: Decisions) -> WorkCost | None:
    """Cost of 1,000 units; None where no job of the queue states its work."""
    return cost_per_work(decisions.plan, decisions.frame["work_units"].to_numpy(np.float64))


def work_frontier(decisions: Decisions, points: Sequence[TradeOff]) -> list[FrontierPoint]:
    """GBP per 1,000 units of the best plans, by the carbon cap each would just keep."""
    units = decisions.frame["work_units"].to_numpy(np.float64)
    found = []
    for point in points:
        cost, kwh = cost_per_work(point.plan, units), float(point.plan.queue.energy_kwh[point.plan.placed].sum())
        if cost is not None and kwh:
            found.append(FrontierPoint(point.carbon_g / kwh, cost.gbp, point.carbon_price))
    return found
