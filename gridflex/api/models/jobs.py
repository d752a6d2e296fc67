"""Jobs as they come in, and as they were decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from gridflex.agents.explain import Explained, explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.jobs import (
    MAX_DEFERRAL_H,
    MAX_DURATION_H,
    MAX_ENERGY_KWH,
    MAX_TEXT,
    PLAIN_TEXT,
    Job,
    JobStatus,
    Priority,
    UtcTime,
)
from gridflex.errors import InputError
from gridflex.services.job_table import statuses

MOST_JOBS = 1000
LEAST_KWH, LEAST_HOURS = 0.001, 0.01
EXAMPLE: dict[str, Any] = {
    "job_id": "nightly-training",
    "kind": "LLM training",
    "priority": "low",
    "energy_kwh": 240,
    "duration_hours": 6,
    "max_defer_hours": 18,
}


class NewJob(BaseModel):
    """A job to take in. Energy is what the meter sees over the whole run."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    job_id: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=PLAIN_TEXT)]
    kind: Annotated[str, Field(max_length=MAX_TEXT, pattern=PLAIN_TEXT)] = "job"
    priority: Annotated[Priority, Field(description="critical never waits")] = Priority.MEDIUM
    energy_kwh: Annotated[float, Field(ge=LEAST_KWH, le=MAX_ENERGY_KWH, allow_inf_nan=False)]
    duration_hours: Annotated[float, Field(ge=LEAST_HOURS, le=MAX_DURATION_H, allow_inf_nan=False)]
    release: Annotated[UtcTime | None, Field(description="earliest start; now where left out")] = None
    deadline: Annotated[UtcTime | None, Field(description="done by then; alone bounds the run")] = None
    max_defer_hours: Annotated[float, Field(ge=0, le=MAX_DEFERRAL_H, allow_inf_nan=False)] | None = None
    deferrable: bool = True
    interruptible: bool = False
    gpus: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    work_units: Annotated[float, Field(ge=0.001, le=1e15, allow_inf_nan=False)] | None = None

    def job(self, now: datetime) -> Job:
        """As the planner takes it. Raises InputError where its values contradict each other."""
        if self.deadline is not None and self.deadline <= (self.release or now):
            raise InputError(f"Job {self.job_id!r}: the deadline must come after the release.")
        return Job.model_validate({**self.model_dump(), "release": self.release or now})


class JobDecision(BaseModel):
    """One job and what was decided for it. Means are over its whole run, savings against its frozen baseline."""

    job_id: str
    kind: str
    priority: Priority
    status: JobStatus
    action: Action
    rationale: Rationale
    sentence: str
    energy_kwh: float
    power_kw: float
    duration_hours: float
    release: datetime
    deadline: datetime | None
    start: datetime | None
    end: datetime | None
    parts: int
    baseline_start: datetime
    latest_start: datetime
    baseline_intensity_gco2_kwh: float
    planned_intensity_gco2_kwh: float
    baseline_price_gbp_kwh: float
    planned_price_gbp_kwh: float
    carbon_saved_gco2: Annotated[float, Field(description="estimated saving against running at once")]
    cost_saved_gbp: float

    @classmethod
    def of(cls, job: Explained, status: JobStatus) -> JobDecision:
        """From the decision as it is explained."""
        given = {name: value for name, value in vars(job).items() if name in cls.model_fields}
        return cls(
            **given,
            status=status,
            baseline_intensity_gco2_kwh=job.baseline_intensity,
            planned_intensity_gco2_kwh=job.intensity,
            baseline_price_gbp_kwh=job.baseline_price,
            planned_price_gbp_kwh=job.price,
            carbon_saved_gco2=job.saved_g,
            cost_saved_gbp=job.saved_gbp,
        )


def job_decisions(decisions: Decisions, rows: Iterable[int]) -> list[JobDecision]:
    """The decisions of some rows of the queue."""
    status = statuses(decisions)
    return [JobDecision.of(job, status[job.row]) for job in explain(decisions, rows)]


def frame_of(jobs: Sequence[NewJob], now: datetime) -> pd.DataFrame:
    """Jobs as a frame. Raises InputError for an id that comes twice, or values that contradict each other."""
    ids = [job.job_id.strip() for job in jobs]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InputError(f"Job {twice!r} is given twice; every job needs its own id.")
    return frame_from_jobs([job.job(now) for job in jobs])
