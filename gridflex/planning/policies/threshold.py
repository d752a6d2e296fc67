"""Threshold, as documented."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats, Horizon, Ints
from gridflex.planning.policies.base import Placement, Rules, asked_to_wait, at_earliest, worth_moving
from gridflex.planning.queue import Queue
from gridflex.planning.windows import chunks, first_start_where, start_costs

ROUNDING = 1e-12
"""A mean equal to the threshold counts as at it, whatever the last bit of its sum."""


class Threshold:
    """The documented rule.

    Where the intensity at its earliest half-hour is above the threshold, a job that may
    wait takes the earliest window for its whole run whose mean forecast is at or below the
    threshold; if there is none, the window of least carbon if that beats running at once
    by the minimum gain; else it runs at once. With the gate off (threshold None) no window
    can be at or below it, so every job that may wait is offered its window of least carbon.
    """

    name = "threshold"
    title = "Threshold"
    sentence = "Above the threshold a job that may wait takes the first window at or below it, else its cleanest."

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """Starts by the rule; ties go to the earliest."""
        start = at_earliest(queue)
        waiting = np.flatnonzero(asked_to_wait(queue, horizon, rules.threshold))
        for rows in chunks(len(waiting)):
            part = waiting[rows]
            start[part] = _starts(queue.take(part), horizon.intensity, rules)
        return Placement(start)


def _starts(queue: Queue, intensity: Floats, rules: Rules) -> Ints:
    """Starts of jobs that were asked to wait, all of which have a window."""
    first = int(queue.earliest.min())
    _, grams = start_costs(intensity, queue, first=first, stop=int(queue.latest.max()) + 1)
    best = grams.argmin(axis=1)
    job = np.arange(len(queue))
    enough = worth_moving(grams[job, best], grams[job, queue.earliest - first], rules.minimum_gain)
    fallback = np.where(enough, first + best, queue.earliest)
    if rules.threshold is None:
        return fallback
    clean = first_start_where(grams / queue.energy_kwh[:, None] <= rules.threshold * (1 + ROUNDING))
    return np.where(clean >= 0, first + clean, fallback)
