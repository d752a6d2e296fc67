"""The cheapest start for every length and every window, looked up instead of searched.

For runs of whole half-hours the cheapest start depends on (length, earliest, latest) alone,
so one table of L x T x T rows serves a queue of any size in O(1) a job; exact. It costs
T vectorised steps to build and pays off for queues of thousands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.queue import Queue
from gridflex.planning.runs import prefix_sums

LARGEST = 4_000_000
"""Rows of the table beyond which searching is quicker (and lighter) than building it."""
FEWEST_JOBS = 2_000


def table_pays(queue: Queue, count: int) -> bool:
    """Whether a table of ``count`` half-hours is exact for the queue and cheaper than a search."""
    if len(queue) < FEWEST_JOBS:
        return False
    return int(queue.slots.max()) * count**2 <= LARGEST and np.array_equal(queue.length, queue.slots)


class StartTable:
    """Cheapest starts of runs of 1 to ``longest`` whole half-hours; no delay cost."""

    def __init__(self, values: Floats, longest: int) -> None:
        count = len(values)
        self._count, self._longest = count, longest
        total = prefix_sums(values)
        self._sums = np.full((longest + 1, count), np.inf)
        for length in range(1, min(longest, count) + 1):
            self._sums[length, : count - length + 1] = total[length:] - total[: count - length + 1]
        self._best = self._running_minimum()

    def _running_minimum(self) -> NDArray[np.int16]:
        """``best[latest, length, earliest]``; the earliest row itself where the window is empty."""
        best = np.empty((self._count, self._longest + 1, self._count), dtype=np.int16)
        choice = np.tile(np.arange(self._count, dtype=np.int16), (self._longest + 1, 1))
        lowest = np.full((self._longest + 1, self._count), np.inf)
        for latest in range(self._count):
            start = self._sums[:, latest, None]
            cheaper = start < lowest[:, : latest + 1]
            np.copyto(lowest[:, : latest + 1], start, where=cheaper)
            np.copyto(choice[:, : latest + 1], np.int16(latest), where=cheaper)
            best[latest] = choice
        return best.reshape(-1)

    def cheapest(self, queue: Queue) -> tuple[Ints, Floats]:
        """The cheapest start of each job and its cost; the earliest row and infinity without a window."""
        row = np.clip(queue.latest, 0, self._count - 1)
        row *= self._longest + 1
        row += queue.slots
        row *= self._count
        row += np.minimum(queue.earliest, self._count - 1)
        best = self._best.take(row).astype(np.int64)
        cost = self.cost_at(queue, best)
        if not queue.placeable.all():
            np.copyto(best, queue.earliest, where=~queue.placeable)
            np.copyto(cost, np.inf, where=~queue.placeable)
        return best, cost

    def cost_at(self, queue: Queue, start: Ints) -> Floats:
        """Cost of each job's run from ``start``, in value x kWh; infinity where it does not fit."""
        row = queue.slots * self._count
        row += np.minimum(start, self._count - 1)
        cost = self._sums.take(row)
        cost *= queue.power_kw
        cost /= 2
        return cost
