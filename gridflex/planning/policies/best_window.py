"""Best window."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Horizon, Ints
from gridflex.planning.policies.base import Placement, Rules, asked_to_wait, at_earliest, worth_moving
from gridflex.planning.queue import Queue
from gridflex.planning.windows import AT_ONCE, chunks, search_for


class BestWindow:
    """The cheapest unbroken run under the objective, delay cost included; exact.

    Ties go to the earliest start; a move that gains less than the minimum is not made.
    """

    name = "best-window"
    title = "Best window"
    sentence = "Each job takes the cheapest unbroken window before its deadline; exact for jobs that cannot pause."

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The cheapest start of every job that may wait."""
        return Placement(best_starts(queue, horizon, rules, None))


class ThresholdBestWindow:
    """A gate, then the best window: the page's default.

    A job whose earliest half-hour is at or below the threshold runs there. With the gate
    off (threshold None) it is the best window for every job.
    """

    name = "threshold-best-window"
    title = "Threshold, then best window"
    sentence = (
        "Above the threshold a job that may wait takes its best window for what is minimised; at or below it, it runs."
    )

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The cheapest start of every job the gate asks to wait."""
        return Placement(best_starts(queue, horizon, rules, rules.threshold))


def best_starts(queue: Queue, horizon: Horizon, rules: Rules, threshold: float | None) -> Ints:
    """Cheapest starts of the jobs the gate asks to wait where the gain is enough, the others at their earliest."""
    search = search_for(rules.objective.values(horizon), queue, rules.objective.delay_cost)
    start = np.empty(len(queue), dtype=np.int64)
    for rows in chunks(len(queue), AT_ONCE):
        part = queue.take(rows)
        best, cost = search.cheapest(part)
        moved = worth_moving(cost, search.cost_at(part, part.earliest), rules.minimum_gain)
        moved &= asked_to_wait(part, horizon, threshold)
        start[rows] = np.where(moved, best, at_earliest(part))
    return start
