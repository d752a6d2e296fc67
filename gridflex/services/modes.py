"""What each mode does to a workspace's runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from gridflex.agents.commitments import NOT_YET
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.domain.job_frame import may_wait
from gridflex.domain.modes import Mode
from gridflex.planning.horizon import Bools
from gridflex.services.workspace import Workspace


def waiting_for_word(workspace: Workspace, now: datetime) -> Workspace:
    """In advise mode, runs that would have begun since the plan was made are still to begin: nobody started them."""
    if workspace.mode is not Mode.ADVISE:
        return workspace
    before, present = workspace.before, epoch_half_hour(now)
    due = (before.start >= epoch_half_hour(workspace.planned_at)) & (before.start < present)
    rows = due & may_start_at_a_word(workspace)
    return replace(workspace, before=before.put_off(rows, present)) if rows.any() else workspace


def switched(workspace: Workspace, mode: Mode, now: datetime) -> Workspace:
    """The workspace in another mode; what runs already goes on."""
    before, present = workspace.before, epoch_half_hour(now)
    if mode is Mode.ADVISE and workspace.mode is not Mode.ADVISE:
        runs = (before.start != NOT_YET) & (before.start == present) & ~before.cancelled
        before = replace(before, pinned=before.pinned | runs)
    return replace(workspace, mode=mode, before=before, proposal=None)


def advised(workspace: Workspace, decisions: Decisions) -> Bools | None:
    """Jobs that should start now and wait for a person's word; None outside advise mode."""
    if workspace.mode is not Mode.ADVISE:
        return None
    present = decisions.plan.start == decisions.plan.horizon.now_index
    due: Bools = decisions.plan.placed & present & may_start_at_a_word(workspace)
    return due


def may_start_at_a_word(workspace: Workspace) -> Bools:
    """Jobs that a person starts in advise mode: those that may wait and have no word yet."""
    before = workspace.before
    free: Bools = may_wait(workspace.frame).to_numpy(np.bool_) & ~before.pinned & ~before.cancelled
    return free
