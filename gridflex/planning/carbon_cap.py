"""A hard limit on the plan's carbon, kept by one more price on it.

With a price on carbon beside the objective's own the same search gives the cheapest plan of
that carbon; the lowest price at which the limit is kept is its shadow price (GBP/t). The
last gap, between two plans that differ by a few jobs, is closed job by job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from gridflex.errors import PlanError
from gridflex.planning.horizon import Floats
from gridflex.planning.objective import CARBON_ONLY, GRAMS_PER_TONNE, Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import Placement, Rules

FIRST_PRICE = 1.0
LAST_PRICE = 1e6
HALVINGS = 24

Solve = Callable[[Objective], Plan]
"""The best plan for an objective, everything else being settled."""


@dataclass(frozen=True, eq=False)
class CarbonCapped:
    """The plan, whether it keeps the limit, and what the limit costs.

    ``limit_g`` is the limit on the placed jobs, ``least_g`` the least carbon found possible.
    ``shadow_price`` GBP/t is what one tonne more would save: 0 where the limit does not
    bind, inf where it cannot be kept.
    """

    plan: Plan
    limit_g: float
    least_g: float
    shadow_price: float

    @property
    def met(self) -> bool:
        """Whether the plan keeps the limit."""
        return float(self.plan.carbon_g.sum()) <= self.limit_g * (1 + 1e-9)


def limit_of(rules: Rules, plan: Plan) -> float | None:
    """The limit in grams for the jobs a plan places, None where there is none.

    Raises PlanError where both kinds of limit are set.
    """
    if rules.carbon_cap is not None and rules.carbon_cap_kg is not None:
        raise PlanError("the carbon cap is a mean in g/kWh or a total in kg; set one of them")
    if rules.carbon_cap_kg is not None:
        return rules.carbon_cap_kg * 1000
    if rules.carbon_cap is not None:
        return rules.carbon_cap * plan.placed_kwh
    return None


def keep_carbon_cap(solve: Solve, objective: Objective, free: Plan, limit_g: float, mix: bool) -> CarbonCapped:
    """The cheapest plan found that keeps the limit; the one of least carbon where none does.

    ``free`` is the plan without the limit. ``mix`` allows jobs of two plans to be combined,
    which a site cap does not.
    """
    cleanest = solve(CARBON_ONLY)
    least = min(float(cleanest.carbon_g.sum()), float(free.carbon_g.sum()))
    if _keeps(free, limit_g):
        return CarbonCapped(free, limit_g, least, 0.0)
    low, above, high, below = 0.0, free, LAST_PRICE, cleanest
    if not _keeps(cleanest, limit_g):
        return CarbonCapped(cleanest, limit_g, least, inf)
    price = FIRST_PRICE
    for _ in range(HALVINGS):
        plan = solve(replace(objective, carbon_price=objective.carbon_price + price))
        if _keeps(plan, limit_g):
            high, below = price, plan
        else:
            low, above = price, plan
        price = 4 * low if high == LAST_PRICE else (low + high) / 2
        if high - low <= 1e-3 * high:
            break
    return CarbonCapped(_mixed(below, above, objective, limit_g) if mix else below, limit_g, least, high)


def _keeps(plan: Plan, limit_g: float) -> bool:
    return float(plan.carbon_g.sum()) <= limit_g * (1 + 1e-12)


def _costs(plan: Plan, objective: Objective) -> Floats:
    """Each job's cost under the objective, GBP."""
    energy = plan.cost_gbp if objective.energy else np.zeros(len(plan.start))
    carbon = plan.carbon_g * (objective.carbon_price / GRAMS_PER_TONNE)
    costs: Floats = energy + carbon + objective.delay_cost * plan.completion_delay_hours
    return costs


def _mixed(below: Plan, above: Plan, objective: Objective, limit_g: float) -> Plan:
    """The cleaner plan, with the jobs that save most per gram as in the other while the limit is kept."""
    more = above.carbon_g - below.carbon_g
    less = _costs(below, objective) - _costs(above, objective)
    worth = np.flatnonzero((less > 0) & (more > 0))
    order = worth[np.argsort(-less[worth] / more[worth], kind="stable")]
    fits = np.cumsum(more[order]) <= limit_g - float(below.carbon_g.sum())
    swap = order[fits]
    start = below.start.copy()
    start[swap] = above.start[swap]
    parts = None
    if below.parts is not None or above.parts is not None:
        parts = (
            np.zeros((len(start), len(below.horizon)), dtype=np.bool_) if below.parts is None else below.parts.copy()
        )
        parts[swap] = False if above.parts is None else above.parts[swap]
    return evaluate(below.policy, below.queue, below.horizon, Placement(start, parts))
