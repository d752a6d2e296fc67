"""What was decided, and the chain that proves it was not altered since."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gridflex.api.models.jobs import JobDecision
from gridflex.domain.decisions import Action, Rationale
from gridflex.store.chain import Row


class RecentDecision(BaseModel):
    """One decision. ``seq`` is its row in the audit trail, null for the demo shown to who brings no key."""

    seq: int | None
    decided_at: datetime
    job_id: str
    action: Action | None
    rationale: Rationale | None
    sentence: Annotated[str, Field(description="empty where the content was erased")]
    start: datetime | None
    carbon_saved_gco2: float | None
    cost_saved_gbp: float | None
    provenance: str | None

    @classmethod
    def of_row(cls, row: Row) -> RecentDecision:
        """From its row in the trail."""
        said = row.data or {}
        return cls(
            seq=row.seq,
            decided_at=row.moment,
            job_id=row.subject,
            action=said.get("action"),
            rationale=said.get("rationale"),
            sentence=said.get("sentence", ""),
            start=said.get("start"),
            carbon_saved_gco2=said.get("saved_g"),
            cost_saved_gbp=said.get("saved_gbp"),
            provenance=said.get("provenance"),
        )

    @classmethod
    def of_preview(cls, job: JobDecision, at: datetime, provenance: str) -> RecentDecision:
        """From a decision that is written nowhere."""
        shared = {name: getattr(job, name) for name in cls.model_fields if name in JobDecision.model_fields}
        return cls(seq=None, decided_at=at, provenance=provenance, **shared)


class RecentDecisions(BaseModel):
    """The newest first."""

    recorded: bool
    decisions: list[RecentDecision]


class TrailRow(BaseModel):
    """A row of the audit trail: a plan, a decision, an override, an upload, a setting, an order's step."""

    seq: int
    at: datetime
    kind: str
    subject: str
    content: Annotated[dict[str, Any] | None, Field(description="null where it was erased; its hash stays")]
    content_hash: str
    prev_hash: str
    row_hash: str

    @classmethod
    def of(cls, row: Row) -> TrailRow:
        """From the row as it is kept."""
        return cls(
            seq=row.seq,
            at=row.moment,
            kind=row.kind,
            subject=row.subject,
            content=row.data,
            content_hash=row.content_hash,
            prev_hash=row.prev_hash,
            row_hash=row.row_hash,
        )


class TrailPage(BaseModel):
    """Rows, the newest first; ``next_cursor`` asks for older ones, null at the end."""

    rows: list[TrailRow]
    next_cursor: int | None


class Verification(BaseModel):
    """Whether the chain holds. ``broken_seq`` is the first row at fault, 0 the head."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"verified": True, "rows": 17, "head_hash": "9f2c…", "erased": 0}]}
    )

    verified: bool
    rows: int | None
    head_hash: str | None
    erased: int | None
    broken_seq: int | None = None
    reason: str | None = None


class Head(BaseModel):
    """What a trail ends with."""

    count: int
    hash: str


class TrailExport(BaseModel):
    """The whole trail and the recipe to check it by. Rows are as kept: ``content`` is the text that was hashed."""

    format: str
    recipe: str
    workspace_id: str
    head: Head
    rows: list[dict[str, Any]]
