"""All possible starts of many jobs at once: costs as a table, the cheapest chosen exactly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.queue import Queue
from gridflex.planning.runs import run_sums

CHUNK = 4096
"""Jobs handled together: 4096 x 96 half-hours x 8 bytes stay within the processor's cache."""


def chunks(count: int) -> Iterator[slice]:
    """Slices that cover ``count`` rows."""
    for first in range(0, count, CHUNK):
        yield slice(first, min(first + CHUNK, count))


def start_costs(values: Floats, queue: Queue, delay_cost: float = 0.0) -> tuple[Ints, Floats]:
    """Rows of starts (T,) and the cost of each job at each start (n, T), in GBP or grams.

    ``values`` is the cost of one kWh in each half-hour; ``delay_cost`` is added per hour
    after ``earliest``. A start outside a job's window costs infinity.
    """
    starts = np.arange(len(values))
    kwh = queue.power_kw[:, None] / 2
    cost = run_sums(values, starts[None, :], queue.length[:, None]) * kwh
    if delay_cost:
        cost += (starts[None, :] - queue.earliest[:, None]) * (delay_cost / 2)
    outside = (starts[None, :] < queue.earliest[:, None]) | (starts[None, :] > queue.latest[:, None])
    return starts, np.where(outside, np.inf, cost)


def cost_at(values: Floats, queue: Queue, start: Ints) -> Floats:
    """Cost of each job's unbroken run from ``start``, in value x kWh; no delay cost."""
    costs: Floats = run_sums(values, start, queue.length) * (queue.power_kw / 2)
    return costs


def cheapest_start(values: Floats, queue: Queue, delay_cost: float = 0.0) -> tuple[Ints, Floats]:
    """The cheapest start of each job (the earliest of equals) and its cost; exact.

    Jobs without a window get their earliest row and infinity.
    """
    best = queue.earliest.copy()
    cost = np.full(len(queue), np.inf)
    for rows in chunks(len(queue)):
        part = queue.take(np.arange(rows.start, rows.stop))
        _, table = start_costs(values, part, delay_cost)
        choice = table.argmin(axis=1)
        cost[rows] = table[np.arange(len(part)), choice]
        best[rows] = np.where(np.isfinite(cost[rows]), choice, part.earliest)
    return best, cost


def first_start_where(allowed: Bools) -> Ints:
    """First True of each row of an (n, T) table; -1 where there is none."""
    return np.where(allowed.any(axis=1), allowed.argmax(axis=1), -1)
