"""A job: energy, duration, when it came, when it must be done, and whether it may wait."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gridflex.domain.halfhours import require_utc


class Priority(StrEnum):
    """Critical jobs never wait; the others' longest deferral is used where the job states none."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


LONGEST_DEFERRAL_H: dict[Priority, float] = {
    Priority.CRITICAL: 0.0,
    Priority.HIGH: 4.0,
    Priority.MEDIUM: 12.0,
    Priority.LOW: 24.0,
}


class JobKind(StrEnum):
    """What the demo queue is made of; a visitor's jobs may carry any other word."""

    LLM_TRAINING = "LLM training"
    IMAGE_TRAINING = "image training"
    BATCH_INFERENCE = "batch inference"
    REALTIME_INFERENCE = "real-time inference"
    DATA_PROCESSING = "data processing"
    FINE_TUNING = "fine-tuning"


class JobStatus(StrEnum):
    """Where a job stands, seen from its decision and the clock."""

    QUEUED = "queued"
    RUNNING = "running"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


MAX_ENERGY_KWH = 1e6
MAX_DURATION_H = 168.0
MAX_DEFERRAL_H = 336.0
MAX_TEXT = 64

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years a release or deadline may lie in: half-hour maths never leaves what a datetime can hold."""

PLAIN_TEXT = r"^[^\x00-\x1f\x7f-\x9f" + "\u2028-\u202e\u2066-\u2069" + "]*$"
"""No control characters, line breaks or changes of direction: an id stands in exported commands, and must be read there
as it is run.
"""


def require_time_of_job(moment: datetime) -> datetime:
    """``moment`` in UTC. Raises InputError without a zone, ValueError outside FIRST_YEAR to LAST_YEAR."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year must lie from {FIRST_YEAR} to {LAST_YEAR}")
    return require_utc(moment)


UtcTime = Annotated[AwareDatetime, AfterValidator(require_time_of_job)]


class Job(BaseModel):
    """One job as a form, the API or a single row gives it.

    Energy is what the meter sees over the whole run; power is energy over duration and is
    drawn for the whole of every half-hour the run touches. A given ``deadline`` alone
    bounds the run; else ``max_defer_hours``; else the priority's longest deferral.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    job_id: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=PLAIN_TEXT)]
    kind: Annotated[str, Field(max_length=MAX_TEXT, pattern=PLAIN_TEXT)] = "job"
    priority: Priority = Priority.MEDIUM
    energy_kwh: Annotated[float, Field(gt=0, le=MAX_ENERGY_KWH, allow_inf_nan=False)]
    duration_hours: Annotated[float, Field(gt=0, le=MAX_DURATION_H, allow_inf_nan=False)]
    release: UtcTime
    deadline: UtcTime | None = None
    max_defer_hours: Annotated[float, Field(ge=0, le=MAX_DEFERRAL_H, allow_inf_nan=False)] | None = None
    deferrable: bool = True
    interruptible: bool = False
    gpus: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    time_limit_hours: Annotated[float, Field(gt=0, le=MAX_DURATION_H, allow_inf_nan=False)] | None = None
    work_units: Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)] | None = None

    @property
    def power_kw(self) -> float:
        """Power drawn while it runs, kW."""
        return self.energy_kwh / self.duration_hours

    @property
    def may_wait(self) -> bool:
        """Whether a plan may move it."""
        return self.deferrable and self.priority is not Priority.CRITICAL

    @model_validator(mode="after")
    def _consistent(self) -> Job:
        if self.deadline is not None and self.deadline <= self.release:
            raise ValueError("deadline must come after release")
        if self.time_limit_hours is not None and self.time_limit_hours < self.duration_hours:
            raise ValueError("time_limit_hours must be at least duration_hours")
        return self
