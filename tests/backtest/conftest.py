"""Small studies: jobs given as rows, series given as lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gridflex.backtest.knowledge import Knowledge, Perfect
from gridflex.backtest.series import Settled
from gridflex.backtest.study import Study, study_of
from gridflex.domain.job_frame import as_job_frame
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Rules

START = datetime(2026, 1, 5, tzinfo=UTC)
RULES = Rules(CARBON_ONLY, threshold=150.0, minimum_gain=0.0)

Job = dict[str, Any]


def job(release_h: float, hours: float = 1.0, kwh: float = 10.0, **more: Any) -> Job:
    """A job that comes ``release_h`` hours after START; may wait 24 h unless told otherwise."""
    return {
        "energy_kwh": kwh,
        "duration_hours": hours,
        "release": START + timedelta(hours=release_h),
        "max_defer_hours": 24.0,
    } | more


def frame_of(jobs: Sequence[Job]) -> pd.DataFrame:
    names = sorted({name for each in jobs for name in each})
    columns: dict[str, Any] = {name: [each.get(name) for each in jobs] for name in names}
    for name, otherwise in (("priority", "medium"), ("interruptible", False), ("deferrable", True)):
        if name in columns:
            columns[name] = [otherwise if value is None else value for value in columns[name]]
    return as_job_frame({"job_id": [f"j{i}" for i in range(len(jobs))], **columns})


def settled_of(values: Sequence[float] | np.ndarray, name: str = "test") -> Settled:
    column = np.asarray(values, dtype=np.float64)
    return Settled(name, START, column, np.zeros(len(column), np.bool_))


def study(
    jobs: Sequence[Job],
    intensity: Sequence[float] | np.ndarray,
    knowledge: Knowledge | None = None,
    rules: Rules = RULES,
    **more: Any,
) -> Study:
    series = settled_of(intensity)
    return study_of("test", frame_of(jobs), series, knowledge or Perfect(series.values), rules, **more)


@pytest.fixture
def wave() -> np.ndarray:
    """Six days of intensity: a daily wave between 60 and 240 gCO2/kWh and a slow drift."""
    rows = np.arange(6 * 48)
    return 150 + 80 * np.sin(rows / 48 * 2 * np.pi) + 10 * np.sin(rows / 17)


@pytest.fixture
def make_jobs() -> Callable[[int, int], list[Job]]:
    """Seeded jobs of all sorts over four days."""

    def make(count: int, seed: int) -> list[Job]:
        rng = np.random.default_rng(seed)
        return [
            job(
                float(rng.uniform(0, 96)),
                float(rng.uniform(0.1, 10)),
                float(rng.uniform(1, 300)),
                max_defer_hours=float(rng.integers(0, 25)),
                priority=str(rng.choice(["critical", "high", "medium", "low"])),
                interruptible=bool(rng.random() < 0.5),
                deferrable=bool(rng.random() < 0.9),
            )
            for _ in range(count)
        ]

    return make
