"""Interruptible."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Horizon
from gridflex.planning.pausing import cheapest_pausing, is_broken
from gridflex.planning.policies.base import Placement, Rules, asked_to_wait, worth_moving
from gridflex.planning.policies.best_window import best_starts
from gridflex.planning.queue import Queue
from gridflex.planning.windows import cost_at


class Interruptible:
    """Jobs that may pause use their cheapest half-hours; the others their best window. Exact.

    A run that turns out unbroken is told as a plain start. The minimum gain applies.
    """

    name = "interruptible"
    title = "Interruptible"
    sentence = "Jobs that can pause run in their cheapest half-hours; the others take their best window."

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The cheapest half-hours of jobs that may pause, the cheapest start of the others."""
        start = best_starts(queue, horizon, rules, None)
        pausing = np.flatnonzero(asked_to_wait(queue, horizon, None) & queue.interruptible)
        if not len(pausing):
            return Placement(start)
        values = rules.objective.values(horizon)
        part = queue.take(pausing)
        used, cost = cheapest_pausing(values, part, rules.objective.delay_cost)
        moved = worth_moving(cost, cost_at(values, part, part.earliest), rules.minimum_gain)
        first = used.argmax(axis=1)
        moved_apart = moved & is_broken(used)
        start[pausing] = np.where(moved, first, part.earliest)
        parts = np.zeros((len(queue), len(horizon)), dtype=np.bool_)
        parts[pausing[moved_apart]] = used[moved_apart]
        return Placement(start, parts if parts.any() else None)
