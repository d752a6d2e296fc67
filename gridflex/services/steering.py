"""A person's words on the whole queue: the mode, a proposal's answer, run everything, hold, let go, undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from gridflex.agents.commitments import Commitments
from gridflex.agents.grid import GridAgent
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, ceil_half_hour, epoch_half_hour
from gridflex.domain.modes import Mode
from gridflex.errors import InputError
from gridflex.planning.horizon import Bools, Ints
from gridflex.planning.plan import load_in_use
from gridflex.planning.queue import Queue
from gridflex.planning.site_cap import TOLERANCE, site_cap
from gridflex.services.decider import Decider, Manner, manner_of
from gridflex.services.modes import advised, switched
from gridflex.services.overrides import reason_given
from gridflex.services.undoing import of_override, of_setting, undone
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry

LONGEST_HOLD = 94 * HALF_HOUR
"""Of the two days that are known ahead, an hour must be left to run in."""


class Steering:
    """Every method returns the new workspace, already on disk with its rows in the trail."""

    def __init__(self, decider: Decider, grid: GridAgent) -> None:
        self._decider, self._grid = decider, grid

    def set_mode(self, workspace: Workspace, mode: Mode, now: datetime) -> Workspace:
        """Another mode from now on; the plan in force stays, and a proposal falls."""
        if mode is workspace.mode:
            return workspace
        entry = Entry("setting", "mode", {"mode": str(mode), "before": str(workspace.mode)})
        last = of_setting(workspace, entry, f"the mode {mode}", now)
        return self._decider.noted(replace(switched(workspace, mode, now), last=last), now, [entry])

    def answer(self, workspace: Workspace, made_at: datetime, accept: bool, now: datetime) -> Workspace:
        """Yes or no to the proposal made at ``made_at``. Raises InputError where there is none, or another."""
        proposal = workspace.proposal
        if proposal is None:
            raise InputError("No plan is proposed at the moment.")
        proposal.require(made_at, now)
        said = {"accepted": accept, "proposed_at": made_at.isoformat(), "sentence": proposal.sentence}
        entry = Entry("approval", "", said)
        if not accept:
            return self._decider.noted(replace(workspace, proposal=None), now, [entry])
        taken = replace(workspace, before=proposal.taken(workspace.before))
        cause = "the proposal was approved"
        return self._decider.decided(taken, now, cause, [entry], was=workspace.before, manner=Manner.STANDS)

    def run_everything(
        self, workspace: Workspace, reason: str, now: datetime, *, advised_only: bool = False
    ) -> Workspace:
        """Start each job that may wait as early as it can; with ``advised_only`` those the plan would start now.

        Raises InputError without a reason, for none to start, or where that breaks the site's cap.
        """
        open_, free = self._free(workspace, now)
        view = self._grid.view(workspace.site.region, now, workspace.tariff)
        queue, standing = self._decider.prepare(open_, view), self._decider.stands(workspace, view)
        rows = free & ~queue.fixed & (queue.earliest + queue.slots <= len(view.horizon))
        if advised_only:
            waiting = advised(workspace, self._decider.stands(workspace, view))
            rows = rows & (False if waiting is None else waiting)
        if not rows.any():
            raise InputError("No job is left to start: all have begun, or start at once in any case.")
        _require_room(standing, queue, rows)
        first = epoch_half_hour(view.horizon.start)
        verb = "run what is advised now" if advised_only else "run everything now"
        chosen, starts = np.flatnonzero(rows), queue.earliest[rows] + first
        before = workspace.before.put(chosen, starts, np.zeros(len(chosen), np.bool_))
        how = Manner.STANDS if advised_only else None
        return self._said(workspace, chosen, before, reason, verb, now, how)

    def hold(self, workspace: Workspace, until: datetime, reason: str, now: datetime) -> Workspace:
        """No job of the queue that may wait begins before ``until``; where its window closes sooner, at its last start.

        The rules place each from then on, and it is held to that start. Raises InputError without
        a reason, for none to hold, or a time that is not ahead within what is known.
        """
        if not now < until <= now + LONGEST_HOLD:
            raise InputError("Hold jobs until a later half-hour than this one, at most 47 hours ahead.")
        open_, free = self._free(workspace, now)
        view = self._grid.view(workspace.site.region, now, workspace.tariff)
        queue = self._decider.prepare(open_, view)
        free = free & ~queue.fixed & queue.placeable
        row = view.horizon.index(ceil_half_hour(until))
        earliest = np.where(free, np.minimum(np.maximum(queue.earliest, row), queue.latest), queue.earliest)
        later = self._decider.fresh(open_, view, open_.controls, replace(queue, earliest=earliest))
        rows = np.flatnonzero(free & later.plan.placed)
        if not len(rows):
            raise InputError("No job is left to hold: all have begun, or may not wait.")
        verb = f"hold until {fmt.day_clock(until, now)}"
        waits = (later.plan.start > queue.earliest)[rows]
        before = workspace.before.put(rows, later.start_epoch()[rows], waits)
        return self._said(workspace, rows, before, reason, verb, now)

    def let_go(self, workspace: Workspace, reason: str, now: datetime) -> Workspace:
        """The plan decides again on all jobs that a person has put to a start. Raises InputError for none."""
        _, free = self._free(workspace, now)
        rows = np.flatnonzero(free & workspace.before.pinned)
        if not len(rows):
            raise InputError("No job is held by a person's word.")
        before = workspace.before.let_go(rows)
        return self._said(workspace, rows, before, reason, "let the plan decide again", now)

    def undo(self, workspace: Workspace, now: datetime) -> Workspace:
        """Take back the last override, upload or setting, by a row of its own. Raises InputError where none can be."""
        changed, entry = undone(workspace, now)
        was = workspace.before if changed.frame is workspace.frame else None
        cause = f"undo of {entry.content['said']}"
        return self._decider.decided(changed, now, cause, [entry], was=was, manner=manner_of(workspace))

    def _free(self, workspace: Workspace, now: datetime) -> tuple[Workspace, Bools]:
        """Jobs a word can still move, and the workspace as if there was none on them yet."""
        before = workspace.before
        free: Bools = ~before.begun(epoch_half_hour(now)) & ~before.cancelled & ~before.ordered
        return replace(workspace, before=replace(before, pinned=before.pinned & ~free)), free

    def _said(
        self,
        workspace: Workspace,
        rows: Ints,
        before: Commitments,
        reason: str,
        verb: str,
        now: datetime,
        manner: Manner | None = None,
    ) -> Workspace:
        """Decide on what a person's word has made of the jobs of ``rows``."""
        said, names = reason_given(reason), workspace.frame["job_id"].iloc[rows]
        entry = Entry("override", "", {"action": verb, "reason": said, "jobs": len(rows)})
        last = of_override(workspace, rows.tolist(), entry, verb, now)
        changed = replace(
            workspace, before=before, reasons={**workspace.reasons, **dict.fromkeys(names, said)}, last=last
        )
        how = manner or manner_of(workspace)
        return self._decider.decided(changed, now, verb, [entry], was=workspace.before, manner=how)


def _require_room(standing: Decisions, queue: Queue, rows: Bools) -> None:
    """Raises InputError where the jobs of ``rows``, begun as early as they can, break the cap further than the plan."""
    plan, cap = standing.plan, site_cap(queue, standing.plan.horizon, standing.rules)
    if cap is None:
        return
    planned = load_in_use(plan.queue, plan.start, plan.parts, cap.load, len(plan.horizon))
    parts = None if plan.parts is None else plan.parts & ~rows[:, None]
    used = load_in_use(queue, np.where(rows, queue.earliest, plan.start), parts, cap.load, len(plan.horizon))
    if ((used > cap.limit * (1 + TOLERANCE)) & (used > planned)).any():
        told = fmt.power if standing.rules.cap_gpus is None else fmt.gpus
        peak = f"{told(float(used.max()))}, above the site's cap of {told(cap.limit)}"
        raise InputError(f"All of them at once would draw {peak}. Raise the cap first, or run jobs one by one.")
