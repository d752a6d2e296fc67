"""The Orchestrator agent: decides for every job, run now or wait until, and says why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridflex.agents.commitments import NOT_YET, WORTH, Commitments
from gridflex.agents.grid_view import GridView
from gridflex.agents.kept_runs import with_begun_pauses, with_kept_worth
from gridflex.agents.rules import place_all, policy_named, rules_of
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.planning.certificate import Certificate, certify, lower_bound
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.planner import Solution
from gridflex.planning.policies.base import Placement, Rules
from gridflex.planning.queue import Queue, queue_from_frame, whole_slots
from gridflex.planning.rationale import ACTIONS, labels
from gridflex.planning.uncertainty import odds_of


@dataclass(frozen=True, eq=False)
class Decisions:
    """A plan with an action and a reason for each job, as columns in the frame's order.

    ``stands`` marks runs that stay as planned before though the rules alone would now place
    them otherwise, ``advised`` runs that should begin now and wait for a person's word; None
    where there is none.
    """

    frame: pd.DataFrame
    view: GridView
    plan: Plan
    threshold: float
    rules: Rules
    action: NDArray[np.uint8]
    rationale: NDArray[np.uint8]
    took_ms: float  # of processor time: waiting for other visitors is not deciding
    solution: Solution | None = None
    stands: Bools | None = None
    advised: Bools | None = None

    @cached_property
    def certificate(self) -> Certificate:
        """Saved, bound and gap of this plan, without runs that began before its horizon."""
        if self.solution is not None:
            return self.solution.certificate
        plan, inside = self.plan, self.plan.queue.earliest >= 0
        if not inside.all():
            placement = Placement(plan.start[inside], None if plan.parts is None else plan.parts[inside])
            plan = evaluate(plan.policy, plan.queue.take(inside), plan.horizon, placement)
        objective = self.rules.objective
        return certify(plan, objective, lower_bound(plan, objective), lower_bound(plan, CARBON_ONLY))

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

    def kept(self, before: Commitments) -> Commitments:
        """These decisions as what was decided, for the next plan; ``before`` is what they were made on."""
        placed, first = self.plan.placed, epoch_row(self.view)
        worth = {name: np.where(placed, getattr(self.plan, name), getattr(before, name)) for name in WORTH}
        parts = {} if self.plan.parts is None else dict(enumerate(self.plan.parts))
        pauses = {row: tuple((np.flatnonzero(used) + first).tolist()) for row, used in parts.items() if used.any()}
        begun = before.begun(epoch_half_hour(self.plan.horizon.now))
        pauses |= {row: used for row, used in before.pauses.items() if begun[row]}
        saved = {"estimated_g": self.plan.saved_g, "estimated_gbp": self.plan.saved_gbp}
        told = saved | {"chance_worse": odds_of(self.plan).told}
        ahead = {name: np.where(placed & ~begun, value, getattr(before, name)) for name, value in told.items()}
        return replace(
            before,
            baseline=self.baseline_epoch(),
            start=self.start_epoch(),
            action=self.action,
            rationale=self.rationale,
            pauses=pauses,
            **worth,
            **ahead,
        )


def epoch_row(view: GridView) -> int:
    """Half-hours since 1970 of the first row of a view's horizon."""
    return epoch_half_hour(view.horizon.start)


class Orchestrator:
    """Turns a queue into decisions. Stateless: what was decided before is handed in."""

    def __init__(self, timer: Callable[[], float] = time.thread_time) -> None:
        self._timer = timer

    def prepare(self, frame: pd.DataFrame, view: GridView, now: datetime, site: Site, before: Commitments) -> Queue:
        """The queue's columns on the view's horizon at ``now``, with what is settled already fixed.

        Runs that have begun, and starts chosen by a person, are fixed where they are; no other
        run starts before its frozen baseline. A run that is over before its time limit gives
        the rest of the room it held back.
        """
        queue = queue_from_frame(frame, view.horizon, site.pue, site.min_run_hours, site.restart_kwh, now)
        offset = epoch_row(view)
        decided = before.baseline != NOT_YET
        start, baseline = before.start - offset, np.where(decided, before.baseline - offset, queue.baseline)
        earliest = np.where(decided, np.maximum(queue.earliest, baseline), queue.earliest)
        latest = np.where(queue.fixed & queue.placeable, earliest, queue.latest)
        settled = before.begun(epoch_half_hour(view.horizon.now)) | (before.pinned & ~before.cancelled)
        expected, pausing = whole_slots(queue.length), np.isin(np.arange(len(queue)), list(before.pauses))
        over = settled & ~pausing & (start + expected <= view.horizon.now_index)
        return replace(
            queue,
            slots=np.where(over, expected, queue.slots),
            earliest=np.where(settled, start, earliest),
            latest=np.where(settled, start, np.where(before.cancelled, earliest - 1, latest)),
            fixed=queue.fixed | settled,
            late=queue.late & ~settled,
            baseline=baseline,
        )

    def decide(
        self,
        frame: pd.DataFrame,
        queue: Queue,
        view: GridView,
        controls: Controls,
        before: Commitments,
        site: Site | None = None,
        headroom: Floats | None = None,
    ) -> Decisions:
        """Place every job by the chosen policy and label the result. Pure but for the stopwatch.

        ``headroom`` (T,) kW is kept free under the site's cap. Raises InputError for a policy
        that is none, PlanError for limits that contradict each other.
        """
        day = slice(view.horizon.now_index, view.horizon.now_index + 48)
        threshold = controls.threshold_in(view.horizon.intensity[day].tolist())
        rules = rules_of(controls, threshold, site or Site())
        policy = policy_named(controls.policy)
        began = self._timer()
        placement, solution = place_all(policy, queue, view.horizon, rules, headroom)
        placement = with_begun_pauses(placement, before, view.horizon)
        plan = with_kept_worth(evaluate(policy.name, queue, view.horizon, placement), before)
        took = (self._timer() - began) * 1e3
        action, rationale = labelled(plan, rules, view, controls.price_limit, before)
        return Decisions(frame, view, plan, threshold, rules, action, rationale, took, solution)


def labelled(
    plan: Plan, rules: Rules, view: GridView, price_limit: float, before: Commitments
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Codes of each job's action and rationale; those of runs that have begun, and of a person's word, stay."""
    found = labels(plan, rules, view.energy_price, price_limit)
    kept = before.begun(epoch_half_hour(view.horizon.now)) | before.pinned | before.cancelled
    return np.where(kept, before.action, found.action), np.where(kept, before.rationale, found.rationale)
