"""Queues the planner's benchmarks share, and the series they are planned on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.queue import Queue
from gridflex.sources.sample_grid import sample_intensity

HALF_HOURS = 96
SAMPLE_START = datetime(2026, 1, 21, 7, tzinfo=UTC)


def horizon_from(series: Path | None, start: datetime | None = None) -> tuple[Horizon, str]:
    """48 hours of a CSV (time, gCO2/kWh; from ``start`` or its first row), or of the sample grid; and its name."""
    if series is None:
        return Horizon.of(SAMPLE_START, sample_intensity(0, SAMPLE_START, HALF_HOURS)), "the sample grid"
    table = pd.read_csv(series)
    names = {str(name).lower(): name for name in table.columns}
    column = next((names[name] for name in ("actual", "carbon_intensity", "forecast") if name in names), None)
    values = table[column if column is not None else table.columns[1]]
    if values.isna().all():
        values = table[names["forecast"]]
    times = pd.to_datetime(table.iloc[:, 0], utc=True)
    first = 0 if start is None else int(times.searchsorted(pd.Timestamp(start)))
    window = values.to_numpy(float)[first : first + HALF_HOURS]
    return Horizon.of(times.iloc[first].to_pydatetime(), window), series.name


def queue_of(earliest: np.ndarray, slots: np.ndarray, power: Floats, latest: np.ndarray, critical: np.ndarray) -> Queue:
    """A queue of runs of whole half-hours; critical jobs start at their earliest."""
    count = len(power)
    no = np.zeros(count, dtype=np.bool_)
    return Queue(
        job_id=np.arange(count).astype("U7").astype(object),
        power_kw=power,
        length=slots.astype(float),
        slots=slots,
        earliest=earliest,
        latest=np.where(critical, earliest, latest),
        baseline=earliest.copy(),
        fixed=critical,
        critical=critical,
        interruptible=no,
        late=no,
    )


def waiting_queue(count: int, seed: int = 42) -> Queue:
    """Jobs released now: runs of 1 to 20 h, waits of 0.5 to 24 h, 10 to 100 kW."""
    random = np.random.default_rng(seed)
    slots, wait = random.integers(2, 41, count), random.integers(1, 49, count)
    now = np.zeros(count, dtype=np.int64)
    return queue_of(now, slots, random.uniform(10, 100, count), wait, np.zeros(count, dtype=np.bool_))


def capped_queue(count: int, own_slack: bool, seed: int = 42, odd: bool = False) -> tuple[Queue, float]:
    """Releases over 16 h, runs of 0.5 to 8 h, 10 to 100 kW, and a cap of twice the mean power over 48 h.

    All may wait 24 h; or with slack of their own, 0.5 to 24 h, and a tenth of them critical. ``odd``
    runs end somewhere in their last half-hour, as real ones do.
    """
    random = np.random.default_rng(seed)
    earliest, slots = random.integers(0, 32, count), random.integers(1, 17, count)
    power = random.uniform(10, 100, count)
    slack = random.integers(1, 49, count) if own_slack else np.full(count, 48)
    critical = random.random(count) < 0.1 if own_slack else np.zeros(count, dtype=np.bool_)
    cap = 2 * float((power * slots).sum()) / HALF_HOURS
    queue = queue_of(earliest, slots, power, earliest + slack, critical)
    return (replace(queue, length=slots - random.random(count)) if odd else queue), cap
