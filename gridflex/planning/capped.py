"""The best plan under a site cap: relaxed exactly, dealt to whole jobs, repaired, improved."""

from __future__ import annotations

import numpy as np

from gridflex.planning.cap_columns import PauseGroups
from gridflex.planning.cap_lp import RelaxedPlan, relaxed_plan
from gridflex.planning.classes import run_classes
from gridflex.planning.deal import deal_pauses, deal_runs
from gridflex.planning.exact import solve_outright
from gridflex.planning.first_come import first_come
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.improve import improve
from gridflex.planning.pausing_classes import pausing_classes
from gridflex.planning.placing import Placing
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.prices import Prices, Relaxation, lagrangian_prices
from gridflex.planning.queue import Queue
from gridflex.planning.repair import by_choice, repair
from gridflex.planning.room import Room
from gridflex.planning.ruin import ruin_and_recreate
from gridflex.planning.windows import cost_at

EQUAL = 1e-5
"""Share of the bound by which a plan may exceed it and still count as the best."""


def relax(
    queue: Queue, jobs: Ints, pauses: Bools, load: Floats, free: Floats, values: Floats, delay_cost: float
) -> Relaxation:
    """The relaxation of the given jobs (all with a window and a load) in the room that is free."""
    runs, breaks = jobs[~pauses[jobs]], jobs[pauses[jobs]]
    return Relaxation(
        values,
        run_classes(queue.take(runs), load[runs], delay_cost) if len(runs) else None,
        pausing_classes(queue.take(breaks), load[breaks], len(values)) if len(breaks) else None,
        free,
    )


def place_jobs(
    queue: Queue, jobs: Ints, pauses: Bools, load: Floats, room: Room, values: Floats, delay_cost: float
) -> tuple[Placing, Prices]:
    """Place ``jobs`` (rows in a canonical order) in the room; the prices prove a bound.

    ``pauses`` and ``load`` are columns of the whole queue.
    """
    placing = Placing(queue, values, delay_cost, load, pauses, room)
    if not len(jobs):
        return placing, Prices(np.zeros(len(values)), 0.0)
    relaxation = relax(queue, jobs, pauses, load, np.maximum(room.free, 0.0), values, delay_cost)
    nothing = Prices(np.zeros(len(values)), relaxation.respond(np.zeros(len(values)))[0])
    if _cheapest_in_turn(placing, jobs, nothing.bound):
        return placing, nothing
    plan = relaxed_plan(relaxation, lagrangian_prices(relaxation))
    _deal(placing, relaxation, plan, jobs)
    repair(placing, jobs)
    ruin_and_recreate(placing, jobs)
    improve(placing, jobs, values, delay_cost)
    solve_outright(placing, jobs)
    return placing, plan.prices


def _cheapest_in_turn(placing: Placing, jobs: Ints, bound: float) -> bool:
    """Place the jobs one after another, the least choice first, if that costs what they would without a cap.

    So it is where a tariff has one price: every plan is the best there, and no search is quick.
    """
    queue, part = placing.queue, placing.queue.take(jobs)

    def best(start: Ints) -> bool:
        cost = cost_at(placing.values, part, start) + placing.delay_cost / 2 * (start - part.earliest)
        return float(cost.sum()) - bound <= EQUAL * abs(bound)

    # Where starting at once is dearer than the bound, so is waiting in turn: the search is needed.
    if not best(part.earliest):
        return False
    room = Room(placing.room.free, placing.room.limit)
    start = first_come(queue, by_choice(placing, jobs), queue.earliest, placing.load, room)[jobs]
    if (start == UNPLACED).any() or not best(start):
        return False
    breaks = placing.pauses[jobs]
    placing.set_runs(jobs[~breaks], start[~breaks])
    if breaks.any():
        time, first = np.arange(len(placing.values)), start[breaks, None]
        placing.set_parts(jobs[breaks], (time >= first) & (time < first + part.slots[breaks, None]))
    return True


def _deal(placing: Placing, relaxation: Relaxation, plan: RelaxedPlan, jobs: Ints) -> None:
    """Whole jobs by the shares of the relaxed plan; those with a minimum run are left to the repair."""
    queue, load = placing.queue, placing.load
    runs, breaks = jobs[~placing.pauses[jobs]], jobs[placing.pauses[jobs]]
    for groups, share in zip(plan.groups, plan.share, strict=True):
        if isinstance(groups, PauseGroups):
            assert relaxation.pauses is not None
            parts = deal_pauses(groups, share, relaxation.pauses.member, load[breaks])
            free = (queue.min_run[breaks] == 1) & (queue.restart_kwh[breaks] == 0)
            placing.set_parts(breaks[free], parts[free])
        else:
            assert relaxation.runs is not None
            placing.set_runs(runs, deal_runs(groups, share, relaxation.runs.member, load[runs]))
