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
SLOWER = 10
"""How much longer a try takes where runs have a shortest stretch or restarts."""
SMALL_QUEUE = 2000
"""Larger queues leave little to exchange; there it only looks for room for jobs without a place."""
TRIES_FOR_ROOM = 400
LARGEST_RUIN = 8
ANYWHERE, BLURRED = 0.3, 0.5
"""Shares of the tries that take jobs from anywhere, and that put them back by blurred costs."""
SEED = 1
"""Any fixed number: the same queue gives the same plan."""


def ruin_and_recreate(placing: Placing, movable: Ints) -> None:
    """Try exchanges around half-hours in use; the plan that places most energy, then the cheapest, stays."""
    if len(movable) > SMALL_QUEUE:
        make_room(placing, movable)
    else:
        tries = min(MOST_TRIES, EFFORT // len(movable))
        _search(placing, movable, tries // SLOWER if placing.stretches(movable) else tries, until_all_placed=False)


def make_room(placing: Placing, movable: Ints) -> None:
    """Exchange jobs until every one has a place, or the tries are over."""
    _search(placing, movable, TRIES_FOR_ROOM, until_all_placed=True)


def _search(placing: Placing, movable: Ints, tries: int, until_all_placed: bool) -> None:
    rng = np.random.default_rng(SEED)
    record, above = placing.snapshot(), 0.0
    for _ in range(tries):
        left = movable[placing.start[movable] == UNPLACED]
        if not len(left) and until_all_placed:
            break
        # While a job has no place any exchange may open one; after that only gains are kept.
        energy, cost = _recreate(placing, _ruin(placing, movable, left, rng), rng, np.inf if len(left) else 0.0)
        above += cost
        if energy > 0 or above < 0:
            record, above = placing.snapshot(), 0.0
    placing.restore(record)


def _ruin(placing: Placing, movable: Ints, left: Ints, rng: np.random.Generator) -> Ints:
    """A few jobs to put anew: any, or some that hold one half-hour and one without a place that could use it."""
    queue, few = placing.queue, min(int(rng.integers(1, LARGEST_RUIN + 1)), len(movable))
    if rng.random() < ANYWHERE:
        return np.unique(np.concatenate((left[:1], rng.choice(movable, few, replace=False))))
    job = left[rng.integers(len(left))] if len(left) else movable[rng.integers(len(movable))]
    first = queue.earliest[job] if len(left) else placing.start[job]
    last = queue.latest[job] + queue.slots[job] - 1 if len(left) else placing.start[job] + queue.slots[job] - 1
    here = movable[holds(placing, movable, int(rng.integers(first, last + 1)))]
    near = rng.choice(here, min(few, len(here)), replace=False)
    return np.unique(np.concatenate(([job], near, rng.choice(movable, int(rng.integers(0, 3))))))


def _recreate(placing: Placing, jobs: Ints, rng: np.random.Generator, allowed: float) -> tuple[float, float]:
    """Put jobs anew in some order; energy and cost this adds.

    Undone where it places less energy, or no more for a cost above ``allowed``.
    """
    places = [(int(job), placing.place_of(int(job))) for job in jobs]
    energy, cost = placing.worth(jobs)
    for job, place in places:
        if len(place):
            placing.take_out(job)
    order = _order(placing, jobs, rng)
    blur = rng if rng.random() < BLURRED else None
    for job in order.tolist():
        placing.put(job, blur)
    now_energy, now_cost = placing.worth(jobs)
    if now_energy > energy or (now_energy == energy and now_cost - cost <= allowed):
        return now_energy - energy, now_cost - cost
    for job in order.tolist():
        if placing.start[job] != UNPLACED:
            placing.take_out(job)
    for job, place in places:
        placing.put_back(job, place)
    return 0.0, 0.0


def _order(placing: Placing, jobs: Ints, rng: np.random.Generator) -> Ints:
    """The least choice first, the largest first, or any order."""
    draw = rng.random()
    if draw < 0.2:
        return by_choice(placing, jobs)
    if draw < 0.5:
        return jobs[np.argsort(-placing.load[jobs] * placing.queue.slots[jobs], kind="stable")]
    return rng.permutation(jobs)
