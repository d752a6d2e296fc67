"""The interruptible policy for jobs that may all run from row 0: placements of the same cost, many times quicker.

Where every job could begin now, all share one table of the sorted values up to each half-hour
(planning's sweep rebuilds it half-hour by half-hour). A replay asks for it at every half-hour
of a year. Delay costs, restarts and shortest stretches go to the policy itself.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Horizon
from gridflex.planning.objective import Objective
from gridflex.planning.pausing import is_broken
from gridflex.planning.policies.base import Placement, Rules, asked_to_wait, worth_moving
from gridflex.planning.policies.best_window import best_starts
from gridflex.planning.policies.interruptible import Interruptible
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.windows import cost_at


class QuickInterruptible(Interruptible):
    """Places as the interruptible policy does, but for ties that rounding decides."""

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The cheapest half-hours of jobs that may pause, the cheapest start of the others."""
        if not _is_simple(queue, rules.objective):
            return super().place(queue, horizon, rules)
        pauses = asked_to_wait(queue, horizon, None) & queue.interruptible
        start = np.zeros(len(queue), dtype=np.int64)
        others, pausing = np.flatnonzero(~pauses), np.flatnonzero(pauses)
        start[others] = best_starts(queue.take(others), horizon, rules, None)
        if not len(pausing):
            return Placement(start)
        values, part = rules.objective.values(horizon), queue.take(pausing)
        used, cost = parts_from_now(values, part)
        moved = worth_moving(cost, cost_at(values, part, part.earliest), rules.minimum_gain)
        start[pausing] = np.where(moved, used.argmax(axis=1), 0)
        parts = np.zeros((len(queue), len(horizon)), dtype=np.bool_)
        broken = moved & is_broken(used)
        parts[pausing[broken]] = used[broken]
        return Placement(start, parts if broken.any() else None)


def _is_simple(queue: Queue, objective: Objective) -> bool:
    plain = (queue.earliest == 0) & (queue.min_run == 1) & (queue.restart_kwh == 0)
    return objective.delay_cost == 0 and bool(plain.all())


def parts_from_now(values: Floats, queue: Queue) -> tuple[Bools, Floats]:
    """Half-hours used by each job (n, T) and its cost in value x kWh; exact, ties to the earliest.

    The best run that ends in half-hour t uses t, by the fraction of its last half-hour, and
    the cheapest half-hours before it.
    """
    count, time = len(values), np.arange(len(values))
    expected = whole_slots(queue.length)
    ranked = np.sort(np.where(time < time[:, None], values, np.inf), axis=1)
    sums = np.zeros((count, count + 1))
    np.cumsum(ranked, axis=1, out=sums[:, 1:])
    last_end = (queue.latest + expected - 1)[:, None]
    cost = sums[:, expected - 1].T + (queue.length - expected + 1)[:, None] * values
    cost = np.where((time >= (expected - 1)[:, None]) & (time <= last_end), cost, np.inf)
    end = cost.argmin(axis=1)
    best = cost[np.arange(len(queue)), end] * (queue.power_kw / 2)
    margin = np.where(expected > 1, ranked[end, expected - 2], -np.inf)[:, None]
    before = time < end[:, None]
    below, level = before & (values < margin), before & (values == margin)
    wanted = (expected - 1 - below.sum(axis=1))[:, None]
    kept_free = (time >= end[:, None]) & (time <= (end + queue.slots - expected)[:, None])
    parts: Bools = below | (level & (np.cumsum(level, axis=1) <= wanted)) | kept_free
    return parts, best
