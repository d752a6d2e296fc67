"""Which runs of which classes a relaxed plan needs to consider: those near the best at given prices.

Classes that consider the same runs at the same costs are one group (merging them is exact,
as for jobs), so a few hundred rows stand for any queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridflex.planning.classes import RunClasses, relabel, sums_by
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.pausing_classes import PausingClasses
from gridflex.planning.prices import Relaxation

MOST_COLUMNS, COLUMNS_A_JOB = 8000, 0.4
"""Runs beyond which the linear programme takes longer (about a second) than its last digits are worth."""


@dataclass(frozen=True, eq=False)
class Groups:
    """G groups of classes of runs: each places ``load`` over the starts in ``near`` (G, T).

    A run holds ``slots``; ``cost`` (G, T) is per unit of load; ``of`` is the group of each
    class. ``count`` is 1: each job takes one start.
    """

    near: Bools
    load: Floats
    count: Ints
    slots: Ints
    cost: Floats
    of: Ints


@dataclass(frozen=True, eq=False)
class PauseGroups(Groups):
    """Groups of classes that pause: ``near`` are half-hours (``slots`` 1), each job uses ``count`` of them.

    Beside them each class uses its ``sure`` ones (C, T), which take ``sure_load`` (T,) and
    cost ``sure_cost`` in all.
    """

    sure: Bools
    sure_load: Floats
    sure_cost: float


class Considered:
    """The runs considered so far: those near the best at any of the prices seen.

    ``thinned`` says that the last groups gave some of them up.
    """

    def __init__(self, relaxation: Relaxation) -> None:
        self.thinned = False
        self._relaxation = relaxation
        self._near: Bools | None = None
        self._kept: Bools | None = None
        self._sure: Bools | None = None
        self._used: Bools | None = None

    def add(self, price: Floats, within: float) -> None:
        """Consider also the runs within a share of the cheapest at these prices."""
        relaxation = self._relaxation
        if relaxation.runs is not None:
            near = near_runs(relaxation, relaxation.runs, price, within)
            self._near = near if self._near is None else self._near | near
        if relaxation.pauses is not None:
            sure, maybe = near_pauses(relaxation.pauses, relaxation.values, price, within)
            self._used = sure | maybe if self._used is None else self._used | sure | maybe
            self._sure = sure if self._sure is None else self._sure & sure

    def keep_used(self, groups: Sequence[Groups], share: Sequence[Floats]) -> None:
        """Forget the runs of which a plan makes no use; those near the best at its prices are soon added again."""
        if self._near is not None:
            self._near = self._kept = (share[0] > 0)[groups[0].of]

    def groups(self) -> tuple[Groups, ...]:
        """Groups of the runs considered, then of those that pause."""
        relaxation, groups = self._relaxation, []
        if relaxation.runs is not None and self._near is not None:
            groups.append(self._few_run_groups(relaxation.runs, self._near))
        if relaxation.pauses is not None and self._sure is not None and self._used is not None:
            groups.append(pause_groups(relaxation.pauses, relaxation.values, self._sure, self._used & ~self._sure))
        return tuple(groups)

    def _few_run_groups(self, runs: RunClasses, near: Bools) -> Groups:
        """Groups of runs; where they consider very much for so few jobs, every second end is given up."""
        groups = run_groups(self._relaxation, runs, near)
        self.thinned = int(groups.near.sum()) > max(MOST_COLUMNS, COLUMNS_A_JOB * len(runs.member))
        if not self.thinned:
            return groups
        few = _snapped(near, 2)
        return run_groups(self._relaxation, runs, few if self._kept is None else few | self._kept)


def _snapped(near: Bools, step: int) -> Bools:
    """Without what lies before the first or after the last multiple of ``step``, where two multiples are left."""
    count = near.shape[1]
    first, last = near.argmax(axis=1), count - 1 - near[:, ::-1].argmax(axis=1)
    first, last = -(-first // step) * step, last // step * step
    time = np.arange(count)
    inside: Bools = near & (time >= first[:, None]) & (time <= last[:, None])
    return np.where(((last > first) & inside.any(axis=1))[:, None], inside, near)


def near_runs(relaxation: Relaxation, runs: RunClasses, price: Floats, within: float) -> Bools:
    """Starts of each class (C, T) whose cost exceeds its cheapest by at most a share of it."""
    table = relaxation.run_costs + runs.holding(price)
    start, _ = relaxation.run_choice(price)
    least = table[runs.kind, start]
    limit = least + within * np.abs(least)
    time = np.arange(table.shape[1])
    near: Bools = table[runs.kind] <= limit[:, None]
    near &= (time >= runs.earliest[:, None]) & (time <= runs.latest[:, None])
    return near


def run_groups(relaxation: Relaxation, runs: RunClasses, near: Bools) -> Groups:
    """Classes of runs grouped by kind and the starts they consider."""
    of, one_of = _same_rows(near, runs.kind)
    kind = runs.kind[one_of]
    load = sums_by(of, runs.load, len(one_of))
    ones = np.ones(len(one_of), dtype=np.int64)
    return Groups(near[one_of], load, ones, runs.slots[kind], relaxation.run_costs[kind], of)


def near_pauses(pauses: PausingClasses, values: Floats, price: Floats, within: float) -> tuple[Bools, Bools]:
    """Half-hours (C, T) each class uses in any case, and those it may or may not use."""
    costs = pauses.costs(values, price)
    chosen = pauses.chosen(costs)
    of_class = costs[pauses.kind]
    last = np.where(chosen, of_class, -np.inf).max(axis=1, keepdims=True)
    band = within * np.abs(last)
    sure = pauses.window & (of_class < last - band)
    return sure, pauses.window & (of_class <= last + band) & ~sure


def pause_groups(pauses: PausingClasses, values: Floats, sure: Bools, near: Bools) -> PauseGroups:
    """Classes that pause grouped by kind, the half-hours they consider and how many of them they need."""
    count = pauses.used - sure.sum(axis=1)
    of, one_of = _same_rows(near, relabel(pauses.kind, count)[1])
    load = sums_by(of, pauses.load, len(one_of))
    kwh = pauses.kwh[pauses.kind]
    ones = np.ones(len(one_of), dtype=np.int64)
    sure_cost = float((pauses.load * kwh) @ (sure @ values))
    cost = kwh[one_of, None] * values
    return PauseGroups(near[one_of], load, count[one_of], ones, cost, of, sure, pauses.load @ sure, sure_cost)


def _same_rows(table: Bools, label: Ints) -> tuple[Ints, Ints]:
    """Group of each row, rows with equal label and content together; one row of each group."""
    packed = np.packbits(table, axis=1)
    rows = np.concatenate((packed, label.astype(np.int64)[:, None].view(np.uint8)), axis=1)
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, one_of, of = np.unique(keys, return_index=True, return_inverse=True)
    return of.astype(np.int64), one_of.astype(np.int64)
