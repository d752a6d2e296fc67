"""The least value, and where, of many ranges of a few rows: a sparse table."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats, Ints


class RangeMinimum:
    """Ranges ``first`` to ``last`` (both in) of ``row``, asked again and again of changing tables.

    Bender and Farach-Colton, "The LCA problem revisited" (2000), section 3: the minimum of
    a range is that of the two runs of 2**k values that cover it from both ends.
    """

    def __init__(self, rows: int, count: int, row: Ints, first: Ints, last: Ints) -> None:
        level = np.frexp(last - first + 1)[1] - 1
        self._levels = int(level.max(initial=0)) + 1
        self._shape = (self._levels, rows, count)
        self._value = np.empty(self._shape)
        self._where = np.empty(self._shape, dtype=np.int64)
        self._left = (level * rows + row) * count + first
        self._right = (level * rows + row) * count + last - (1 << level.astype(np.int64)) + 1

    def of(self, table: Floats) -> tuple[Ints, Floats]:
        """Column (the first of equals) and value of the minimum of each range of ``table``."""
        self._value[0] = table
        self._where[0] = np.arange(self._shape[2])
        for level in range(1, self._levels):
            half = 1 << (level - 1)
            self._value[level], self._where[level] = self._value[level - 1], self._where[level - 1]
            better = self._value[level - 1][:, half:] < self._value[level - 1][:, :-half]
            np.copyto(self._value[level][:, :-half], self._value[level - 1][:, half:], where=better)
            np.copyto(self._where[level][:, :-half], self._where[level - 1][:, half:], where=better)
        value, where = self._value.reshape(-1), self._where.reshape(-1)
        left, right = value.take(self._left), value.take(self._right)
        better = right < left
        return np.where(better, where.take(self._right), where.take(self._left)), np.where(better, right, left)
