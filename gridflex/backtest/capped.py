"""A replay under a site cap: jobs share the room, so all of them are replayed together.

Runs under way hold their power; critical jobs run whatever the cap says. A job that finds no
room before its last start is late, and takes the best room of the next twelve hours.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from gridflex.backtest.engine import Replay
from gridflex.backtest.study import HORIZON, Contender, Study
from gridflex.planning.capped_policies import place_under_cap
from gridflex.planning.horizon import Bools, Horizon, Ints
from gridflex.planning.policies.base import Placement, Rules
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.site_cap import site_cap

GRACE = 24
"""Half-hours in which a job that missed its last start is placed."""


class CappedReplay(Replay):
    """Every policy re-decides each half-hour here: what was decided once would not keep the cap."""

    def __init__(self, study: Study, contender: Contender, jobs: Ints) -> None:
        super().__init__(study, replace(contender, rolling=True, keep_margin=0.0), jobs)

    def _beyond_choice(self) -> Bools:
        queue = self._queue
        return np.asarray(queue.critical | (queue.slots > HORIZON), dtype=np.bool_)

    def _place(self, row: int, jobs: Ints, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        overdue = queue.latest < 0
        latest = np.where(overdue, np.minimum(GRACE, len(horizon) - queue.slots), queue.latest)
        asked = replace(queue, latest=latest, fixed=queue.fixed & ~overdue)
        everything = _joined(asked, self._under_way(row))
        cap = site_cap(everything, horizon, rules)
        assert cap is not None, "a capped replay has a cap"
        found = place_under_cap(self._contender.policy, everything, horizon, rules, cap).placement
        parts = None if found.parts is None else found.parts[: len(jobs)]
        return Placement(found.start[: len(jobs)], parts)

    def _decided(self, row: int, live: Ints, known: int, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The planner itself undoes moves that gain too little, where there is room."""
        return self._place(row, live, queue, horizon, rules)

    def _under_way(self, row: int) -> Queue:
        """Whole runs that have begun and not ended, on the rows from ``row``."""
        out, queue = self._ledger.out, self._queue
        running = np.flatnonzero((out.start <= row) & (out.end > row) & (self._ledger.left == queue.length))
        start = out.start[running] - row
        return replace(
            queue.take(running),
            slots=whole_slots(queue.length[running]),
            earliest=start,
            latest=start,
            baseline=start,
            fixed=np.ones(len(running), np.bool_),
        )


def _joined(one: Queue, other: Queue) -> Queue:
    return Queue(
        **{field.name: np.concatenate((getattr(one, field.name), getattr(other, field.name))) for field in fields(one)}
    )
