"""A block bid freezes the jobs behind it; what the planner could have saved without it is given up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.errors import InputError
from gridflex.markets.efa import EfaBlock
from gridflex.markets.firm import KW_A_MW, SitePlan, turn_down_kw, turn_up_kw
from gridflex.markets.products import Direction, Product
from gridflex.planning.horizon import Bools, Horizon
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import UNPLACED, Policy, Rules
from gridflex.planning.queue import Queue


@dataclass(frozen=True, eq=False)
class GivenUp:
    """The plan with the bid's jobs frozen beside the plan without; positive means the bid costs that."""

    frozen: Bools
    with_bid: Plan
    without_bid: Plan

    @property
    def carbon_g(self) -> float:
        """Grams of CO2 given up."""
        return float(self.with_bid.carbon_g.sum() - self.without_bid.carbon_g.sum())

    @property
    def gbp(self) -> float:
        """Energy cost given up, GBP."""
        return float(self.with_bid.cost_gbp.sum() - self.without_bid.cost_gbp.sum())


def jobs_behind(plan: SitePlan, product: Product, block: EfaBlock, mw: float) -> Bools:
    """The jobs a bid of ``mw`` rests on, those that cover most of the block first.

    Raises InputError where the block's firm power is less than that.
    """
    left = np.full(block.count, mw * KW_A_MW)
    chosen = np.zeros(len(plan.queue), np.bool_)
    shares = _shares(plan, product, block)
    energy = {job: float(kw.sum()) for job, kw in shares.items()}
    for job in sorted(shares, key=lambda job: (-energy[job], job)):
        if (left <= 0).all():
            break
        if (np.minimum(shares[job], np.maximum(left, 0)) > 0).any():
            chosen[job] = True
            left -= shares[job]
    if (left > 1e-6).any():
        raise InputError(f"{block.label} does not hold {mw:g} MW for {product.name}")
    return chosen


def freeze(queue: Queue, plan: SitePlan, jobs: Bools) -> Queue:
    """The queue with ``jobs`` fixed where the plan has them."""
    held = jobs & (plan.start != UNPLACED)
    return replace(
        queue,
        earliest=np.where(held, plan.start, queue.earliest),
        latest=np.where(held, plan.start, queue.latest),
        fixed=queue.fixed | held,
    )


def given_up(plan: SitePlan, jobs: Bools, horizon: Horizon, policy: Policy, rules: Rules) -> GivenUp:
    """What re-planning on ``horizon`` loses because ``jobs`` may not move."""
    bound = freeze(plan.queue, plan, jobs)
    without = evaluate(policy.name, plan.queue, horizon, policy.place(plan.queue, horizon, rules))
    with_bid = evaluate(policy.name, plan.queue, horizon, policy.place(bound, horizon, rules))
    return GivenUp(jobs, with_bid, without)


def _shares(plan: SitePlan, product: Product, block: EfaBlock) -> dict[int, np.ndarray]:
    """kW each job adds to the block's firm power, by half-hour; headroom is the site's, not a job's."""
    found = {}
    for job in range(len(plan.queue)):
        row = np.array([job])
        parts = None if plan.parts is None else plan.parts[row]
        alone = SitePlan(plan.queue.take(row), plan.start[row], plan.count, parts)
        firm = turn_down_kw if product.direction is Direction.DOWN else turn_up_kw
        kw = firm(alone, product.pause_half_hours)[block.rows]
        if kw.any():
            found[job] = kw
    return found
