"""Runs that pause: what they cost, and the cheapest of them."""

from __future__ import annotations

import numpy as np

from gridflex.planning.cheapest_parts import cheapest_parts
from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.queue import Queue
from gridflex.planning.restart_dp import cheapest_stretches
from gridflex.planning.windows import CHUNK, chunks

SMALL_CHUNK = 256
"""Jobs of one dynamic programme: its table is (jobs, work, standing) for every half-hour."""


def part_sums(values: Floats, parts: Bools, length: Floats) -> Floats:
    """Sum of ``values`` over the first ``length`` half-hours of broken runs; the last one counts its fraction.

    Half-hours of ``parts`` beyond the expected length are kept free for the time limit.
    """
    sums: Floats = part_weights(parts, length) @ values
    return sums


def part_costs(values: Floats, queue: Queue, parts: Bools) -> Floats:
    """Cost of each job's broken run in value x kWh, the energy of its restarts included."""
    running = part_weights(parts, queue.length) > 0
    resumed = running[:, 1:] & ~running[:, :-1] & running[:, :-1].cumsum(axis=1, dtype=np.bool_)
    costs: Floats = part_sums(values, parts, queue.length) * (queue.power_kw / 2)
    costs += (resumed @ values[1:]) * queue.restart_kwh
    return costs


def is_broken(parts: Bools) -> Bools:
    """Whether each row's half-hours leave a gap between its first and its last (n,)."""
    first, last = parts.argmax(axis=1), parts.shape[1] - 1 - parts[:, ::-1].argmax(axis=1)
    gaps: Bools = last - first + 1 > parts.sum(axis=1)
    return gaps & parts.any(axis=1)


def part_weights(parts: Bools, length: Floats) -> Floats:
    """Share of each half-hour the expected run fills, (n, T)."""
    done = np.cumsum(parts, axis=1, dtype=np.int32)
    weights: Floats = np.clip(length[:, None] - done + 1, 0.0, 1.0) * parts
    return weights


def cheapest_pausing(
    values: Floats, queue: Queue, delay_cost: float = 0.0, price: Floats | None = None, load: Floats | None = None
) -> tuple[Bools, Floats]:
    """Half-hours used by each job if it may pause (n, T) and its cost; exact, every job must have a window.

    ``values`` is the cost of one kWh in each half-hour; ``delay_cost`` is per hour of later
    completion; ``price`` (T,) is what each unit of ``load`` (n,) costs in every half-hour the
    expected run uses.
    """
    parts = np.zeros((len(queue), len(values)), dtype=np.bool_)
    cost = np.empty(len(queue))
    free = (queue.min_run == 1) & (queue.restart_kwh == 0.0)
    for search, jobs, size in (
        (cheapest_parts, np.flatnonzero(free), CHUNK),
        (cheapest_stretches, np.flatnonzero(~free), SMALL_CHUNK),
    ):
        for rows in chunks(len(jobs), size):
            part = jobs[rows]
            held = None if price is None or load is None else load[part, None] * price
            parts[part], cost[part] = search(values, queue.take(part), delay_cost, held)
    return parts, cost
