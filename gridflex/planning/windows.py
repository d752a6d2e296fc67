"""All possible starts of many jobs at once: costs as a table, the cheapest chosen exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.queue import Queue
from gridflex.planning.runs import prefix_sums, run_sums, whole_and_fraction
from gridflex.planning.start_table import StartTable, table_pays

CHUNK = 2048
"""Jobs searched together: 2048 x 96 half-hours x 8 bytes stay within the processor's cache."""

AT_ONCE = 1 << 15
"""Jobs whose columns are handled together, for the same reason."""


def chunks(count: int, size: int = CHUNK) -> Iterator[slice]:
    """Slices that cover ``count`` rows."""
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def start_costs(
    values: Floats, queue: Queue, delay_cost: float = 0.0, first: int = 0, stop: int | None = None
) -> tuple[Ints, Floats]:
    """Rows of starts from ``first`` to before ``stop`` (T,) and the cost of each job at each (n, T), GBP or grams.

    ``values`` is the cost of one kWh in each half-hour; ``delay_cost`` is added per hour
    after ``earliest``. A start outside a job's window costs infinity.
    """
    starts = np.arange(first, len(values) if stop is None else stop)
    full, fraction = whole_and_fraction(queue.length)
    # Jobs of one length share their sums; copying rows is quicker than looking each sum up.
    lengths, row = np.unique(full, return_inverse=True)
    ends = lengths[:, None] + starts
    padded = np.concatenate((values, np.zeros(int(full.max(initial=0)) + 1)))
    total = prefix_sums(padded)
    cost = (total[ends] - total[starts])[row]
    if fraction.any():
        cost += fraction[:, None] * padded[ends][row]
    cost *= (queue.power_kw / 2)[:, None]
    if delay_cost:
        cost += (starts - queue.earliest[:, None]) * (delay_cost / 2)
    np.putmask(cost, (starts < queue.earliest[:, None]) | (starts > queue.latest[:, None]), np.inf)
    return starts, cost


class Search(Protocol):
    """Finds the cheapest starts of any part of a queue."""

    def cheapest(self, queue: Queue) -> tuple[Ints, Floats]:
        """The cheapest start of each job (the earliest of equals) and its cost; exact.

        Jobs without a window get their earliest row and infinity.
        """
        ...

    def cost_at(self, queue: Queue, start: Ints) -> Floats:
        """Cost of each job's unbroken run from ``start``, in value x kWh; no delay cost."""
        ...


class DirectSearch:
    """Tries every start of every job."""

    def __init__(self, values: Floats, delay_cost: float) -> None:
        self._values, self._delay_cost = values, delay_cost

    def cheapest(self, queue: Queue) -> tuple[Ints, Floats]:
        """The cheapest start of each job and its cost."""
        found = [self._cheapest(queue.take(rows)) for rows in chunks(len(queue))]
        best, cost = zip(*found, strict=True) if found else ((queue.earliest,), (queue.power_kw,))
        return np.concatenate(best), np.concatenate(cost)

    def _cheapest(self, queue: Queue) -> tuple[Ints, Floats]:
        first = int(np.clip(queue.earliest.min(), 0, len(self._values) - 1))
        stop = int(np.clip(queue.latest.max() + 1, first + 1, len(self._values)))
        _, table = start_costs(self._values, queue, self._delay_cost, first, stop)
        best = table.argmin(axis=1)
        cost = table[np.arange(len(queue)), best]
        return np.where(cost < np.inf, first + best, queue.earliest), cost

    def cost_at(self, queue: Queue, start: Ints) -> Floats:
        """Cost of each job's unbroken run from ``start``."""
        return cost_at(self._values, queue, start)


def search_for(values: Floats, queue: Queue, delay_cost: float = 0.0) -> Search:
    """The quicker exact search for a queue."""
    if not delay_cost and table_pays(queue, len(values)):
        return StartTable(values, int(queue.slots.max()))
    return DirectSearch(values, delay_cost)


def cost_at(values: Floats, queue: Queue, start: Ints) -> Floats:
    """Cost of each job's unbroken run from ``start``, in value x kWh; no delay cost."""
    costs: Floats = run_sums(values, start, queue.length) * (queue.power_kw / 2)
    return costs


def cheapest_start(values: Floats, queue: Queue, delay_cost: float = 0.0) -> tuple[Ints, Floats]:
    """The cheapest start of each job (the earliest of equals) and its cost; see :class:`Search`."""
    return search_for(values, queue, delay_cost).cheapest(queue)


def first_start_where(allowed: Bools) -> Ints:
    """First True of each row of an (n, T) table; -1 where there is none."""
    return np.where(allowed.any(axis=1), allowed.argmax(axis=1), -1)
