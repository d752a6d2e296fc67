"""The queue: list, add, cancel."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from gridflex.api.dispatch import dispatched
from gridflex.api.models.jobs import MOST_JOBS, frame_of, job_decisions
from gridflex.api.models.plans import NewJobs, PlanOut, QueueOut
from gridflex.api.visits import Reader, Writer
from gridflex.domain.decisions import Action
from gridflex.domain.job_frame import may_wait
from gridflex.errors import InputError
from gridflex.planning.queue import Queue
from gridflex.services.demand_view import expected_demand
from gridflex.services.job_table import statuses
from gridflex.services.overrides import MOST_REASON, Override

MOST_IN_QUEUE = 2000

router = APIRouter(tags=["workload"])
listing = APIRouter(tags=["workload"])

Limit = Annotated[int, Query(ge=1, le=MOST_JOBS, examples=[100])]
Offset = Annotated[int, Query(ge=0, le=1_000_000, examples=[0])]
Reason = Annotated[
    str, Query(min_length=1, max_length=MOST_REASON, pattern=r"\S", description="goes into the audit trail")
]
JobId = Annotated[str, Path(min_length=1, max_length=200)]


@router.get("/workload/queue")
@listing.get("/jobs", operation_id="list_jobs")
def workload_queue(visit: Reader, limit: Limit = 100, offset: Offset = 0) -> QueueOut:
    """The queue, which jobs may wait, and what is decided for each."""
    decisions, here = visit.decisions(), visit.workspace
    queue: Queue = decisions.plan.queue
    demand = expected_demand(here, decisions.view)
    rows = range(len(decisions))[offset : offset + limit]
    return QueueOut(
        total_jobs=len(decisions),
        deferrable_jobs=int(may_wait(here.frame).sum()),
        critical_jobs=int(queue.critical.sum()),
        total_energy_kwh=float(queue.energy_kwh.sum()),
        by_status=Counter(str(word) for word in statuses(decisions)),
        demo=here.is_demo,
        recorded=visit.kept,
        queue=here.kind.label,
        demand_forecast=demand.sentence if demand else None,
        provenance=decisions.view.provenance.word,  # type: ignore[arg-type]
        offset=offset,
        jobs=job_decisions(decisions, rows),
    )


@listing.post("/jobs", status_code=201)
def add_jobs(visit: Writer, wanted: NewJobs) -> PlanOut:
    """Take jobs in and plan anew; answers with the decisions of these jobs."""
    frame = frame_of(wanted.jobs, visit.now)
    if not wanted.replace and len(visit.workspace.frame) + len(frame) > MOST_IN_QUEUE:
        raise InputError(f"A queue holds at most {MOST_IN_QUEUE:,} jobs.")
    return dispatched(
        visit,
        lambda desk, here: desk.take_jobs(here, frame, visit.now, cause="over the API", add=not wanted.replace),
        frame["job_id"].tolist(),
    )


@listing.delete("/jobs/{job_id:path}")
def cancel_job(visit: Writer, job_id: JobId, reason: Reason = "cancelled over the API") -> PlanOut:
    """Cancel a job that has not begun, and plan the others anew."""
    if job_id not in set(visit.workspace.frame["job_id"]):
        raise HTTPException(404, f"There is no job {job_id!r} in the queue.")
    word = Override(job_id, Action.CANCEL, reason)
    return dispatched(visit, lambda desk, here: desk.override(here, word, visit.now), [job_id])
