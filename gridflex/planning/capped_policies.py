"""Every policy under a site cap: the jobs that must run first, then the rule in the room that is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.planning.capped import place_jobs
from gridflex.planning.first_come import first_come, in_order_of_arrival
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.pausing import is_broken
from gridflex.planning.placing import Placing
from gridflex.planning.plan import load_in_use
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import UNPLACED, Placement, Rules, asked_to_wait, worth_moving
from gridflex.planning.queue import Queue
from gridflex.planning.room import Room
from gridflex.planning.ruin import make_room
from gridflex.planning.site_cap import TOLERANCE, SiteCap, usage
from gridflex.planning.windows import cost_at

OPTIMISED = ("threshold-best-window", "best-window", "interruptible")
"""Policies that look for the best plan; the others take the first room at or after the start they want."""


@dataclass(frozen=True, eq=False)
class CappedPlacement:
    """A placement that keeps the cap, and the prices found on it (T,), None where none were needed."""

    placement: Placement
    price: Floats | None


def place_under_cap(policy: str, queue: Queue, horizon: Horizon, rules: Rules, cap: SiteCap) -> CappedPlacement:
    """Place a queue by a policy so that no half-hour exceeds the cap but those critical jobs alone overload.

    A shuffled queue gives the same plan: jobs are sorted by what they are, first come by id.
    """
    alone = POLICIES[policy].place(queue, horizon, rules)
    if _fits(alone, queue, horizon, cap):
        return CappedPlacement(alone, np.zeros(len(horizon)))
    order = canonical_order(queue)
    queue = queue.take(order)
    cap = replace(cap, load=cap.load[order], always=cap.always[order])
    found = _place(policy, queue, horizon, rules, cap, alone.start[order])
    start = np.empty_like(found.placement.start)
    start[order] = found.placement.start
    parts = found.placement.parts
    if parts is not None:
        parts = np.empty_like(parts)
        parts[order] = found.placement.parts
    return CappedPlacement(Placement(start, parts), found.price)


def _fits(placement: Placement, queue: Queue, horizon: Horizon, cap: SiteCap) -> bool:
    """Whether a placement made without a thought of the cap keeps it."""
    start = np.where(cap.always, UNPLACED, placement.start)
    used = load_in_use(queue, start, placement.parts, cap.load, len(horizon))
    return bool((used <= cap.free + TOLERANCE * cap.limit).all())


def _place(policy: str, queue: Queue, horizon: Horizon, rules: Rules, cap: SiteCap, wanted: Ints) -> CappedPlacement:
    """Place a queue in canonical order; ``wanted`` are the starts the policy takes without a cap."""
    room = Room(cap.free, cap.limit)
    start = np.where(cap.always, queue.earliest, UNPLACED)
    waiting = queue.placeable & ~cap.always
    rigid = in_order_of_arrival(queue, np.flatnonzero(waiting & queue.fixed))
    _fill(start, first_come(_only_at_earliest(queue), rigid, queue.earliest, cap.load, room))
    flexible = np.flatnonzero(waiting & ~queue.fixed)
    if policy not in OPTIMISED:
        return CappedPlacement(_in_turn(queue, horizon, rules, cap, start, flexible, wanted, room), None)
    gate = rules.threshold if policy == "threshold-best-window" else None
    moving = asked_to_wait(queue, horizon, gate)[flexible]
    still = in_order_of_arrival(queue, flexible[~moving])
    _fill(start, first_come(queue, still, queue.earliest, cap.load, room))
    pauses = queue.interruptible & (policy == "interruptible")
    return _best(queue, horizon, rules, cap, start, flexible[moving], pauses, room)


def _only_at_earliest(queue: Queue) -> Queue:
    return replace(queue, latest=np.minimum(queue.earliest, queue.latest))


def _fill(start: Ints, found: Ints) -> None:
    np.copyto(start, found, where=found != UNPLACED)


def _in_turn(
    queue: Queue, horizon: Horizon, rules: Rules, cap: SiteCap, start: Ints, jobs: Ints, wanted: Ints, room: Room
) -> Placement:
    """Single-job rules share the room in order of arrival.

    Where that leaves jobs without a place, others make room for them; where that is not
    enough, the best plan of all is taken instead if it leaves fewer.
    """
    before = room.free.copy()
    _fill(start, first_come(queue, in_order_of_arrival(queue, jobs), wanted, cap.load, room))
    if (start[jobs] == UNPLACED).any():
        placing = Placing(
            queue, rules.objective.values(horizon), rules.objective.delay_cost, cap.load, queue.fixed & False, room
        )
        placing.start[:] = start
        make_room(placing, jobs)
        start = placing.start
        if (start[jobs] == UNPLACED).any():
            best = start.copy()
            best[jobs] = UNPLACED
            found = _best(queue, horizon, rules, cap, best, jobs, queue.fixed & False, Room(before, cap.limit))
            more = (found.placement.start != UNPLACED).sum() > (start != UNPLACED).sum()
            start = found.placement.start if more else start
    return Placement(start)


def _best(
    queue: Queue,
    horizon: Horizon,
    rules: Rules,
    cap: SiteCap,
    start: Ints,
    jobs: Ints,
    pauses: Bools,
    room: Room,
) -> CappedPlacement:
    """The best plan of ``jobs`` in the room, moves below the minimum gain undone where there is room."""
    objective = rules.objective
    loaded = jobs[cap.load[jobs] > 0]
    placing, prices = place_jobs(queue, loaded, pauses, cap.load, room, objective.values(horizon), objective.delay_cost)
    _fill(start, placing.start)
    weightless = jobs[cap.load[jobs] <= 0]
    if len(weightless):
        policy = POLICIES["interruptible" if pauses.any() else "best-window"]
        alone = policy.place(queue.take(weightless), horizon, rules)
        start[weightless] = alone.start
        if alone.parts is not None:
            placing.parts[weightless] = alone.parts
    _send_home(queue, horizon, rules, cap, start, loaded[~pauses[loaded]], room)
    parts = _broken(placing.parts)
    return CappedPlacement(Placement(start, parts), prices.price)


def canonical_order(queue: Queue) -> Ints:
    """Rows in an order that depends on the jobs alone; jobs that are alike may swap."""
    keys = (queue.length, queue.power_kw, queue.gpus, queue.interruptible, queue.slots, queue.latest, queue.earliest)
    return np.lexsort(keys)


def _send_home(queue: Queue, horizon: Horizon, rules: Rules, cap: SiteCap, start: Ints, jobs: Ints, room: Room) -> None:
    """Runs whose move gains less than the minimum start at their earliest half-hour if there is room."""
    values, delay_cost = rules.objective.values(horizon), rules.objective.delay_cost
    moved = jobs[start[jobs] > queue.earliest[jobs]]
    part = queue.take(moved)
    at_once = cost_at(values, part, part.earliest)
    cost = cost_at(values, part, start[moved]) + (start[moved] - part.earliest) * (delay_cost / 2)
    small = moved[~worth_moving(cost, at_once, rules.minimum_gain)]
    home = first_come(_only_at_earliest(queue), small, queue.earliest, cap.load, room)
    back = small[home[small] != UNPLACED]
    room.free += usage(start[back], queue.slots[back], cap.load[back], len(horizon))
    start[back] = queue.earliest[back]


def _broken(parts: Bools) -> Bools | None:
    """The half-hours of runs that do pause; None where none does."""
    if not len(parts):
        return None
    broken = parts & is_broken(parts)[:, None]
    return broken if broken.any() else None
