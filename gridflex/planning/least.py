"""The least any plan could cost each job: the stuff of bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridflex.planning.horizon import Floats
from gridflex.planning.pausing import cheapest_pausing
from gridflex.planning.queue import Queue
from gridflex.planning.runs import prefix_sums
from gridflex.planning.windows import cheapest_start, chunks, start_costs


def least_costs(
    values: Floats, queue: Queue, delay_cost: float = 0.0, price: Floats | None = None, load: Floats | None = None
) -> Floats:
    """Least cost of each job (n,), in value x kWh, over all runs its window allows; inf where it allows none.

    A job marked interruptible may pause. ``price`` (T,) is what each unit of ``load`` (n,)
    costs in every half-hour a job holds.
    """
    queue = replace(queue, latest=np.where(queue.fixed, np.minimum(queue.earliest, queue.latest), queue.latest))
    costs = np.full(len(queue), np.inf)
    whole = ~queue.interruptible | queue.fixed
    runs, pauses = np.flatnonzero(whole & queue.placeable), np.flatnonzero(~whole & queue.placeable)
    if price is None or load is None:
        costs[runs] = cheapest_start(values, queue.take(runs), delay_cost)[1]
    else:
        for rows in chunks(len(runs)):
            jobs = runs[rows]
            costs[jobs] = _priced(values, queue.take(jobs), delay_cost, price, load[jobs])
    if len(pauses):
        loads = None if load is None else load[pauses]
        costs[pauses] = cheapest_pausing(values, queue.take(pauses), delay_cost, price, loads)[1]
    return costs


def _priced(values: Floats, queue: Queue, delay_cost: float, price: Floats, load: Floats) -> Floats:
    """Least cost of unbroken runs with the price of what they hold."""
    starts, cost = start_costs(values, queue, delay_cost)
    total = prefix_sums(price)
    held = total[np.minimum(starts + queue.slots[:, None], len(price))] - total[:-1]
    least: Floats = (cost + load[:, None] * held).min(axis=1)
    return least
