"""The best any plan could have done: every job placed with the settled values in hand, the cap left out.

Exact for each job (planning's own searches), by days of arrival so that the tables stay
small. Under a cap it stays a bound: no plan that keeps the cap can do better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.backtest.study import Study
from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.pausing import cheapest_pausing
from gridflex.planning.queue import Queue
from gridflex.planning.windows import cheapest_start, cost_at

GROUP = 96
"""Half-hours of arrivals that share a table."""


@dataclass(frozen=True, eq=False)
class Possible:
    """Least grams of each job: run through, and with pauses where the job may pause."""

    job: Ints
    unbroken_g: Floats
    pausing_g: Floats


def possible(study: Study, jobs: Ints, objective: Objective = CARBON_ONLY) -> Possible:
    """The least each of ``jobs`` could have cost on the settled values, in the objective's own unit."""
    values = objective.values(study.settled)
    queue = study.jobs.take(jobs)
    unbroken, pausing = np.empty(len(jobs)), np.empty(len(jobs))
    group = queue.earliest // GROUP
    for number in np.unique(group):
        rows = np.flatnonzero(group == number)
        unbroken[rows], pausing[rows] = _least(values, queue.take(rows))
    return Possible(jobs, unbroken, pausing)


def _least(values: Floats, queue: Queue) -> tuple[Floats, Floats]:
    """Least cost of each job unbroken and pausing; of jobs that no plan moves, their cost at once."""
    first = int(queue.earliest.min())
    latest = np.where(queue.fixed, queue.earliest, np.maximum(queue.latest, queue.earliest))
    last = min(int((latest + queue.slots).max()), len(values))
    local = replace(queue, earliest=queue.earliest - first, latest=latest - first, baseline=queue.baseline - first)
    ahead = values[first:last]
    unbroken = cheapest_start(ahead, local)[1]
    unbroken = np.where(np.isfinite(unbroken), unbroken, cost_at(ahead, local, local.earliest))
    pausing = unbroken.copy()
    free = np.flatnonzero(queue.interruptible & ~queue.fixed & (latest > queue.earliest))
    if len(free):
        pausing[free] = np.minimum(cheapest_pausing(ahead, local.take(free))[1], unbroken[free])
    return unbroken, pausing
