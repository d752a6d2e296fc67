"""The relaxed plan under a cap: jobs may be split over runs, nothing else is given up.

HiGHS solves it over the runs near the best at the present prices; its own prices then show
which other runs are worth a place (column generation), until value and bound meet. Load may
exceed the room at a penalty, which holds the prices near the last ones and rises where it is
paid (Marsten, Hogan and Blankenship, "The boxstep method", 1975).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.planning.cap_columns import Considered, Groups, PauseGroups
from gridflex.planning.cap_model import RelaxedModel
from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.prices import Prices, Relaxation

NEAR = 5e-4
"""Share of its least cost by which a run may exceed it and still be considered, at first."""
NEARER = NEAR / 3
"""The same once a plan has made prices of its own, which are nearer the best."""
ROUNDS = 12
CROWDED = 4000
"""Runs considered from which those a plan makes no use of are forgotten: the next takes half the time."""
LARGE = 8000
"""Runs considered from which one plan without a shortage is good enough."""
STUCK = 2
"""Plans one after another without less load that finds no room, after which there is no room for it."""
SHORT = 1e-7
"""Share of the largest room that counts as load without room."""
CLOSE = 2e-5
"""Share of its value by which a relaxed plan may stay above its bound."""


@dataclass(frozen=True, eq=False)
class RelaxedPlan:
    """Groups with the share of each at every start or half-hour (G, T); rows sum to ``count``.

    ``prices`` are the best known. ``excess`` is the load that found no room, in all half-hours.
    """

    groups: tuple[Groups, ...]
    share: tuple[Floats, ...]
    prices: Prices
    value: float
    excess: float


def relaxed_plan(relaxation: Relaxation, prices: Prices) -> RelaxedPlan:
    """The best relaxed plan found, from prices near the best; one that finds room for all if any does."""
    best, price = prices, prices.price
    penalty = np.maximum(2 * price, max(0.2 * float(price.max()), 1e-6 * _spread(relaxation)))
    considered = Considered(relaxation)
    kept: RelaxedPlan | None = None
    stuck = 0
    for _ in range(ROUNDS):
        considered.add(price, NEAR if kept is None else NEARER)
        groups = considered.groups()
        if kept is not None and kept.excess == 0 and considered.thinned:
            # Where many runs cost the same, too many are near: without some of them no plan gets better.
            break
        size = sum(int(group.near.sum()) for group in groups)
        plan, price, short = _solve(relaxation, groups, best, penalty)
        best = plan.prices
        if size > CROWDED:
            considered.keep_used(plan.groups, plan.share)
        penalty[short] *= 4
        gained = kept is None or _rank(plan) < _rank(kept)
        stuck = stuck + 1 if kept is not None and plan.excess >= 0.99 * kept.excess > 0 else 0
        kept = plan if gained or kept is None else kept
        close = kept.value - best.bound <= CLOSE * abs(kept.value)
        if stuck == STUCK or (kept.excess == 0 and (close or not gained or size > LARGE)):
            break
    assert kept is not None
    return replace(kept, prices=best)


def _rank(plan: RelaxedPlan) -> tuple[float, float]:
    """Less load without room first, then less cost."""
    return plan.excess, plan.value


def _spread(relaxation: Relaxation) -> float:
    """A cost that any price on a half-hour is measured by."""
    return float(np.ptp(relaxation.values)) + float(np.abs(relaxation.values).max())


def _solve(
    relaxation: Relaxation, groups: tuple[Groups, ...], known: Prices, penalty: Floats
) -> tuple[RelaxedPlan, Floats, Bools]:
    """The linear programme over the runs the groups consider; loads as shares of the largest room."""
    unit = max(float(relaxation.free.max()), *(float(group.load.max()) for group in groups))
    free, sure_cost = relaxation.free.copy(), 0.0
    if relaxation.runs is not None:
        sure_cost -= relaxation.runs.delay_before()
    for group in groups:
        if isinstance(group, PauseGroups):
            free -= group.sure_load
            sure_cost += group.sure_cost
    model = RelaxedModel(groups, free / unit, unit, penalty)
    value, taken, excess, price = model.solve()
    bound, _ = relaxation.respond(price)
    short = excess > SHORT
    # Where load found no room the prices are penalties: no bound on what jobs that have a place must cost.
    best = Prices(price, bound) if bound > known.bound and not short.any() else known
    share = tuple(
        np.where(group.near, part * unit / group.load[:, None], 0.0) for group, part in zip(groups, taken, strict=True)
    )
    return RelaxedPlan(groups, share, best, value * unit + sure_cost, float(excess[short].sum()) * unit), price, short
