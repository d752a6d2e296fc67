"""What a plan is worth, and how far it can be from the best possible."""

from __future__ import annotations

from dataclasses import dataclass

from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.least import least_costs
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.plan import Plan
from gridflex.planning.site_cap import SiteCap


@dataclass(frozen=True)
class Certificate:
    """Totals over the jobs that have a place.

    ``value`` is the plan in its objective's own unit (GBP with delay, or g), ``bound`` the
    least any plan of these jobs could reach under the same windows and cap, jobs marked
    interruptible pausing. ``bound_g`` is the same for carbon alone. ``baseline`` is each job
    at its baseline start, ``baseline_capped`` first come, first served under the cap (equal
    where there is none).
    """

    value: float
    bound: float
    planned_g: float
    bound_g: float
    baseline_g: float
    baseline_capped_g: float
    planned_gbp: float
    baseline_gbp: float
    baseline_capped_gbp: float

    @property
    def gap_percent(self) -> float:
        """100 (plan - bound) / plan: the plan is within this of the best possible."""
        return 100 * (self.value - self.bound) / abs(self.value) if self.value else 0.0

    @property
    def saved_g(self) -> float:
        """Grams saved against the capped baseline."""
        return self.baseline_capped_g - self.planned_g

    @property
    def saved_gbp(self) -> float:
        """GBP saved against the capped baseline."""
        return self.baseline_capped_gbp - self.planned_gbp

    @property
    def share_of_possible_percent(self) -> float:
        """Carbon saved as a share of the most that could be; 100 where nothing can be saved."""
        possible = self.baseline_capped_g - self.bound_g
        return 100 * self.saved_g / possible if possible > 1e-9 * abs(self.bound_g) else 100.0


def certify(
    plan: Plan,
    objective: Objective,
    first_come: Plan | None = None,
    cap: SiteCap | None = None,
    price: Floats | None = None,
    carbon_price: Floats | None = None,
) -> Certificate:
    """The certificate of a plan.

    Under a ``cap``, ``price`` and ``carbon_price`` (T,) are prices per unit of load and
    half-hour for the objective and for carbon alone; any prices give a valid bound, the
    best ones the tightest.
    """
    placed = plan.placed
    value = plan_value(plan, objective)
    carbon = float(plan.carbon_g[placed].sum())
    bound = lower_bound(plan, objective, placed, cap, price)
    if objective == CARBON_ONLY:
        bound_g = max(bound, lower_bound(plan, CARBON_ONLY, placed, cap, carbon_price)) if cap else bound
    else:
        bound_g = lower_bound(plan, CARBON_ONLY, placed, cap, carbon_price)
    capped = plan if first_come is None else first_come
    capped_g = plan.baseline_g if first_come is None else capped.carbon_g
    capped_gbp = plan.baseline_gbp if first_come is None else capped.cost_gbp
    return Certificate(
        value,
        min(bound, value),
        carbon,
        min(bound_g, carbon),
        float(plan.baseline_g[placed].sum()),
        float(capped_g[placed].sum()),
        float(plan.cost_gbp[placed].sum()),
        float(plan.baseline_gbp[placed].sum()),
        float(capped_gbp[placed].sum()),
    )


def plan_value(plan: Plan, objective: Objective) -> float:
    """Cost of the placed jobs in the objective's own unit: GBP, or g where it is CARBON_ONLY."""
    carbon = plan.carbon_g * (objective.carbon_price / 1e6)
    energy = plan.cost_gbp if objective.energy else 0.0
    return float((carbon + energy)[plan.placed].sum() + objective.delay_cost * plan.completion_delay_hours.sum())


def lower_bound(plan: Plan, objective: Objective, placed: Bools, cap: SiteCap | None, price: Floats | None) -> float:
    """The least the placed jobs could cost under the same windows and cap."""
    values, queue = objective.values(plan.horizon), plan.queue
    if cap is None or price is None:
        return float(least_costs(values, queue.take(placed), objective.delay_cost).sum())
    always = least_costs(values, queue.take(cap.always & placed), objective.delay_cost)
    others = placed & ~cap.always
    costs = least_costs(values, queue.take(others), objective.delay_cost, price, cap.load[others])
    return float(always.sum() + costs.sum() - price @ cap.free)
