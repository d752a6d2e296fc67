"""A dealt plan made to fit: jobs leave the half-hours they overfill and are put where there is room."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Ints
from gridflex.planning.placing import Placing
from gridflex.planning.policies.base import UNPLACED


def repair(placing: Placing, movable: Ints) -> None:
    """Clear every overfull half-hour of ``movable`` jobs and put all that have none where there is room."""
    shed(placing, movable)
    left = movable[placing.start[movable] == UNPLACED]
    for job in by_choice(placing, left):
        placing.put(int(job))


def shed(placing: Placing, movable: Ints) -> None:
    """Take jobs out until nothing is overfull, in each half-hour the smallest that suffices, else the largest."""
    while True:
        free = placing.room.free
        time = int(free.argmin())
        excess = -float(free[time])
        if excess <= placing.room.tolerance:
            return
        here = movable[holds(placing, movable, time)]
        load = placing.load[here]
        enough = load >= excess - placing.room.tolerance
        placing.take_out(int(here[np.where(enough, load, np.inf).argmin()] if enough.any() else here[load.argmax()]))


def holds(placing: Placing, jobs: Ints, time: int) -> Bools:
    """Which jobs hold a half-hour."""
    start = placing.start[jobs]
    held: Bools = (start <= time) & (time < start + placing.queue.slots[jobs]) & (start != UNPLACED)
    if len(placing.parts):
        held = np.where(placing.pauses[jobs], placing.parts[jobs, time], held)
    return held


def by_choice(placing: Placing, jobs: Ints) -> Ints:
    """Jobs with the least choice of starts first, then the most load x half-hours."""
    queue = placing.queue
    return jobs[np.lexsort((-placing.load[jobs] * queue.slots[jobs], queue.latest[jobs] - queue.earliest[jobs]))]
