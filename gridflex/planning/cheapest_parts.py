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


def cheapest_parts(
    values: Floats, queue: Queue, delay_cost: float = 0.0, held: Floats | None = None
) -> tuple[Bools, Floats]:
    """Half-hours used by each job (n, T) and its cost in value x kWh; ties go to the earliest.

    Every job must have a window. ``delay_cost`` is per hour of later completion. ``held``
    (n, T) is what each half-hour costs a job that uses any of it, beside the energy.
    """
    expected = whole_slots(queue.length)
    fraction = queue.length - (expected - 1)
    kwh = queue.power_kw / 2
    worth, row = _values_of_jobs(values, queue, held)
    if not delay_cost and np.array_equal(queue.length, queue.slots):
        return _whole_half_hours(worth[row], queue, expected)
    margin, best, end = _sweep(worth, row, queue, expected, delay_cost, (fraction - 1) * kwh, values)
    return _parts(worth[row], queue, end, margin, expected), best


def _whole_half_hours(worth: Floats, queue: Queue, expected: Ints) -> tuple[Bools, Floats]:
    """The k cheapest half-hours where all of them are used in full and no delay is priced."""
    time = np.arange(worth.shape[1])
    window = (time >= queue.earliest[:, None]) & (time < (queue.latest + expected)[:, None])
    inside = np.where(window, worth, np.inf)
    most = int(expected.max())
    order = np.argsort(inside, axis=1, kind="stable")[:, :most]
    used = np.arange(most) < expected[:, None]
    parts = np.zeros(worth.shape, dtype=np.bool_)
    np.put_along_axis(parts, order, used, axis=1)
    cost = np.where(used, np.take_along_axis(inside, order, axis=1), 0.0).sum(axis=1) * (queue.power_kw / 2)
    return parts, cost


def _values_of_jobs(values: Floats, queue: Queue, held: Floats | None) -> tuple[Floats, Ints]:
    """Cost of a kWh in each half-hour, one row for all jobs alike, and the row of each job."""
    if held is None:
        lowest = int(queue.earliest.min())
        return np.tile(values, (int(queue.earliest.max()) - lowest + 1, 1)), queue.earliest - lowest
    return values + held / (queue.power_kw / 2)[:, None], np.arange(len(queue))


def _sweep(
    worth: Floats, row: Ints, queue: Queue, expected: Ints, delay_cost: float, unused: Floats, values: Floats
) -> tuple[Floats, Floats, Ints]:
    """Dearest value used before the last half-hour, least cost, and last half-hour of each job.

    ``unused`` (below or at 0) times the value of the last half-hour is what its fraction leaves.
    """
    kwh = queue.power_kw / 2
    first = np.zeros(len(worth), dtype=np.int64)
    first[row] = queue.earliest
    first_end, last_end = queue.earliest + expected - 1, queue.latest + expected - 1
    rank = expected - 1
    best, end = np.full(len(queue), np.inf), first_end.copy()
    margin = np.full(len(queue), -np.inf)
    ranked = np.full((len(worth), int(expected.max())), np.inf)
    for t in range(int(first.min()), int(last_end.max()) + 1):
        ending = np.flatnonzero((t >= first_end) & (t <= last_end))
        sums = np.cumsum(ranked, axis=1)
        before = np.where(rank[ending] > 0, sums[row[ending], rank[ending] - 1], 0.0)
        cost = (before + worth[row[ending], t]) * kwh[ending] + unused[ending] * values[t]
        cost += (t - first_end[ending]) * (delay_cost / 2)
        better = cost < best[ending]
        jobs = ending[better]
        best[jobs], end[jobs] = cost[better], t
        margin[jobs] = np.where(rank[jobs] > 0, ranked[row[jobs], rank[jobs] - 1], -np.inf)
        _insert(ranked, np.where(first <= t, worth[:, t], np.inf))
    return margin, best, end


def _insert(ranked: Floats, value: Floats) -> None:
    """Put one more value into each row of rising values; the largest falls out."""
    ranked[:, 1:] = np.minimum(ranked[:, 1:], np.maximum(ranked[:, :-1], value[:, None]))
    ranked[:, 0] = np.minimum(ranked[:, 0], value)


def _parts(worth: Floats, queue: Queue, end: Ints, margin: Floats, expected: Ints) -> Bools:
    """The last half-hour, the cheapest before it, and the rest of the time limit after it."""
    time = np.arange(worth.shape[1])[None, :]
    before = (time >= queue.earliest[:, None]) & (time < end[:, None])
    below = before & (worth < margin[:, None])
    level = before & (worth == margin[:, None])
    wanted = (expected - 1 - below.sum(axis=1))[:, None]
    limit = end + queue.slots - expected
    tail = (time >= end[:, None]) & (time <= limit[:, None])
    parts: Bools = below | (level & (np.cumsum(level, axis=1) <= wanted)) | tail
    return parts
