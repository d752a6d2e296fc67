"""The desk: opens workspaces, decides for them, and writes down what was decided before it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from gridflex.agents.grid import GridAgent
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions, Orchestrator
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import epoch_half_hour, floor_half_hour
from gridflex.domain.regions import GB
from gridflex.domain.tariff import Tariff
from gridflex.errors import Conflict, InputError
from gridflex.planning.queue import Queue
from gridflex.services.decider import Decider, Manner, Tell, manner_of
from gridflex.services.demo_workspace import DEMO_SEED, demo_workspace
from gridflex.services.entries import NEW_HALF_HOUR, iso_of_epoch, sleep_entry
from gridflex.services.modes import advised, waiting_for_word
from gridflex.services.overrides import Override, require_in_window
from gridflex.services.queue_changes import begun_again, upload_entry, with_more, with_others
from gridflex.services.rolling import asleep, in_force
from gridflex.services.rule_book import RuleBook
from gridflex.services.scenarios import ScenarioBook
from gridflex.services.steering import Steering
from gridflex.services.undoing import of_override, of_setting
from gridflex.services.workspace import QueueKind, Workspace, from_state
from gridflex.store.chain import Entry
from gridflex.store.workspaces import StoredWorkspace, Workspaces, new_token, workspace_id

NOTED_EVERY = timedelta(hours=1)
"""How exact a workspace's last visit is."""


