"""A workspace: one visitor's queue, settings and decisions, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import pandas as pd

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.agents.demo_jobs import DEMO_PREFIX
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import parse_utc
from gridflex.domain.job_frame import frame_from_json, frame_to_json
from gridflex.domain.modes import Mode
from gridflex.domain.tariff import DEFAULT_TARIFF, Tariff
from gridflex.notify.rules import Rule
from gridflex.services.former import Undoable
from gridflex.services.proposals import Proposal


class QueueKind(StrEnum):
    """Where the jobs came from."""

    DEMO = "demo"
    DAY = "day"
    OWN = "own"

    @property
    def label(self) -> str:
        """Name on the page; a demo is called one."""
        return {"demo": "demo queue of 15 jobs", "day": "demo day of 1,000 jobs", "own": "your own jobs"}[self.value]


@dataclass(frozen=True, eq=False)
class Workspace:
    """Immutable: every change gives a new one, kept by the desk before it is shown.

    ``token`` opens it and is never exported; empty for a replay, which is kept nowhere.
    ``anchor`` is when the queue was started, ``planned_at`` when the stored plan was made.
    ``reasons`` are a person's words for overrides, by job id. ``proposal`` is a plan that waits
    for a person in approve mode, ``last`` the change that can be undone. ``rules`` notify;
    ``seen`` is what each has said already, by its id. ``scenarios`` are controls by name.
    """

    token: str
    id: str
    version: int
    seed: int
    kind: QueueKind
    anchor: datetime
    planned_at: datetime
    site: Site
    controls: Controls
    frame: pd.DataFrame
    before: Commitments
    tariff: Tariff = DEFAULT_TARIFF
    reasons: dict[str, str] = field(default_factory=dict)
    mode: Mode = Mode.AUTOMATIC
    proposal: Proposal | None = None
    last: Undoable | None = None
    rules: tuple[Rule, ...] = ()
    seen: dict[str, Any] = field(default_factory=dict)
    scenarios: dict[str, Controls] = field(default_factory=dict)

    @cached_property
    def is_demo(self) -> bool:
        """Whether any of its jobs is made by us; said wherever they are shown."""
        return self.kind is not QueueKind.OWN or bool(self.frame["job_id"].str.startswith(DEMO_PREFIX).any())

    @property
    def is_planned(self) -> bool:
        """Whether every job has been decided on; a replay's never are."""
        return bool((self.before.baseline != NOT_YET).all())

    def to_state(self) -> dict[str, Any]:
        """Plain JSON of everything but token, id and version."""
        return {
            "seed": self.seed,
            "kind": str(self.kind),
            "anchor": self.anchor.isoformat(),
            "planned_at": self.planned_at.isoformat(),
            "site": self.site.model_dump(mode="json"),
            "controls": self.controls.model_dump(mode="json"),
            "jobs": frame_to_json(self.frame),
            "before": self.before.to_state(),
            "tariff": self.tariff.model_dump(mode="json"),
            "reasons": self.reasons,
            "mode": str(self.mode),
            "proposal": self.proposal.to_state() if self.proposal else None,
            "last": self.last.to_state() if self.last else None,
            "rules": [rule.to_state() for rule in self.rules],
            "seen": self.seen,
            "scenarios": {name: controls.model_dump(mode="json") for name, controls in self.scenarios.items()},
        }


def from_state(token: str, workspace_id: str, version: int, state: dict[str, Any]) -> Workspace:
    """The workspace whose ``to_state`` this is; what an earlier version did not keep takes its default."""
    proposal, last = state.get("proposal"), state.get("last")
    return Workspace(
        token=token,
        id=workspace_id,
        version=version,
        seed=int(state["seed"]),
        kind=QueueKind(state["kind"]),
        anchor=parse_utc(state["anchor"]),
        planned_at=parse_utc(state["planned_at"]),
        site=Site.model_validate(state["site"]),
        controls=Controls.model_validate(state["controls"]),
        frame=frame_from_json(state["jobs"]),
        before=Commitments.from_state(state["before"]),
        tariff=Tariff.model_validate(state["tariff"]),
        reasons=dict(state["reasons"]),
        mode=Mode(state.get("mode", Mode.AUTOMATIC)),
        proposal=Proposal.from_state(proposal) if proposal else None,
        last=Undoable.from_state(last) if last else None,
        rules=tuple(Rule.from_state(rule) for rule in state.get("rules", ())),
        seen=dict(state.get("seen", {})),
        scenarios={name: Controls.model_validate(kept) for name, kept in state.get("scenarios", {}).items()},
    )


def with_jobs(workspace: Workspace, frame: pd.DataFrame, kind: QueueKind, before: Commitments) -> Workspace:
    """The same workspace with another queue."""
    return replace(workspace, frame=frame, kind=kind, before=before)
