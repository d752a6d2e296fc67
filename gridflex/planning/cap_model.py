"""The linear programme of a relaxed plan under a cap, as HiGHS takes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridflex.planning.cap_columns import Groups
from gridflex.planning.horizon import Floats, Ints


class RelaxedModel:
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
