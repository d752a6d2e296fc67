"""Small problems under a cap solved outright, by mixed-integer programming with HiGHS.

It settles whether jobs that found no place could have one, which a search by exchanges cannot.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.placing import Placing
from gridflex.planning.policies.base import UNPLACED

TINY, SMALL = 120, 400
"""Choices (job x start) up to which a plan is solved outright always (some 20 ms), and where a job has no
place (about a second)."""
ALL_NODES, FIRST_NODE = 10_000, 1


def solve_outright(placing: Placing, movable: Ints) -> None:
    """The plan of the most energy, then the least cost, where the problem is small enough to solve."""
    if not len(movable) or placing.pauses[movable].any():
        return
    queue = placing.queue
    choices = int((queue.latest[movable] - queue.earliest[movable] + 1).sum())
    if choices <= TINY:
        _adopt(placing, movable, ALL_NODES)
    elif choices <= SMALL and (placing.start[movable] == UNPLACED).any():
        _adopt(placing, movable, FIRST_NODE)


def _adopt(placing: Placing, movable: Ints, nodes: int) -> None:
    """Take the places HiGHS finds if they hold more energy, or as much at less cost."""
    queue = placing.queue
    energy, spent = placing.worth(movable)
    snapshot = placing.snapshot()
    for job in movable[placing.start[movable] != UNPLACED].tolist():
        placing.take_out(job)
    windows = [np.arange(queue.earliest[job], queue.latest[job] + 1) for job in movable]
    job = np.repeat(np.arange(len(movable)), [len(window) for window in windows])
    start = np.concatenate(windows)
    cost = np.concatenate([placing.start_cost(int(each)) for each in movable])
    for choice in np.flatnonzero(_chosen(placing, movable, job, start, cost, nodes)):
        placing.put_back(int(movable[job[choice]]), start[choice : choice + 1])
    now_energy, now_spent = placing.worth(movable)
    better = now_energy > energy or (now_energy == energy and now_spent < spent)
    if not better or placing.room.free.min() < -placing.room.tolerance:
        placing.restore(snapshot)


def _chosen(placing: Placing, movable: Ints, job: Ints, start: Ints, cost: Floats, nodes: int) -> Floats:
    """1 for each choice of the best plan found, 0 for the others."""
    import highspy

    energy = placing.queue.energy_kwh[movable][job]
    # Any placed job is worth more than all the cost its place could bring.
    worth = 2 * len(movable) * float(np.abs(cost).max()) / float(energy.min())
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(movable) + len(placing.room.free)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost - worth * energy, np.zeros(len(cost)), np.ones(len(cost))
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate((np.ones(len(movable)), np.maximum(placing.room.free, 0.0)))
    slots, load = placing.queue.slots[movable][job], placing.load[movable][job]
    held = np.concatenate([np.arange(size) for size in slots]) + np.repeat(start, slots) + len(movable)
    first = np.cumsum(slots) - slots
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(slots + 1))).astype(np.int32)
    lp.a_matrix_.index_ = np.insert(held, first, job).astype(np.int32)
    lp.a_matrix_.value_ = np.insert(np.repeat(load, slots), first, 1.0)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("mip_max_nodes", nodes), ("mip_rel_gap", 1e-9)):
        model.setOptionValue(option, value)
    model.passModel(lp)
    model.run()
    found = np.asarray(model.getSolution().col_value)
    return np.rint(found) if len(found) == len(cost) else np.zeros(len(cost))
