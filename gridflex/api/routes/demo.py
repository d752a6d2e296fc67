"""The demo over the API: made-up jobs, really decided."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from gridflex.api.dispatch import dispatched
from gridflex.api.models.month import GeneratedMonth
from gridflex.api.models.plans import PlanOut
from gridflex.api.parts import Shared
from gridflex.api.visits import Writer
from gridflex.services.demo_batch import demo_batch
from gridflex.services.demo_workspace import DEMO_SEED

router = APIRouter(tags=["demo"])

NumJobs = Annotated[int, Query(ge=1, le=50, examples=[15])]
Critical = Annotated[bool, Query(description="at least one job that may not wait; else none", examples=[True])]
Seed = Annotated[
    int, Query(ge=0, le=2**31, description="the same seed and half-hour give the same jobs", examples=[42])
]


@router.post("/demo/trigger")
def demo_trigger(
    visit: Writer, num_jobs: NumJobs = 15, include_critical: Critical = True, seed: Seed = DEMO_SEED
) -> PlanOut:
    """Put new demo jobs in place of the demo queue and optimise; 409 where the queue holds jobs of your own."""
    if not all(visit.workspace.frame["job_id"].str.startswith("demo-")):
        raise HTTPException(409, "The queue holds your own jobs, which a demo would replace; use another key or none.")
    frame = demo_batch(seed, visit.now, num_jobs, include_critical)
    cause = f"a demo of {num_jobs} jobs was asked for over the API"
    return dispatched(visit, lambda desk, here: desk.take_jobs(here, frame, visit.now, cause=cause))


@router.post("/demo/generate")
def demo_generate(parts: Shared) -> GeneratedMonth:
    """Thirty days of demo jobs, decided half-hour by half-hour on the last 30 days' grid, with projections.

    The projection draws from the weeks of an earlier year in which the 30 days to come lie. Computed anew each
    half-hour, which takes seconds; written nowhere.
    """
    now = parts.platform.clock()
    months, levels = parts.months, parts.platform.markets.view(now).levels
    return GeneratedMonth.of(months.newest(now), months.season(now), levels)
