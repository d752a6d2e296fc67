"""A person's words on the whole queue, and how a workspace is set."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gridflex.domain.jobs import UtcTime
from gridflex.domain.modes import Mode
from gridflex.services.overrides import MOST_REASON
from gridflex.services.workspace import Workspace

Reason = Annotated[
    str, Field(min_length=1, max_length=MOST_REASON, pattern=r"\S", description="goes into the audit trail")
]
REASON: dict[str, Any] = {"reason": "the maintenance window begins at nine"}


class ModeIn(BaseModel):
    """How far GridFlex may go by itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mode": "approve"}]})

    mode: Annotated[
        Mode,
        Field(description="advise: nothing that may wait starts by itself; approve: a re-plan waits for a yes"),
    ]


class Because(BaseModel):
    """A reason."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REASON]})

    reason: Reason


class RunNow(Because):
    """Start jobs; with ``advised_only`` those that the plan would start now (advise mode)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**REASON, "advised_only": False}]})

    advised_only: bool = False


class Hold(Because):
    """Hold what may wait."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**REASON, "until": "2026-11-27T21:00:00Z"}]})

    until: Annotated[UtcTime, Field(description="at most 47 hours ahead; rounded up to a half-hour")]


class Answer(BaseModel):
    """Yes or no to a proposed plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"made_at": "2026-11-27T17:30:04Z", "accept": True}]}
    )

    made_at: Annotated[UtcTime, Field(description="which proposal: a newer one is not meant")]
    accept: bool


class ProposalOut(BaseModel):
    """A better plan that waits for a yes."""

    made_at: datetime
    sentence: str


class UndoableOut(BaseModel):
    """What undo would take back."""

    kind: str
    said: str
    at: datetime


class WorkspaceOut(BaseModel):
    """How the workspace is set, what waits for an answer, and what can be undone."""

    workspace_id: Annotated[str | None, Field(description="null for the demo that is shown without a key")]
    recorded: bool
    mode: Mode
    mode_means: str
    queue: str
    jobs: int
    planned_at: datetime
    proposal: ProposalOut | None
    undo: UndoableOut | None

    @classmethod
    def of(cls, workspace: Workspace) -> WorkspaceOut:
        """As it is kept."""
        proposal, last = workspace.proposal, workspace.last
        return cls(
            workspace_id=workspace.id or None,
            recorded=workspace.version > 0,
            mode=workspace.mode,
            mode_means=workspace.mode.sentence,
            queue=workspace.kind.label,
            jobs=len(workspace.frame),
            planned_at=workspace.planned_at,
            proposal=ProposalOut(made_at=proposal.made_at, sentence=proposal.sentence) if proposal else None,
            undo=UndoableOut(kind=last.kind, said=last.said, at=last.at) if last else None,
        )
