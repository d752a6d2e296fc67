"""One call from a queue to a plan with its certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridflex.planning.capped import relax
from gridflex.planning.capped_policies import OPTIMISED, canonical_order, place_under_cap
from gridflex.planning.carbon_cap import CarbonCapped, keep_carbon_cap, limit_of
from gridflex.planning.certificate import Certificate, certify, lower_bound
from gridflex.planning.first_come import first_come, in_order_of_arrival
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY, GRAMS_PER_TONNE, Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import UNPLACED, Placement, Rules
from gridflex.planning.prices import STEPS, lagrangian_prices
from gridflex.planning.queue import Queue
from gridflex.planning.room import Room
from gridflex.planning.site_cap import SiteCap, site_cap

WARM_STEPS = 150


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan, its certificate, the caps it keeps (None: none) and the two baselines.

    ``first_come`` is first come, first served under the cap, deadlines disregarded; without
    a cap it is ``at_once``, every job at its earliest half-hour.
    """

    plan: Plan
    certificate: Certificate
    cap: SiteCap | None
    carbon: CarbonCapped | None
    at_once: Plan
    first_come: Plan


class Solver:
    """The best plan a policy finds for any objective, everything else being settled.

    ``cap`` is the site cap (None: none), ``price`` (T,) the prices on it that the last plan
    was found by, None where it needed none.
    """

    def __init__(
        self, policy: str, queue: Queue, horizon: Horizon, rules: Rules, headroom: Floats | None = None
    ) -> None:
        self.policy, self.queue, self.horizon, self.rules = policy, queue, horizon, rules
        self.cap = site_cap(queue, horizon, rules, headroom)
        self.price: Floats | None = None

    def __call__(self, objective: Objective) -> Plan:
        """Plan the queue under an objective."""
        rules = replace(self.rules, objective=objective)
        if self.cap is None:
            placement = POLICIES[self.policy].place(self.queue, self.horizon, rules)
        else:
            capped = place_under_cap(self.policy, self.queue, self.horizon, rules, self.cap)
            placement, self.price = capped.placement, capped.price
        return evaluate(self.policy, self.queue, self.horizon, placement)


def make_plan(policy: str, queue: Queue, horizon: Horizon, rules: Rules, headroom: Floats | None = None) -> Solution:
    """Plan a queue by a policy under the rules.

    ``headroom`` (T,) is kept free under the cap for arrivals that are only forecast, in the
    cap's unit. A carbon cap is kept by the policies that look for the best plan; the others
    only say whether theirs does. Raises PlanError for rules that contradict each other.
    """
    solve = Solver(policy, queue, horizon, rules, headroom)
    plan, cap, carbon = solve(rules.objective), solve.cap, None
    price = solve.price if _same_problem(policy, plan) else None
    limit = limit_of(rules, plan)
    if limit is not None:
        able: Callable[[Objective], Plan] = solve if policy in OPTIMISED else lambda _: plan
        carbon = keep_carbon_cap(able, rules.objective, plan, limit, mix=cap is None)
        plan = carbon.plan
    bound = _bound(plan, rules.objective, cap, price, solve.price)
    if carbon is not None and carbon.met and carbon.shadow_price > 0:
        binding = replace(rules.objective, carbon_price=rules.objective.carbon_price + carbon.shadow_price)
        allowance = carbon.limit_g * carbon.shadow_price / GRAMS_PER_TONNE
        bound = max(bound, _bound(plan, binding, cap) - allowance)
    bound_g = bound if rules.objective == CARBON_ONLY else _bound(plan, CARBON_ONLY, cap)
    at_once = evaluate("run-at-once", queue, horizon, POLICIES["run-at-once"].place(queue, horizon, rules))
    baseline = at_once if cap is None else first_come_plan(queue, horizon, cap)
    certificate = certify(plan, rules.objective, bound, bound_g, None if cap is None else baseline)
    return Solution(plan, certificate, cap, carbon, at_once, baseline)


def _bound(
    plan: Plan, objective: Objective, cap: SiteCap | None, price: Floats | None = None, near: Floats | None = None
) -> float:
    """The least the placed jobs could cost, by the prices given or by prices found for it, from those ``near``."""
    if cap is not None and price is None:
        price = cap_price(plan, cap, objective, near)
    return lower_bound(plan, objective, cap, price)


def _same_problem(policy: str, plan: Plan) -> bool:
    """Whether the prices a policy planned by are the best for the bound: all jobs free to use all their runs."""
    pausing = policy == "interruptible" or not plan.queue.interruptible.any()
    return policy != "threshold-best-window" and pausing and bool(plan.placed[plan.queue.placeable].all())


def first_come_plan(queue: Queue, horizon: Horizon, cap: SiteCap) -> Plan:
    """Each job in order of arrival at the first start with room, be it after its deadline.

    Critical jobs and those under way run in any case; a job for which the horizon has no
    room counts as run at once.
    """
    open_end = replace(queue, latest=len(horizon) - queue.slots)
    others = in_order_of_arrival(queue, np.flatnonzero(queue.placeable & ~cap.always))
    start = first_come(open_end, others, queue.earliest, cap.load, Room(cap.free, cap.limit))
    start = np.where(queue.placeable & (start == UNPLACED), queue.earliest, start)
    return evaluate("first-come", queue, horizon, Placement(start))


def cap_price(plan: Plan, cap: SiteCap, objective: Objective, near: Floats | None = None) -> Floats:
    """Prices on the cap (T,) that bound what the placed jobs could cost under it.

    ``near`` are prices of a problem that is nearly the same.
    """
    queue = plan.queue
    counted = plan.placed & ~cap.always & (cap.load > 0)
    jobs = canonical_order(queue)
    jobs = jobs[counted[jobs]]
    if not len(jobs):
        return np.zeros(len(plan.horizon))
    values = objective.values(plan.horizon)
    pauses = queue.interruptible & ~queue.fixed
    relaxation = relax(queue, jobs, pauses, cap.load, cap.free, values, objective.delay_cost)
    return lagrangian_prices(relaxation, STEPS if near is None else WARM_STEPS, near).price
