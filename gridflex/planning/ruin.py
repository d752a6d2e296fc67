"""Ruin and recreate: take a few jobs that share half-hours out, put them back in another order.

Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, "Record breaking optimization results using
the ruin and recreate principle" (2000). It finds room for jobs that a greedy order leaves
out, and the exchanges that matter where jobs are large against the cap.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Ints
from gridflex.planning.placing import Placing
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.repair import by_choice, holds

MOST_TRIES = 800
EFFORT = 200_000
"""Tries x jobs at most, so that larger queues get fewer tries."""
SMALL_QUEUE = 2000
"""Larger queues leave little to exchange; there it only looks for room for jobs without a place."""
TRIES_FOR_ROOM = 400
LARGEST_RUIN = 8
SEED = 1
"""Any fixed number: the same queue gives the same plan."""


def ruin_and_recreate(placing: Placing, movable: Ints) -> None:
    """Try exchanges around half-hours in use; the plan that places most energy, then the cheapest, stays."""
    if len(movable) > SMALL_QUEUE:
        make_room(placing, movable)
    else:
        _search(placing, movable, min(MOST_TRIES, EFFORT // len(movable)), until_all_placed=False)


def make_room(placing: Placing, movable: Ints) -> None:
    """Exchange jobs until every one has a place, or the tries are over."""
    _search(placing, movable, TRIES_FOR_ROOM, until_all_placed=True)


def _search(placing: Placing, movable: Ints, tries: int, until_all_placed: bool) -> None:
    random = np.random.default_rng(SEED)
    record, above = placing.snapshot(), 0.0
    for _ in range(tries):
        left = movable[placing.start[movable] == UNPLACED]
        if not len(left) and until_all_placed:
            break
        # While a job has no place any exchange may open one; after that only gains are kept.
        energy, cost = _recreate(placing, _ruin(placing, movable, left, random), random, np.inf if len(left) else 0.0)
        above += cost
        if energy > 0 or above < 0:
            record, above = placing.snapshot(), 0.0
    placing.restore(record)


def _ruin(placing: Placing, movable: Ints, left: Ints, random: np.random.Generator) -> Ints:
    """Up to a few jobs that hold one half-hour, and one job without a place if there is any that could use it."""
    queue = placing.queue
    if len(left):
        wanting = left[random.integers(len(left)) :][:1]
        time = int(random.integers(queue.earliest[wanting[0]], queue.latest[wanting[0]] + queue.slots[wanting[0]]))
    else:
        wanting = left
        job = movable[random.integers(len(movable))]
        time = int(placing.start[job] + random.integers(queue.slots[job]))
    here = movable[holds(placing, movable, min(time, len(placing.room.free) - 1))]
    count = min(int(random.integers(1, LARGEST_RUIN + 1)), len(here))
    return np.concatenate((wanting, random.choice(here, count, replace=False)))


def _recreate(placing: Placing, jobs: Ints, random: np.random.Generator, allowed: float) -> tuple[float, float]:
    """Put jobs anew in a random order, or those with the least choice first; energy and cost this adds.

    Undone where it places less energy, or no more for a cost above ``allowed``.
    """
    places = [(int(job), placing.place_of(int(job))) for job in jobs]
    energy, cost = _worth(placing, jobs)
    for job, place in places:
        if len(place):
            placing.take_out(job)
    order = by_choice(placing, jobs) if random.random() < 0.3 else random.permutation(jobs)
    for job in order.tolist():
        placing.put(job)
    now_energy, now_cost = _worth(placing, jobs)
    if now_energy > energy or (now_energy == energy and now_cost - cost <= allowed):
        return now_energy - energy, now_cost - cost
    for job in order.tolist():
        if placing.start[job] != UNPLACED:
            placing.take_out(job)
    for job, place in places:
        placing.put_back(job, place)
    return 0.0, 0.0


def _worth(placing: Placing, jobs: Ints) -> tuple[float, float]:
    """Energy of the jobs that have a place (kWh, to a milliwatt-hour), and what they cost."""
    placed = jobs[placing.start[jobs] != UNPLACED]
    return round(float(placing.queue.energy_kwh[placed].sum()), 6), sum(placing.cost(int(job)) for job in placed)
