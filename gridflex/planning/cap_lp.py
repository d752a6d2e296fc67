"""The relaxed plan under a cap: jobs may be split over runs, nothing else is given up.

HiGHS solves it over the runs near the best at the present prices; its own prices then show
which other runs are worth a place (column generation), until value and bound meet. Load may
exceed the room at a penalty, which holds the prices near the last ones and rises where it is
paid (Marsten, Hogan and Blankenship, "The boxstep method", 1975).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gridflex.planning.cap_columns import Considered, Groups, PauseGroups
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.prices import Prices, Relaxation

NEAR = 5e-4
"""Share of its least cost by which a run may exceed it and still be considered, at first."""
NEARER = NEAR / 3
"""The same once a plan has made prices of its own."""
ROUNDS = 12
CROWDED = 4000
"""Runs considered from which those a plan makes no use of are forgotten, that the next is as quick."""
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
    model = _Model(groups, free / unit, unit, penalty)
    value, taken, excess, price = model.solve()
    bound, _ = relaxation.respond(price)
    short = excess > SHORT
    # Where load found no room the prices are penalties: no bound on what jobs that have a place must cost.
    best = Prices(price, bound) if bound > known.bound and not short.any() else known
    share = tuple(
        np.where(group.near, part * unit / group.load[:, None], 0.0) for group, part in zip(groups, taken, strict=True)
    )
    return RelaxedPlan(groups, share, best, value * unit + sure_cost, float(excess[short].sum()) * unit), price, short


class _Model:
    """Rows: a group each, then a half-hour each. Columns: what a group considers, then the excess."""

    def __init__(self, groups: tuple[Groups, ...], free: Floats, unit: float, penalty: Floats) -> None:
        import highspy

        self._groups, self._count = groups, len(free)
        rows = np.cumsum([0, *(len(group.load) for group in groups)])
        self._places = [np.nonzero(group.near) for group in groups]
        cost = np.concatenate([group.cost[place] for group, place in zip(groups, self._places, strict=True)])
        time = np.arange(self._count)
        need = np.concatenate([group.load * group.count for group in groups]) / unit
        most = np.concatenate(
            [(group.load / unit)[place[0]] for group, place in zip(groups, self._places, strict=True)]
        )
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(cost) + self._count, int(rows[-1]) + self._count
        lp.col_cost_ = np.concatenate((cost, penalty))
        lp.col_lower_ = np.zeros(lp.num_col_)
        lp.col_upper_ = np.concatenate((most, np.full(self._count, highspy.kHighsInf)))
        lp.row_lower_ = np.concatenate((need, np.full(self._count, -highspy.kHighsInf)))
        lp.row_upper_ = np.concatenate((need, free))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        parts = [
            _columns(group, place, int(row), int(rows[-1]))
            for group, place, row in zip(groups, self._places, rows, strict=False)
        ]
        entries = np.concatenate([size for _, size in parts] + [np.ones(self._count, dtype=np.int64)])
        index = np.concatenate([index for index, _ in parts] + [rows[-1] + time])
        lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(entries))).astype(np.int32)
        lp.a_matrix_.index_ = index.astype(np.int32)
        lp.a_matrix_.value_ = np.where(np.arange(len(index)) < len(index) - self._count, 1.0, -1.0)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("solver", "ipm")
        self._highs.passModel(lp)

    def solve(self) -> tuple[float, list[Floats], Floats, Floats]:
        """Value, what each group takes of each of its places (G, T), the excess, and the prices."""
        import highspy

        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # The interior point may stall on degenerate rows; the simplex method does not.
            self._highs.setOptionValue("solver", "simplex")
            self._highs.run()
        solution = self._highs.getSolution()
        column = np.asarray(solution.col_value)
        price = np.maximum(-np.asarray(solution.row_dual)[-self._count :], 0.0)
        taken, first = [], 0
        for group, place in zip(self._groups, self._places, strict=True):
            table = np.zeros(group.near.shape)
            table[place] = np.maximum(column[first : first + len(place[0])], 0.0)
            first += len(place[0])
            taken.append(table)
        return self._highs.getInfo().objective_function_value, taken, column[first:], price


def _columns(group: Groups, place: tuple[Ints, ...], row: int, time_row: int) -> tuple[Ints, Ints]:
    """Row numbers of every column's entries, one column after another, and their number."""
    which, start = place
    size = group.slots[which] + 1
    first = np.cumsum(size) - size
    offset = np.arange(int(size.sum())) - np.repeat(first, size)
    index = np.where(offset == 0, np.repeat(row + which, size), np.repeat(time_row + start, size) + offset - 1)
    return index, size
