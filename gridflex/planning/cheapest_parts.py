"""The cheapest half-hours of jobs that may pause; exact.

A job uses k half-hours of its window, the last of them in time only by its fraction f. For
a given last half-hour t the best choice is t and the k - 1 cheapest before it (exchange
argument), so one sweep over t with the sorted values seen so far finds the optimum, delay
cost included. A time limit beyond the expected run is kept free right after t.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.queue import Queue, whole_slots


def cheapest_parts(values: Floats, queue: Queue, delay_cost: float = 0.0) -> tuple[Bools, Floats]:
    """Half-hours used by each job (n, T) and its cost in value x kWh; ties go to the earliest.

    Every job must have a window. ``delay_cost`` is per hour of later completion.
    """
    count = len(values)
    expected = whole_slots(queue.length)
    fraction = queue.length - (expected - 1)
    kwh = queue.power_kw / 2
    first_end = queue.earliest + expected - 1
    last_end = queue.latest + expected - 1
    best = np.full(len(queue), np.inf)
    end = first_end.copy()
    # The dearest half-hour used before the last one; those at this very value are taken earliest first.
    margin = np.full(len(queue), -np.inf)
    lowest = int(queue.earliest.min())
    ranked = np.full((count - lowest, int(expected.max())), np.inf)
    ranked[:, 0] = -np.inf
    row, rank = queue.earliest - lowest, expected - 1
    for t in range(lowest, int(last_end.max()) + 1):
        total = np.cumsum(np.maximum(ranked, 0.0, where=np.isneginf(ranked), out=ranked.copy()), axis=1)
        cost = (total[row, rank] + fraction * values[t]) * kwh + (t - first_end) * (delay_cost / 2)
        better = (t >= first_end) & (t <= last_end) & (cost < best)
        best[better], end[better] = cost[better], t
        margin[better] = ranked[row[better], rank[better]]
        seen = ranked[: t - lowest + 1]
        seen[:, 1:] = np.minimum(seen[:, 1:], np.maximum(seen[:, :-1], values[t]))
    return _parts(values, queue, end, margin, expected), best


def _parts(values: Floats, queue: Queue, end: Ints, margin: Floats, expected: Ints) -> Bools:
    """The last half-hour, the cheapest before it, and the rest of the time limit after it."""
    rows = np.arange(len(values))[None, :]
    before = (rows >= queue.earliest[:, None]) & (rows < end[:, None])
    below = before & (values[None, :] < margin[:, None])
    level = before & (values[None, :] == margin[:, None])
    wanted = (expected - 1 - below.sum(axis=1))[:, None]
    limit = end + queue.slots - expected
    tail = (rows >= end[:, None]) & (rows <= limit[:, None])
    parts: Bools = below | (level & (np.cumsum(level, axis=1) <= wanted)) | tail
    return parts
