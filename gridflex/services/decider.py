"""The decider: from a workspace to its plan, and with the plan's rows of the trail to disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import partial

from gridflex.agents.commitments import Commitments
from gridflex.agents.grid import GridAgent
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions, Orchestrator
from gridflex.domain.controls import Controls
from gridflex.domain.modes import Mode
from gridflex.notify.rules import Notice
from gridflex.planning.queue import Queue
from gridflex.services.demand_view import expected_headroom
from gridflex.services.entries import changed_rows, job_entries, notice_entry, plan_entry, settled_entries
from gridflex.services.modes import advised
from gridflex.services.proposals import Proposal
from gridflex.services.rolling import Rolled, in_force, proposed, rolled
from gridflex.services.settlement import settle
from gridflex.services.watching import watched
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry
from gridflex.store.workspaces import Workspaces


class Manner(Enum):
    """How the plan is found: ANEW by the rules, the stored one as it STANDS, or ROLLING.

    Rolling keeps the stored plan unless a new one gains enough; in approve mode a gain is only proposed.
    """

    ANEW = "anew"
    ROLLING = "rolling"
    STANDS = "stands"


Tell = Callable[[Sequence[Notice]], None]
"""Takes the notices of a plan that is on disk, and returns at once."""


class Decider:
    """Hands the workspaces of the store to the agents."""

    def __init__(self, store: Workspaces, grid: GridAgent, orchestrator: Orchestrator, tell: Tell) -> None:
        self._store, self._grid, self._orchestrator, self._tell = store, grid, orchestrator, tell

    def prepare(self, workspace: Workspace, view: GridView) -> Queue:
        """The workspace's jobs as columns on the view's horizon; worth keeping while both stay the same."""
        return self._orchestrator.prepare(workspace.frame, view, workspace.planned_at, workspace.site, workspace.before)

    def stands(self, workspace: Workspace, view: GridView) -> Decisions:
        """The stored plan on the grid as it is known now."""
        fresh = self.fresh(workspace, view, workspace.controls, self.prepare(workspace, view))
        return in_force(fresh, workspace.before, workspace.controls.price_limit)

    def fresh(self, workspace: Workspace, view: GridView, controls: Controls, queue: Queue) -> Decisions:
        """What the controls decide, whatever was planned before."""
        capped_in_gpus = workspace.site.cap_gpus is not None and controls.cap_kw is None
        return self._orchestrator.decide(
            workspace.frame,
            queue,
            view,
            controls,
            workspace.before,
            workspace.site,
            expected_headroom(workspace, view) if controls.headroom and not capped_in_gpus else None,
        )

    def decided(
        self,
        workspace: Workspace,
        now: datetime,
        cause: str,
        entries: Sequence[Entry] = (),
        was: Commitments | None = None,
        *,
        manner: Manner = Manner.ANEW,
        visited: bool = True,
        asked: bool = True,
    ) -> Workspace:
        """Settle, decide and store it as the workspace's plan, with its rows in the trail, in one transaction.

        Jobs whose decision differs from ``was`` (what the workspace holds, unless given) get a row.
        Not ``visited``: a machine asks; not ``asked``: nobody did, a half-hour has passed.
        """
        workspace = replace(workspace, planned_at=now)
        view = self._grid.view(workspace.site.region, now, workspace.tariff)
        queue = self.prepare(workspace, view)
        price = self._grid.price_of(workspace.site.region, workspace.tariff)
        known = partial(self._grid.settled, view)
        before, settled = settle(workspace.before, queue, now, known, price.prices)
        workspace = replace(workspace, before=before)
        fresh = self.fresh(workspace, view, workspace.controls, queue)
        decisions, found, better = _placed(fresh, workspace, manner)
        proposal = Proposal.of(better, before, now, found.sentence) if better and found else None
        decisions = replace(decisions, advised=advised(workspace, decisions))
        kept = replace(workspace, before=decisions.kept(before), proposal=proposal)
        seen, notices = watched(kept, was or before, decisions, now)
        kept = replace(kept, seen=seen)
        rows = [
            *entries,
            *settled_entries(workspace, settled, view),
            plan_entry(workspace, decisions, cause, found),
            *job_entries(decisions, changed_rows(was or before, kept.before), found.sentence if found else cause),
            *(notice_entry(notice) for notice in notices),
        ]
        kept = replace(kept, version=self._keep(kept, now, rows, visited, asked))
        self._tell(notices)
        return kept

    def noted(self, workspace: Workspace, now: datetime, entries: Sequence[Entry]) -> Workspace:
        """Store what changes no plan, with its rows in the trail."""
        return replace(workspace, version=self._keep(workspace, now, entries))

    def _keep(
        self, workspace: Workspace, now: datetime, rows: Sequence[Entry], visited: bool = True, asked: bool = True
    ) -> int:
        """Write state and rows together; the new version."""
        state, version = workspace.to_state(), workspace.version
        if version == 0:
            return self._store.create(workspace.token, state, now, rows).version
        return self._store.save(
            workspace.id, state, expected_version=version, at=now, entries=rows, visited=visited, asked=asked
        )


def manner_of(workspace: Workspace) -> Manner:
    """How the jobs are placed that a person's word is not about: in approve mode they are not moved unasked."""
    return Manner.ROLLING if workspace.mode is Mode.APPROVE else Manner.ANEW


def _placed(
    fresh: Decisions, workspace: Workspace, manner: Manner
) -> tuple[Decisions, Rolled | None, Decisions | None]:
    """The plan that is taken, what a re-plan found, and a better plan that waits for a person."""
    before, limit = workspace.before, workspace.controls.price_limit
    if manner is Manner.ANEW:
        return fresh, None, None
    if manner is Manner.STANDS:
        return in_force(fresh, before, limit), None, None
    if workspace.mode is Mode.APPROVE:
        return proposed(fresh, before, limit)
    return *rolled(fresh, before, limit), None
