"""What a replay asks of a placement: its promise, the least gain of a first move, the margin of a change."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.pausing import part_costs
from gridflex.planning.policies.base import Placement, worth_moving
from gridflex.planning.queue import Queue
from gridflex.planning.runs import run_sums
from gridflex.planning.windows import cost_at


def planned_cost(values: Floats, queue: Queue, placement: Placement) -> Floats:
    """Value x kWh of each job as placed; every job has a start."""
    cost = cost_at(values, queue, placement.start)
    if placement.parts is not None:
        broken = np.flatnonzero(placement.parts.any(axis=1))
        cost[broken] = part_costs(values, queue.take(broken), placement.parts[broken])
    return cost


def cost_at_once(values: Floats, queue: Queue) -> Floats:
    """Value x kWh of each job begun in row 0."""
    return cost_at(values, queue, np.zeros(len(queue), dtype=np.int64))


def saved_against_at_once(values: Floats, queue: Queue, placement: Placement) -> Floats:
    """Value x kWh saved by each job against beginning in row 0."""
    return cost_at_once(values, queue) - planned_cost(values, queue, placement)


def at_once_where(placement: Placement, jobs: Bools) -> Placement:
    """The placement with some jobs begun in row 0."""
    parts = placement.parts
    if parts is not None:
        parts = parts & ~jobs[:, None]
    return Placement(np.where(jobs, 0, placement.start), parts)


def gains_too_little(values: Floats, queue: Queue, placement: Placement, minimum: float) -> Bools:
    """Jobs whose move gains less than ``minimum`` of their cost in row 0."""
    at_once = cost_at_once(values, queue)
    moved = placement.start > 0
    if placement.parts is not None:
        moved |= placement.parts.any(axis=1)
    return moved & ~worth_moving(planned_cost(values, queue, placement), at_once, minimum)


def kept_plans(values: Floats, queue: Queue, start: Ints, planned: Ints, margin: float) -> Bools:
    """Unbroken runs whose plan still stands, and whose new start gains no more than ``margin`` of the plan's cost."""
    stands = (planned >= 0) & (planned <= queue.latest)
    old = run_sums(values, np.where(stands, planned, start), queue.length)
    kept: Bools = stands & (old - run_sums(values, start, queue.length) <= margin * np.abs(old))
    return kept
