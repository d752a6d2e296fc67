"""What was decided, by cursor; the audit trail exported and verified."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gridflex.api.models.jobs import job_decisions
from gridflex.api.models.trail import RecentDecision, RecentDecisions, TrailExport, TrailPage, TrailRow, Verification
from gridflex.api.visits import Reader
from gridflex.errors import TrailBroken

router = APIRouter(tags=["decisions"])
more = APIRouter(tags=["audit"])

Recent = Annotated[int, Query(ge=1, le=200, description="how many", examples=[10])]
Cursor = Annotated[
    int | None, Query(ge=1, le=2**62, description="rows older than this one: the last page's next_cursor")
]
Word = Annotated[str | None, Query(max_length=100)]


@router.get("/decisions/recent")
def decisions_recent(visit: Reader, limit: Recent = 10) -> RecentDecisions:
    """The newest decisions as they were written; without a key what the demo would decide now."""
    if visit.kept:
        rows = visit.parts.platform.trail.rows(visit.workspace.id, kind="decision", limit=limit)
        return RecentDecisions(recorded=True, decisions=[RecentDecision.of_row(row) for row in rows])
    decided = visit.decisions()
    word = decided.view.provenance.word
    jobs = job_decisions(decided, range(min(limit, len(decided))))
    return RecentDecisions(recorded=False, decisions=[RecentDecision.of_preview(job, visit.now, word) for job in jobs])


@more.get("/decisions")
def list_decisions(
    visit: Reader,
    limit: Recent = 50,
    cursor: Cursor = None,
    kind: Annotated[
        Word, Query(description="plan, decision, override, upload, setting, beckn …; all where empty")
    ] = "decision",
    subject: Annotated[Word, Query(description="a job's or an order's id")] = None,
) -> TrailPage:
    """Rows of the audit trail, the newest first, a page at a time."""
    found = visit.parts.platform.trail.rows(
        visit.workspace.id, kind=kind or None, subject=subject, limit=limit + 1, before_seq=cursor
    )
    rows = [TrailRow.of(row) for row in found[:limit]]
    return TrailPage(rows=rows, next_cursor=rows[-1].seq if len(found) > limit else None)


@more.get("/audit/export", response_model=TrailExport)
def audit_export(visit: Reader, response: Response) -> dict[str, Any]:
    """The whole trail with its head and the recipe: anyone can verify it."""
    response.headers["Content-Disposition"] = 'attachment; filename="gridflex-trail.json"'
    return visit.parts.platform.trail.export(visit.workspace.id)


@more.get("/audit/verify")
def audit_verify(visit: Reader) -> Verification:
    """Walk the whole chain as it is kept; names the first row at fault."""
    try:
        found = visit.parts.platform.trail.verify(visit.workspace.id)
    except TrailBroken as broken:
        return Verification(
            verified=False, rows=None, head_hash=None, erased=None, broken_seq=broken.seq, reason=str(broken)
        )
    return Verification(verified=True, rows=found.count, head_hash=found.hash, erased=found.erased)
