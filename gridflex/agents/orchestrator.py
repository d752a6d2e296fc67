"""The Orchestrator agent: decides for every job, run now or wait until, and says why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridflex.agents.grid import GridView
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.planning.horizon import Bools, Ints
from gridflex.planning.objective import Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue, queue_from_frame
from gridflex.planning.rationale import ACTIONS, RATIONALES, labels

NOT_YET = -1
"""In :class:`Commitments`: nothing decided."""


@dataclass(frozen=True, eq=False)
class Commitments:
    """What was decided before, a row a job in the frame's order.

    ``baseline`` and ``start`` are half-hours since 1970 (NOT_YET where none): the baseline
    is frozen at the first decision, the start is what the stored plan says. ``pinned`` jobs
    keep their start whatever a policy says (a person chose it); ``cancelled`` ones never
    run. ``action`` and ``rationale`` are codes (rows of ACTIONS, RATIONALES).
    """

    baseline: Ints
    start: Ints
    pinned: Bools
    cancelled: Bools
    action: NDArray[np.uint8]
    rationale: NDArray[np.uint8]

    @classmethod
    def none(cls, count: int) -> Commitments:
        """Nothing decided yet for ``count`` jobs."""
        empty = np.full(count, NOT_YET, dtype=np.int64)
        no, code = np.zeros(count, np.bool_), np.zeros(count, np.uint8)
        return cls(empty, empty.copy(), no, no.copy(), code, code.copy())

    def begun(self, now_epoch: int) -> Bools:
        """Runs whose stored start lies before half-hour ``now_epoch``: they can no longer be moved."""
        begun: Bools = (self.start != NOT_YET) & (self.start < now_epoch) & ~self.cancelled
        return begun

    def overridden(self, row: int, action: Action, start: int) -> Commitments:
        """A person's word on one job: pinned to ``start`` (half-hours since 1970), or cancelled."""
        new = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        new["start"][row] = start
        new["pinned"][row] = action is not Action.CANCEL
        new["cancelled"][row] = action is Action.CANCEL
        new["action"][row] = ACTIONS.index(action)
        new["rationale"][row] = RATIONALES.index(Rationale.OPERATOR)
        return Commitments(**new)


@dataclass(frozen=True, eq=False)
class Decisions:
    """A plan with an action and a reason for each job, as columns in the frame's order."""

    frame: pd.DataFrame
    view: GridView
    plan: Plan
    threshold: float
    rules: Rules
    action: NDArray[np.uint8]
    rationale: NDArray[np.uint8]
    took_ms: float

    def __len__(self) -> int:
        return len(self.frame)

    def of(self, *actions: Action) -> Bools:
        """Which jobs have one of the ``actions``."""
        return np.isin(self.action, [ACTIONS.index(action) for action in actions])

    def start_epoch(self) -> Ints:
        """Starts in half-hours since 1970; NOT_YET where unplaced."""
        return np.where(self.plan.placed, self.plan.start + epoch_row(self.view), NOT_YET)

    def baseline_epoch(self) -> Ints:
        """Baselines in half-hours since 1970."""
        return self.plan.queue.baseline + epoch_row(self.view)


def epoch_row(view: GridView) -> int:
    """Half-hours since 1970 of the first row of a view's horizon."""
    return epoch_half_hour(view.horizon.start)


class Orchestrator:
    """Turns a queue into decisions. Stateless: what was decided before is handed in."""

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer

    def prepare(self, frame: pd.DataFrame, view: GridView, site: Site, before: Commitments) -> Queue:
        """The queue's columns on the view's horizon, with what is settled already fixed.

        Runs that have begun, and starts chosen by a person, are fixed where they are.
        """
        queue = queue_from_frame(frame, view.horizon, site.pue)
        offset = epoch_row(view)
        start = before.start - offset
        settled = before.begun(offset + view.horizon.now_index) | (before.pinned & ~before.cancelled)
        return replace(
            queue,
            earliest=np.where(settled, start, queue.earliest),
            latest=np.where(settled, start, np.where(before.cancelled, queue.earliest - 1, queue.latest)),
            fixed=queue.fixed | settled,
            late=queue.late & ~settled,
            baseline=np.where(before.baseline != NOT_YET, before.baseline - offset, queue.baseline),
        )

    def decide(
        self, frame: pd.DataFrame, queue: Queue, view: GridView, controls: Controls, before: Commitments
    ) -> Decisions:
        """Place every job by the chosen policy and label the result. Pure but for the stopwatch."""
        day = slice(view.horizon.now_index, view.horizon.now_index + 48)
        threshold = controls.threshold_in(view.horizon.intensity[day].tolist())
        rules = rules_of(controls, threshold)
        began = self._timer()
        policy = POLICIES[controls.policy]
        plan = evaluate(policy.name, queue, view.horizon, policy.place(queue, view.horizon, rules))
        took = (self._timer() - began) * 1e3
        found = labels(plan, rules, view.energy_price, controls.price_limit)
        kept = before.begun(epoch_row(view) + view.horizon.now_index) | before.pinned | before.cancelled
        action = np.where(kept, before.action, found.action)
        rationale = np.where(kept, before.rationale, found.rationale)
        return Decisions(frame, view, plan, threshold, rules, action, rationale, took)


def rules_of(controls: Controls, threshold: float) -> Rules:
    """A visitor's controls as the planner takes them."""
    objective = Objective(carbon_price=controls.carbon_price, delay_cost=controls.delay_cost)
    return Rules(objective, threshold, controls.minimum_gain_percent / 100)
