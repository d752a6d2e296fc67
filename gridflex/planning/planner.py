"""One call from a queue to a plan with its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.planning.capped import relax
from gridflex.planning.capped_policies import in_canonical_order, place_under_cap
from gridflex.planning.certificate import Certificate, certify
from gridflex.planning.first_come import first_come, in_order_of_arrival
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import UNPLACED, Placement, Rules
from gridflex.planning.prices import lagrangian_prices
from gridflex.planning.queue import Queue
from gridflex.planning.room import Room
from gridflex.planning.site_cap import SiteCap, site_cap


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan, its certificate, the cap it keeps (None: none) and the two baselines.

    ``first_come`` is first come, first served under the cap, deadlines disregarded; without
    a cap it is ``at_once``, every job at its earliest half-hour.
    """

    plan: Plan
    certificate: Certificate
    cap: SiteCap | None
    at_once: Plan
    first_come: Plan


def make_plan(policy: str, queue: Queue, horizon: Horizon, rules: Rules, headroom: Floats | None = None) -> Solution:
    """Plan a queue by a policy under the rules.

    ``headroom`` (T,) is kept free under the cap for arrivals that are only forecast, in the
    cap's unit. Raises PlanError for rules that contradict each other.
    """
    at_once = evaluate("run-at-once", queue, horizon, POLICIES["run-at-once"].place(queue, horizon, rules))
    cap = site_cap(queue, horizon, rules, headroom)
    if cap is None:
        plan = evaluate(policy, queue, horizon, POLICIES[policy].place(queue, horizon, rules))
        return Solution(plan, certify(plan, rules.objective), None, at_once, at_once)
    baseline = first_come_plan(queue, horizon, cap)
    capped = place_under_cap(policy, queue, horizon, rules, cap)
    plan = evaluate(policy, queue, horizon, capped.placement)
    price = capped.price if _same_problem(policy, plan) else None
    price = cap_price(plan, cap, rules.objective) if price is None else price
    carbon_price = price if rules.objective == CARBON_ONLY else cap_price(plan, cap, CARBON_ONLY)
    return Solution(plan, certify(plan, rules.objective, baseline, cap, price, carbon_price), cap, at_once, baseline)


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


def cap_price(plan: Plan, cap: SiteCap, objective: Objective) -> Floats:
    """Prices on the cap (T,) that bound what the placed jobs could cost under it."""
    queue = plan.queue
    jobs = in_canonical_order(queue, np.flatnonzero(plan.placed & ~cap.always & (cap.load > 0)))
    if not len(jobs):
        return np.zeros(len(plan.horizon))
    values = objective.values(plan.horizon)
    pauses = queue.interruptible & ~queue.fixed
    return lagrangian_prices(relax(queue, jobs, pauses, cap.load, cap.free, values, objective.delay_cost)).price
