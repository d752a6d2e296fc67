"""The past, replayed half-hour by half-hour with what was known then, by the product's own policies.

At each half-hour the jobs that have come and not begun are placed on the forecast of that
moment; those placed now begin. Jobs that may pause, under a policy that pauses, are decided
anew for every half-hour. Without a site cap jobs do not meet, so any part of them may be
replayed alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridflex.backtest.deciding import at_once_where, gains_too_little, kept_plans, saved_against_at_once
from gridflex.backtest.ledger import DONE, Ledger
from gridflex.backtest.outcome import Outcome
from gridflex.backtest.quick_pausing import QuickInterruptible
from gridflex.backtest.study import AT_ONCE, HORIZON, Contender, Study
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.planning.horizon import Bools, Horizon, Ints
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import UNPLACED, Placement, Policy, Rules
from gridflex.planning.queue import Queue, whole_slots

PAUSING = frozenset(("interruptible",))
"""Policies whose runs may pause."""

DAY = 48

Watch = Callable[[float], bool]
"""Told the share of the jobs that have come, at every half-hour; answers whether to stop."""


def undisturbed(share: float) -> bool:
    """Watches nothing, never stops."""
    return False


class Replay:
    """One contender over some of a study's jobs: rows of them, in the order they come."""

    def __init__(self, study: Study, contender: Contender, jobs: Ints) -> None:
        self._study, self._contender = study, contender
        self._queue = queue = study.jobs.take(jobs)
        self._ledger = Ledger(study, queue, jobs)
        threshold = study.rules.threshold if contender.threshold is None else contender.threshold
        self._rules = replace(study.rules, threshold=threshold)
        self._policy: Policy = QuickInterruptible() if contender.policy in PAUSING else POLICIES[contender.policy]
        self._stays = self._beyond_choice()
        self._may_pause = queue.interruptible & ~self._stays & (contender.policy in PAUSING)
        self._end = queue.latest + queue.slots
        self._spare = queue.slots - whole_slots(queue.length)
        self._plan = np.full(len(jobs), UNPLACED, dtype=np.int64)

    def run(self, watch: Watch = undisturbed) -> Outcome | None:
        """Replay to the end of the last job; None if ``watch`` stopped it."""
        stays, movable = np.flatnonzero(self._stays), np.flatnonzero(~self._stays)
        self._ledger.begin(stays, self._queue.earliest[stays])
        self._ledger.out.first_start[stays] = self._queue.earliest[stays]
        earliest = self._queue.earliest[movable]
        waiting = np.empty(0, dtype=np.int64)
        arrived = row = 0
        while arrived < len(movable) or len(waiting):
            if watch(arrived / len(movable)):
                return None
            if row >= len(self._study):
                break
            row = row if len(waiting) else int(earliest[arrived])
            until = int(np.searchsorted(earliest, row, side="right"))
            waiting, arrived = self._step(row, waiting, movable[arrived:until]), until
            row += 1
        return self._ledger.closed()

    def _beyond_choice(self) -> Bools:
        """Jobs no policy moves: fixed, without another start, or longer than the horizon."""
        queue = self._queue
        stays: Bools = queue.fixed | (queue.slots > HORIZON) | (queue.latest <= queue.earliest)
        return stays | (self._contender == AT_ONCE)

    def _step(self, row: int, waiting: Ints, new: Ints) -> Ints:
        """One half-hour: decide, begin what begins now; the jobs that are still open."""
        horizon = self._ahead(row)
        rules = self._rules_at(horizon)
        if not self._contender.rolling:
            self._ledger.run_as_placed(row, new, self._first_placed(row, new, horizon, rules))
            return waiting
        live = np.concatenate((waiting, new))
        return self._carry_out(row, live, self._placed(row, live, len(waiting), horizon, rules))

    def _ahead(self, row: int) -> Horizon:
        """The hours ahead as they were known at ``row``."""
        study = self._study
        forecast = study.knowledge.at(row, HORIZON)
        count = len(forecast)
        zeros = np.zeros(count)
        price = study.known_price.at(row, count)
        return Horizon(study.start + HALF_HOUR * row, forecast, price, zeros, zeros.astype(np.uint8))

    def _rules_at(self, horizon: Horizon) -> Rules:
        """The rules, with the threshold of the moment where it is relative."""
        share = self._study.cleanest_percent
        if share is None:
            return self._rules
        ranked = np.sort(horizon.intensity[:DAY])
        return replace(self._rules, threshold=float(ranked[max(round(len(ranked) * share / 100), 1) - 1]))

    def _open(self, row: int, jobs: Ints, count: int) -> Queue:
        """What is left of some jobs, on the rows from ``row``."""
        queue, nothing = self._queue, np.zeros(len(jobs), dtype=np.int64)
        slots = whole_slots(self._ledger.left[jobs]) + self._spare[jobs]
        return Queue(
            job_id=queue.job_id[jobs],
            power_kw=queue.power_kw[jobs],
            length=self._ledger.left[jobs],
            slots=slots,
            earliest=nothing,
            latest=np.minimum(self._end[jobs] - row, count) - slots,
            baseline=nothing,
            fixed=queue.fixed[jobs],
            critical=queue.critical[jobs],
            interruptible=queue.interruptible[jobs],
            late=queue.late[jobs],
            min_run=queue.min_run[jobs],
            restart_kwh=queue.restart_kwh[jobs],
            gpus=queue.gpus[jobs],
        )

    def _place(self, row: int, jobs: Ints, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """The policy's placement of open ``jobs``."""
        return self._policy.place(queue, horizon, rules)

    def _first_placed(self, row: int, new: Ints, horizon: Horizon, rules: Rules) -> Placement:
        """Where new jobs are placed, for good."""
        queue = self._open(row, new, len(horizon))
        placement = self._place(row, new, queue, horizon, rules)
        self._promise(row, new, queue, horizon, placement)
        return placement

    def _placed(self, row: int, live: Ints, known: int, horizon: Horizon, rules: Rules) -> Placement:
        """Where the open jobs are placed now; the first ``known`` of them were placed before."""
        queue = self._open(row, live, len(horizon))
        placement = self._decided(row, live, known, queue, horizon, rules)
        start, before = placement.start, self._plan[live[:known]]
        changed = (before != UNPLACED) & (before != start[:known] + row)
        changed &= self._ledger.out.start[live[:known]] == UNPLACED
        self._ledger.out.changes[live[:known][changed]] += 1
        self._plan[live] = np.where(start == UNPLACED, UNPLACED, start + row)
        self._promise(row, live[known:], queue.take(slice(known, None)), horizon, _rows_of(placement, known))
        return placement

    def _decided(self, row: int, live: Ints, known: int, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """When it comes, a job must gain the rules' minimum to be moved at all; later a plan is left where the
        new one gains no more than the contender's margin."""
        placement = self._place(row, live, queue, horizon, replace(rules, minimum_gain=0.0))
        values = rules.objective.values(horizon)
        if rules.minimum_gain > 0:
            stays = np.zeros(len(live), np.bool_)
            new = queue.take(slice(known, None))
            stays[known:] = gains_too_little(values, new, _rows_of(placement, known), rules.minimum_gain)
            placement = at_once_where(placement, stays)
        margin = self._contender.keep_margin
        if margin <= 0 or placement.parts is not None:
            return placement
        planned = self._plan[live] - row
        kept = kept_plans(values, queue, placement.start, planned, margin)
        kept[known:] = False
        return Placement(np.where(kept, planned, placement.start))

    def _promise(self, row: int, new: Ints, queue: Queue, horizon: Horizon, placement: Placement) -> None:
        """What the first decision says each job will save, and what that plan would have saved as it turned out."""
        if not len(new):
            return
        out = self._ledger.out
        out.first_start[new] = np.where(placement.start >= 0, placement.start + row, UNPLACED)
        settled = self._study.intensity[row : row + len(horizon)]
        told = ((out.first_saved_g, horizon.intensity), (out.first_saved_gbp, horizon.price))
        for column, values in (*told, (out.kept_saved_g, settled)):
            column[new] = np.where(placement.start >= 0, saved_against_at_once(values, queue, placement), 0.0)

    def _carry_out(self, row: int, live: Ints, placement: Placement) -> Ints:
        """Begin or run what is due now; the jobs left open."""
        due = np.asarray(placement.start == 0, dtype=np.bool_)
        if placement.parts is not None:
            due = np.where(placement.parts.any(axis=1), placement.parts[:, 0], due)
        pausing = self._may_pause[live]
        self._ledger.begin(live[due & ~pausing], row)
        self._ledger.run_half_hour(live[due & pausing], row)
        self._ledger.ran[live] = due
        return live[np.where(pausing, self._ledger.left[live] > DONE, ~due)]


def _rows_of(placement: Placement, first: int) -> Placement:
    """The placement from row ``first`` on."""
    return Placement(placement.start[first:], None if placement.parts is None else placement.parts[first:])
