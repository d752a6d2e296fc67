"""Plan without writing, and optimise."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from gridflex.agents.commitments import Commitments
from gridflex.api.dispatch import dispatched, plan_out, require_known
from gridflex.api.models.jobs import frame_of
from gridflex.api.models.plans import DryRun, Optimise, PlanOut
from gridflex.api.visits import Reader, Writer
from gridflex.services.workspace import QueueKind, with_jobs

router = APIRouter(tags=["decisions"])
more = APIRouter(tags=["decisions"])


@router.post("/optimize")
def optimize(visit: Writer, wanted: Optimise | None = None) -> PlanOut:
    """Decide for the whole queue and make it the plan: on disk, with its rows in the audit trail, before the answer."""
    asked = wanted or Optimise()
    require_known(visit.workspace, asked.job_ids)
    controls = asked.controls or visit.workspace.controls
    return dispatched(
        visit, lambda desk, here: desk.adopt(here, controls, visit.now, "optimised over the API"), asked.job_ids
    )


@more.post("/plan")
def plan(visit: Reader, wanted: DryRun | None = None) -> PlanOut:
    """A dry run: what would be decided. Writes nothing and needs no key; ``jobs`` may be your own."""
    asked = wanted or DryRun()
    here = visit.workspace
    if asked.jobs is not None:
        frame = frame_of(asked.jobs, visit.now)
        here = with_jobs(here, frame, QueueKind.OWN, Commitments.none(len(frame)))
        here = replace(here, planned_at=visit.now)
    require_known(here, asked.job_ids)
    planned = visit.at(here)
    return plan_out(planned, planned.decisions(asked.controls), asked.job_ids)
