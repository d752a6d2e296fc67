"""What a plan is worth, and how far it can be from the best possible."""

from __future__ import annotations

from dataclasses import dataclass

from gridflex.planning.horizon import Floats
from gridflex.planning.least import least_costs
from gridflex.planning.objective import GRAMS_PER_TONNE, Objective
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
    def nothing_to_save(self) -> bool:
        """No plan has less carbon than the capped baseline."""
        return self.baseline_capped_g - self.bound_g <= 1e-9 * abs(self.bound_g)

    @property
    def share_of_possible_percent(self) -> float:
        """Carbon saved as a share of the most that could be; 100 where nothing can be saved."""
        return 100.0 if self.nothing_to_save else 100 * self.saved_g / (self.baseline_capped_g - self.bound_g)


def certify(
    plan: Plan, objective: Objective, bound: float, bound_g: float, first_come: Plan | None = None
) -> Certificate:
    """The certificate of a plan from bounds on the objective and on carbon alone.

    ``first_come`` is the baseline under a cap, None where there is none.
    """
    placed, value = plan.placed, plan_value(plan, objective)
    carbon = float(plan.carbon_g[placed].sum())
    capped_g = plan.baseline_g if first_come is None else first_come.carbon_g
    capped_gbp = plan.baseline_gbp if first_come is None else first_come.cost_gbp
    # A plan that reaches its bound may differ from it by the rounding of the sums.
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
    carbon = plan.carbon_g * (objective.carbon_price / GRAMS_PER_TONNE)
    energy = plan.cost_gbp if objective.energy else 0.0
    return float((carbon + energy)[plan.placed].sum() + objective.delay_cost * plan.completion_delay_hours.sum())


def lower_bound(plan: Plan, objective: Objective, cap: SiteCap | None = None, price: Floats | None = None) -> float:
    """The least the jobs a plan places could cost under the same windows and cap.

    ``price`` (T,) per unit of load and half-hour: any prices (at least 0) give a valid
    bound, the best ones the tightest.
    """
    values, queue, placed = objective.values(plan.horizon), plan.queue, plan.placed
    if cap is None or price is None:
        return float(least_costs(values, queue.take(placed), objective.delay_cost).sum())
    always, others = placed & cap.always, placed & ~cap.always
    fixed = least_costs(values, queue.take(always), objective.delay_cost)
    costs = least_costs(values, queue.take(others), objective.delay_cost, price, cap.load[others])
    return float(fixed.sum() + costs.sum() - price @ cap.free)
