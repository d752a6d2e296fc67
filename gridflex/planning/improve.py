"""Local search: what room is left goes to the jobs that gain most from it."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.placing import Placing
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.windows import cheapest_start, chunks, cost_at, start_costs

PASSES = 3
MOVES = 600
"""Jobs tried in one pass, the most promising first."""
LARGEST_QUEUE = 100_000


def improve(placing: Placing, movable: Ints, values: Floats, delay_cost: float) -> None:
    """Move single jobs to cheaper places with room, until none gains or the passes are over."""
    if len(movable) > LARGEST_QUEUE:
        return
    movable = movable[placing.start[movable] != UNPLACED]
    runs, breaks = movable[~placing.pauses[movable]], movable[placing.pauses[movable]]
    movable = np.concatenate((runs[_could_gain(placing, runs, values, delay_cost)], breaks))
    for _ in range(PASSES):
        gained = sum(_moved(placing, int(job)) for job in _promising(placing, movable, values, delay_cost))
        if gained <= 1e-12:
            return


def _could_gain(placing: Placing, runs: Ints, values: Floats, delay_cost: float) -> Bools:
    """Whether each unbroken run costs more than its cheapest start would, room or not."""
    part, start = placing.queue.take(runs), placing.start[runs]
    now = cost_at(values, part, start) + (start - part.earliest) * (delay_cost / 2)
    gaining: Bools = now > cheapest_start(values, part, delay_cost)[1]
    return gaining


def _promising(placing: Placing, movable: Ints, values: Floats, delay_cost: float) -> Ints:
    """Jobs with a cheaper place open, the largest gain first."""
    queue = placing.queue
    runs = movable[~placing.pauses[movable]]
    gain = np.zeros(len(runs))
    room = placing.room.lowest_table(int(queue.slots[runs].max(initial=1)))
    for rows in chunks(len(runs)):
        jobs = runs[rows]
        _, cost = start_costs(values, queue.take(jobs), delay_cost)
        now = cost[np.arange(len(jobs)), placing.start[jobs]]
        fits = room[queue.slots[jobs]] >= placing.load[jobs, None] - placing.room.tolerance
        gain[rows] = now - np.where(fits, cost, np.inf).min(axis=1)
    order = np.argsort(-gain, kind="stable")
    worth = order[gain[order] > 0][:MOVES]
    return np.concatenate((runs[worth], movable[placing.pauses[movable]][:MOVES]))


def _moved(placing: Placing, job: int) -> float:
    """Put a job anew; what that gains."""
    before, where = placing.cost(job), placing.place_of(job)
    placing.take_out(job)
    placing.put(job)
    gain = before - placing.cost(job)
    if gain < 0:
        placing.take_out(job)
        placing.put_back(job, where)
    return max(gain, 0.0)
