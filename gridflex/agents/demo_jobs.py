"""What a demo job can be: the stated ranges of each kind and priority, and one draw for each job.

Energies, durations and longest deferrals lie in the ranges the demo states. Shares of
kinds and priorities and the inferences per kWh are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridflex.agents.intake.model import Watts
from gridflex.domain.job_frame import as_job_frame
from gridflex.domain.jobs import JobKind, Priority
from gridflex.planning.horizon import Bools, Floats, Ints

DEMO_PREFIX = "demo-"
KWH_PER_INFERENCE = 0.0003
"""Assumed: 0.3 Wh for a typical question to a large language model (Epoch AI, February 2025)."""
WORK_NOTE = f"Work is assumed: {1000 * KWH_PER_INFERENCE:.1g} Wh an inference."
"""The label wherever a demo job's ``work_units`` are shown."""


@dataclass(frozen=True)
class KindOfJob:
    """Ranges of one kind; ``share`` of a site's arrivals (assumed), ``gpu`` whether it runs on GPUs,
    ``can_pause`` whether it can save its state."""

    kind: JobKind
    energy_kwh: tuple[float, float]
    hours: tuple[float, float]
    share: float
    gpu: bool = True
    can_pause: bool = False
    infers: bool = False
    always_critical: bool = False


KINDS: tuple[KindOfJob, ...] = (
    KindOfJob(JobKind.LLM_TRAINING, (100, 500), (4, 24), 0.05, can_pause=True),
    KindOfJob(JobKind.IMAGE_TRAINING, (50, 200), (2, 12), 0.10, can_pause=True),
    KindOfJob(JobKind.BATCH_INFERENCE, (10, 50), (0.5, 4), 0.25, infers=True),
    KindOfJob(JobKind.DATA_PROCESSING, (20, 100), (1, 6), 0.20, gpu=False),
    KindOfJob(JobKind.FINE_TUNING, (50, 150), (2, 8), 0.10, can_pause=True),
    KindOfJob(JobKind.REALTIME_INFERENCE, (1, 10), (0.1, 0.5), 0.30, infers=True, always_critical=True),
)
LONGEST_RUN_H = max(kind.hours[1] for kind in KINDS)

DEFERRAL_H: dict[Priority, tuple[float, float]] = {
    Priority.HIGH: (1, 4),
    Priority.MEDIUM: (4, 12),
    Priority.LOW: (12, 24),
}
PRIORITY_SHARES = (0.25, 0.40, 0.35)
WITH_DEADLINE_SHARE = 0.2
PAUSABLE_SHARE = 0.6


def draw_kinds(rng: np.random.Generator, count: int) -> Ints:
    """Kinds (rows of KINDS) of ``count`` arrivals at a site."""
    return rng.choice(len(KINDS), count, p=[kind.share for kind in KINDS])


def draw_loads(rng: np.random.Generator, kinds: Ints) -> tuple[Floats, Floats]:
    """Energy (kWh) and duration (h) of one job for each kind, to one decimal."""
    energy = np.array([kind.energy_kwh for kind in KINDS])[kinds]
    hours = np.array([kind.hours for kind in KINDS])[kinds]
    return np.round(rng.uniform(*energy.T), 1), np.round(rng.uniform(*hours.T), 1)


def draw_jobs(rng: np.random.Generator, kinds: Ints, release: pd.Series, critical: Bools) -> pd.DataFrame:
    """A job frame with one job for each kind and release; ``critical`` names those that are so besides
    the kinds that always are."""
    count = len(kinds)
    energy, hours = draw_loads(rng, kinds)
    critical = critical | _of_kind(kinds, "always_critical")
    level = rng.choice(len(DEFERRAL_H), count, p=PRIORITY_SHARES)
    longest = np.round(2 * rng.uniform(*np.array(list(DEFERRAL_H.values()))[level].T)) / 2
    has_deadline = (rng.random(count) < WITH_DEADLINE_SHARE) & ~critical
    pausable = _of_kind(kinds, "can_pause") & (rng.random(count) < PAUSABLE_SHARE) & ~critical
    digits = max(2, len(str(count)))
    return as_job_frame(
        {
            "job_id": [f"{DEMO_PREFIX}{number:0{digits}}" for number in range(1, count + 1)],
            "kind": np.array([str(kind.kind) for kind in KINDS])[kinds],
            "priority": np.where(critical, str(Priority.CRITICAL), np.array([str(word) for word in DEFERRAL_H])[level]),
            "energy_kwh": energy,
            "duration_hours": hours,
            "release": release,
            "deadline": _done_at_latest(release, hours + longest).where(has_deadline),
            "max_defer_hours": np.where(critical | has_deadline, np.nan, longest),
            "deferrable": ~critical,
            "interruptible": pausable,
            "gpus": np.where(_of_kind(kinds, "gpu"), np.ceil(energy / hours * 1000 / Watts().per_gpu), np.nan),
            "work_units": np.where(_of_kind(kinds, "infers"), np.round(energy / KWH_PER_INFERENCE), np.nan),
        }
    )


def _of_kind(kinds: Ints, trait: str) -> Bools:
    return np.array([getattr(kind, trait) for kind in KINDS], dtype=np.bool_)[kinds]


def _done_at_latest(release: pd.Series, hours: Floats) -> pd.Series:
    """The half-hour boundary at which a job that waits its longest would be done."""
    latest: pd.Series = (release + pd.Series(pd.to_timedelta(hours, unit="h"))).dt.ceil("30min")
    return latest
