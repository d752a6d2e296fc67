"""The yardstick's jobs: a thousand of the demo's six kinds over a year, or a trace of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gridflex.agents.intake import COMMAND_LINE, read_jobs
from gridflex.planning.horizon import Bools, Floats, Ints

YEAR = 17_568
KINDS_KWH = np.array([(100, 500), (50, 200), (10, 50), (1, 10), (20, 100), (50, 150)], dtype=float)
KINDS_H = np.array([(4, 24), (2, 12), (0.5, 4), (0.1, 0.5), (1, 6), (2, 8)])
LLM, REALTIME = 0, 3
CRITICAL = 0


@dataclass(frozen=True)
class Jobs:
    """Columns: release (half-hour of the series), whole half-hours of run, kW; critical ones run at once."""

    release: Ints
    slots: Ints
    power_kw: Floats
    critical: Bools

    def __len__(self) -> int:
        return len(self.release)


def generated_jobs(seed: int, count: int = 1000, last: int = YEAR) -> Jobs:
    """Jobs of one seed, released in the first ``last`` half-hours (at most a year).

    The order of the draws is part of the definition.

    Kinds in the order LLM training, image training, batch inference, real-time inference,
    data processing, fine-tuning. Real-time jobs are critical, LLM ones never, of the others
    a quarter. Runs are rounded up to half-hours.
    """
    random = np.random.default_rng(seed)
    release = random.integers(0, min(last, YEAR), count)
    kind = random.integers(0, 6, count)
    energy = random.uniform(*KINDS_KWH[kind].T)
    hours = random.uniform(*KINDS_H[kind].T)
    any_priority, llm_priority = random.integers(0, 4, count), random.integers(1, 3, count)
    priority = np.where(kind == REALTIME, CRITICAL, np.where(kind == LLM, llm_priority, any_priority))
    slots = np.ceil(2 * hours).astype(np.int64)
    return Jobs(release, slots, energy / (slots / 2), priority == CRITICAL)


def trace_jobs(path: Path, start: datetime) -> Jobs:
    """Jobs of a trace that begins at ``start`` (row 0 of the series); none is critical."""
    intake = read_jobs(path.name, path.read_bytes(), start, limits=COMMAND_LINE)
    frame = intake.frame
    release = np.ceil((frame["release"] - start).dt.total_seconds().to_numpy() / 1800).astype(np.int64)
    hours = frame["duration_hours"].to_numpy()
    slots = np.maximum(np.ceil(2 * hours), 1).astype(np.int64)
    return Jobs(release, slots, (frame["energy_kwh"] / hours).to_numpy(), np.zeros(len(frame), dtype=np.bool_))


def read_series(path: Path) -> tuple[datetime, Floats]:
    """First half-hour (UTC) and gCO2/kWh of a CSV: its first column is the time, the carbon column is
    ``actual``, ``carbon_intensity`` or the second one. Gaps and zeros (fault markers) are filled linearly."""
    table = pd.read_csv(path)
    names = {str(name).lower(): name for name in table.columns}
    column = names.get("actual", names.get("carbon_intensity", table.columns[1]))
    series = pd.Series(table[column].to_numpy(float), pd.to_datetime(table.iloc[:, 0], utc=True))
    series = series[~series.index.duplicated()].resample("30min").mean().replace(0.0, np.nan).interpolate()
    return series.index[0].to_pydatetime().astimezone(UTC), series.to_numpy(float)
