"""The cheapest half-hours of jobs that may pause at a price; exact by dynamic programming.

A job runs at least ``min_run`` half-hours at a stretch and pays ``restart_kwh`` more in the
half-hour in which it resumes. State after each half-hour: work done, and how it stands (off,
or on for 1, 2, ... ``min_run`` half-hours). All jobs of a call advance together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.queue import Queue, whole_slots

OFF = 0


def cheapest_stretches(
    values: Floats, queue: Queue, delay_cost: float = 0.0, held: Floats | None = None
) -> tuple[Bools, Floats]:
    """Half-hours used by each job (n, T) and its cost in value x kWh; every job must have a window.

    ``delay_cost`` is per hour of later completion. ``held`` (n, T) is what each half-hour
    costs a job that uses any of it, beside the energy. The time limit is kept free after
    the last half-hour.
    """
    expected = whole_slots(queue.length)
    first = int(queue.earliest.min())
    rows = np.arange(first, int((queue.latest + expected).max()))
    cost, came_from = _forward(values, queue, expected, rows, delay_cost, held)
    return _backward(queue, expected, cost, came_from, rows, len(values))


def _forward(
    values: Floats,
    queue: Queue,
    expected: NDArray[np.int64],
    rows: NDArray[np.int64],
    delay_cost: float,
    held: Floats | None,
) -> tuple[Floats, list[NDArray[np.uint8]]]:
    """Least cost of each (job, work done, standing) after the last row, and each row's choices."""
    stretch, most = int(queue.min_run.max()), int(expected.max())
    jobs = np.arange(len(queue))
    shortest = np.minimum(queue.min_run, expected)
    kwh, fraction = queue.power_kw / 2, queue.length - (expected - 1)
    cost = np.full((len(queue), most + 1, stretch + 1), np.inf)
    cost[:, 0, OFF] = 0.0
    came_from: list[NDArray[np.uint8]] = []
    work = np.arange(most + 1)
    for t in rows:
        may_run = (t >= queue.earliest) & (t < queue.latest + expected)
        weight = np.where(work == expected[:, None], fraction[:, None], 1.0)
        using = weight * values[t] * kwh[:, None]
        run = np.where(may_run[:, None], using if held is None else using + held[:, t, None], np.inf)
        run += (work == expected[:, None]) * ((t - queue.earliest - expected + 1) * (delay_cost / 2))[:, None]
        following = np.full_like(cost, np.inf)
        choice = np.zeros(cost.shape, dtype=np.uint8)
        # Off stays off; a stretch ends only once it was long enough.
        full = cost[jobs, :, shortest]
        following[:, :, OFF] = np.minimum(cost[:, :, OFF], full)
        choice[:, :, OFF] = np.where(full < cost[:, :, OFF], shortest[:, None], OFF)
        resume = np.where(work[:-1] > 0, queue.restart_kwh[:, None] * values[t], 0.0)
        following[:, 1:, 1] = cost[:, :-1, OFF] + resume + run[:, 1:]
        for standing in range(2, stretch + 1):
            following[:, 1:, standing] = cost[:, :-1, standing - 1] + run[:, 1:]
            choice[:, 1:, standing] = standing - 1
        going_on = full[:, :-1] + run[:, 1:]
        at_full = following[jobs, 1:, shortest]
        choice[jobs, 1:, shortest] = np.where(going_on < at_full, shortest[:, None], choice[jobs, 1:, shortest])
        following[jobs, 1:, shortest] = np.minimum(going_on, at_full)
        cost = following
        came_from.append(choice)
    return cost, came_from


def _backward(
    queue: Queue,
    expected: NDArray[np.int64],
    cost: Floats,
    came_from: list[NDArray[np.uint8]],
    rows: NDArray[np.int64],
    count: int,
) -> tuple[Bools, Floats]:
    """Follow the choices back from the cheapest end of each job."""
    jobs = np.arange(len(queue))
    shortest = np.minimum(queue.min_run, expected)
    done = expected.copy()
    ends = np.stack((cost[jobs, expected, OFF], cost[jobs, expected, shortest]))
    best = ends.min(axis=0)
    standing = np.where(ends[0] <= ends[1], OFF, shortest)
    used = np.zeros((len(queue), count), dtype=np.bool_)
    end = np.full(len(queue), -1)
    for t, choice in zip(rows[::-1], came_from[::-1], strict=True):
        on = standing != OFF
        used[on, t] = True
        end = np.where(on & (end < 0), t, end)
        standing, done = choice[jobs, done, standing].astype(np.int64), done - on
    time = np.arange(count)[None, :]
    used |= (time > end[:, None]) & (time <= (end + queue.slots - expected)[:, None])
    return used, best
