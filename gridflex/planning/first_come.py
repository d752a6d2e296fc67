"""First come, first served under a cap: the fair baseline, and the way single-job rules share a site.

Jobs are placed one after another; each takes the first start with room at or after the one
it prefers, else the last one before it. Thousands are tried at once: room only shrinks, so
what fits together at the starts found so far is what one after another would have given.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Ints
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.queue import Queue
from gridflex.planning.room import Room

LARGEST_BATCH = 4096


def in_order_of_arrival(queue: Queue, rows: Ints) -> Ints:
    """``rows`` by earliest half-hour, then by id."""
    return rows[np.lexsort((queue.job_id[rows].astype("U"), queue.earliest[rows]))]


def first_come(queue: Queue, order: Ints, preferred: Ints, load: np.ndarray, room: Room) -> Ints:
    """Starts of the jobs ``order`` names, in that order; UNPLACED where nothing in the window has room.

    ``preferred`` and ``load`` are columns of the whole queue. ``room`` is used up.
    """
    start = np.full(len(queue), UNPLACED)
    longest = int(queue.slots[order].max(initial=1))
    done, size = 0, 64
    while done < len(order):
        batch = order[done : done + size]
        wanted = _wanted(queue, batch, preferred[batch], load[batch], room, longest)
        accepted = _all_fit(queue, batch, wanted, load[batch], room)
        start[batch[:accepted]] = wanted[:accepted]
        done += accepted
        size = min(2 * size, LARGEST_BATCH) if accepted == len(batch) else max(2 * accepted, 16)
    return start


def _wanted(queue: Queue, batch: Ints, preferred: Ints, load: np.ndarray, room: Room, longest: int) -> Ints:
    """The start each job would take if it came next."""
    time = np.arange(len(room.free))
    possible = room.lowest_table(longest)[queue.slots[batch]] >= (load - room.tolerance)[:, None]
    possible &= (time >= queue.earliest[batch, None]) & (time <= queue.latest[batch, None])
    after = possible & (time >= preferred[:, None])
    before = len(time) - 1 - (possible & ~after)[:, ::-1].argmax(axis=1)
    wanted = np.where(after.any(axis=1), after.argmax(axis=1), before)
    return np.where(possible.any(axis=1), wanted, UNPLACED)


def _all_fit(queue: Queue, batch: Ints, wanted: Ints, load: np.ndarray, room: Room) -> int:
    """How many of the batch, from its first, fit together at the starts they want; takes their room."""
    time = np.arange(len(room.free))
    held = (time >= wanted[:, None]) & (time < (wanted + queue.slots[batch])[:, None]) & (wanted >= 0)[:, None]
    used = np.cumsum(held * load[:, None], axis=0)
    over = (used > room.free + room.tolerance).any(axis=1)
    # The first job alone always fits; rounding of the sums must not say otherwise.
    accepted = max(int(over.argmax()), 1) if over.any() else len(batch)
    room.free -= used[accepted - 1]
    return accepted