class Desk:
    """Every method that changes a workspace returns the new one, already on disk.

    ``steer`` has a person's words on the whole queue, ``rules`` what notifies, ``scenarios`` named
    controls. ``tell`` takes the notices.
    """

    def __init__(
        self,
        store: Workspaces,
        grid: GridAgent,
        orchestrator: Orchestrator,
        tell: Tell = lambda _: None,
        *,
        allow_private: bool = False,
    ) -> None:
        self._store, self._grid = store, grid
        self._decider = Decider(store, grid, orchestrator, tell)
        self.steer = Steering(self._decider, grid)
        self.rules = RuleBook(self._decider, allow_private=allow_private)
        self.scenarios = ScenarioBook(self._decider)

    def open(self, token: str | None, now: datetime) -> Workspace:
        """The token's workspace, its plan brought up to ``now``; a new demo where there is none."""
        kept = self._store.load(token) if token else None
        if kept is None or token is None:
            return self._create(now)
        return self.taken_up(kept, now, token)

    def find(self, name: str, now: datetime) -> Workspace | None:
        """The workspace with that public id, brought up to ``now``, for who holds a key to it; None for none."""
        kept = self._store.find(name)
        return self.taken_up(kept, now) if kept else None

    def taken_up(self, kept: StoredWorkspace, now: datetime, token: str = "") -> Workspace:
        """A workspace as it was kept, brought up to ``now`` for who comes to it; the visit is noted."""
        found = self.catch_up(from_state(token, kept.id, kept.version, kept.state), now)
        if now - kept.touched_at >= NOTED_EVERY:  # where a machine has planned the half-hour, nothing else says so
            self._store.touch(kept.id, now)
        return found

    def current(self, workspace: Workspace, now: datetime) -> Workspace:
        """A workspace held since an earlier moment, as it stands now: another tab or instance may have changed it."""
        if self._store.version(workspace.id) != workspace.version:
            return self.open(workspace.token, now)
        return self.catch_up(workspace, now)

    def replayed(
        self, at: datetime, seed: int = DEMO_SEED, kind: QueueKind = QueueKind.DEMO, region: int = GB
    ) -> Workspace:
        """A demo as of ``at``; it is written nowhere."""
        return replace(demo_workspace("", "", at, seed, kind), site=Site(region=region))

    def prepare(self, workspace: Workspace, view: GridView) -> Queue:
        """The workspace's jobs as columns on the view's horizon; worth keeping while both stay the same."""
        return self._decider.prepare(workspace, view)

    def decide(
        self, workspace: Workspace, view: GridView, controls: Controls | None = None, queue: Queue | None = None
    ) -> Decisions:
        """The plan in force under the workspace's own controls; under others a preview. Writes nothing.

        In a half-hour that is not planned for yet, in a replay, and with the grid unplugged it is a preview, too;
        where the clock was set back, the plan stays in force.
        """
        chosen = controls or workspace.controls
        fresh = self._decider.fresh(workspace, view, chosen, queue or self.prepare(workspace, view))
        planned = workspace.is_planned and floor_half_hour(workspace.planned_at) >= view.horizon.now
        if planned and chosen == workspace.controls and not view.unplugged:
            fresh = in_force(fresh, workspace.before, chosen.price_limit)
        return replace(fresh, advised=advised(workspace, fresh))

    def adopt(self, workspace: Workspace, controls: Controls, now: datetime, cause: str) -> Workspace:
        """Decide by ``controls`` and make it the plan: a plan row and a row for each job that changed."""
        if controls == workspace.controls or not workspace.version:
            return self._decider.decided(replace(workspace, controls=controls), now, cause)
        last = of_setting(workspace, None, "other controls", now)
        return self._decider.decided(replace(workspace, controls=controls, last=last), now, cause)

    def catch_up(self, workspace: Workspace, now: datetime) -> Workspace:
        """The half-hourly re-plan, ``roll``; where another tab was first, its workspace is taken up instead.

        Raises Conflict for one that is kept no more and was found by its id.
        """
        try:
            return self.roll(workspace, now)
        except Conflict:
            again = self.open(workspace.token, now) if workspace.token else self.find(workspace.id, now)
            if again is None:
                raise
            return again

    def roll(self, workspace: Workspace, now: datetime, *, visited: bool = True) -> Workspace:
        """Bring a workspace up to ``now``: runs that have begun stay, the others move only for a gain above the margin.

        Half-hours that nobody planned for followed the stored plan, and a row says so. Not
        ``visited``: a machine asks, the workspace ages on. Raises Conflict where another was first.
        """
        if floor_half_hour(workspace.planned_at) >= floor_half_hour(now):
            return workspace
        slept = asleep(workspace.planned_at, now)
        workspace = waiting_for_word(workspace, now)
        rows = [sleep_entry(workspace.before, *slept)] if slept else []
        return self._decider.decided(
            workspace, now, NEW_HALF_HOUR, rows, manner=Manner.ROLLING, visited=visited, asked=False
        )

    def restart(self, workspace: Workspace, kind: QueueKind, now: datetime, seed: int | None = None) -> Workspace:
        """Begin again with a demo queue released now."""
        cause = f"started again with a {kind.label}"
        return self._decider.decided(begun_again(workspace, kind, now, seed, cause), now, cause)

    def take_jobs(
        self, workspace: Workspace, frame: pd.DataFrame, now: datetime, *, cause: str, add: bool = False
    ) -> Workspace:
        """Make ``frame`` the queue, or ``add`` it to the visitor's own.

        Raises InputError for an empty one, or for an id that is there already.
        """
        if not len(frame):
            raise InputError("There is no job to take in; the queue is unchanged.")
        upload = upload_entry(frame, cause, added=add)
        if add:
            changed, manner = with_more(workspace, frame, upload, cause, now), manner_of(workspace)
        else:
            changed, manner = with_others(workspace, frame, upload, cause, now), Manner.ANEW
        return self._decider.decided(changed, now, cause, [upload], manner=manner)

    def override(self, workspace: Workspace, word: Override, now: datetime) -> Workspace:
        """A person's word on one job.

        Raises InputError without a reason, for a job that is unknown, has begun or is bound by
        an order, and for a start it cannot have.
        """
        rows = np.flatnonzero((workspace.frame["job_id"] == word.job_id).to_numpy())
        if not len(rows):
            raise InputError(f"There is no job {word.job_id!r} in the queue.")
        row = int(rows[0])
        if workspace.before.begun(epoch_half_hour(now))[row]:
            raise InputError(f"Job {word.job_id!r} has already begun; it can no longer be moved.")
        start = word.start(now)
        view = self._grid.view(workspace.site.region, now, workspace.tariff)
        require_in_window(workspace.frame.iloc[[row]], view, now, start)
        return self.stated(workspace, word, row, start, now)

    def stated(self, workspace: Workspace, word: Override, row: int, start: int, now: datetime) -> Workspace:
        """A word on job ``row`` from half-hour ``start`` since 1970, be it past. Raises InputError for a bound job."""
        before = word.applied(workspace.before, row, start)
        reasons = {**workspace.reasons, word.job_id: word.said}
        entry = Entry(
            "override",
            word.job_id,
            {"action": word.verb, "reason": word.said, "start": iso_of_epoch(start)},
        )
        cause = f"override of {word.job_id}"
        last = of_override(workspace, [row], entry, cause, now) if word.undoable else workspace.last
        changed = replace(workspace, before=before, reasons=reasons, last=last)
        how = manner_of(workspace)
        return self._decider.decided(changed, now, cause, [entry], was=workspace.before, manner=how)

    def change_site(self, workspace: Workspace, site: Site, controls: Controls, now: datetime) -> Workspace:
        """Keep other site settings, and decide anew under them."""
        kept = {"site": site.model_dump(mode="json"), "controls": controls.model_dump(mode="json")}
        changed = replace(workspace, site=site, controls=controls)
        return self._set(workspace, changed, Entry("setting", "site", kept), "site settings", now)

    def change_tariff(self, workspace: Workspace, tariff: Tariff, now: datetime) -> Workspace:
        """Keep another tariff, and decide anew under it."""
        kept = Entry("setting", "tariff", tariff.model_dump(mode="json"))
        return self._set(workspace, replace(workspace, tariff=tariff), kept, "another tariff", now)

    def _set(self, workspace: Workspace, changed: Workspace, entry: Entry, cause: str, now: datetime) -> Workspace:
        changed = replace(changed, last=of_setting(workspace, entry, cause, now))
        return self._decider.decided(changed, now, cause, [entry], manner=manner_of(workspace))

    def _create(self, now: datetime) -> Workspace:
        token = new_token()
        fresh = demo_workspace(token, workspace_id(token), now, DEMO_SEED, QueueKind.DEMO)
        return self._decider.decided(fresh, now, "the workspace was opened")
