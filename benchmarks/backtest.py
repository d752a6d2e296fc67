"""Backtests: the ceiling of a four-hour job, and a year of jobs under five policies, timed.

``python -m benchmarks.backtest [SERIES.csv] [--days D] [--jobs N] [--workers W] [--seed S]``

The ceiling: a 4-hour job every half-hour, free to start within 24 h, with perfect foresight;
the mean over all starts of each start's own saving. The year: N jobs a day of the demo's
kinds, decided on forecasts with NESO's published error (the shape is ours), without a cap.
Without a series the sample grid is used.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figures import publish
from benchmarks.yardstick_workload import read_series
from gridflex.agents.demo_queue import site_day
from gridflex.backtest.knowledge import ErrorModel, Perfect
from gridflex.backtest.runner import Progress, run
from gridflex.backtest.series import Settled
from gridflex.backtest.settlement import error_by_lead
from gridflex.backtest.study import BEST_WINDOW, STANDARD, study_of
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.job_frame import as_job_frame
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Rules
from gridflex.sources.sample_grid import sample_intensity

START = datetime(2026, 1, 1, tzinfo=UTC)
SPARE = 5 * 48
FREE = Rules(CARBON_ONLY, threshold=150.0, minimum_gain=0.0)
HOURS, WITHIN_H = 4.0, 24.0


def ceiling(series: Settled) -> float:
    """Per cent saved by a four-hour job with perfect foresight, mean of each start's own saving."""
    count = len(series) - round(2 * (HOURS + WITHIN_H)) + 1
    frame = as_job_frame(
        {
            "job_id": [str(i) for i in range(count)],
            "energy_kwh": [100.0] * count,
            "duration_hours": [HOURS] * count,
            "release": pd.Series([series.start + i * HALF_HOUR for i in range(count)]),
            "max_defer_hours": [WITHIN_H] * count,
        }
    )
    result = run(study_of("ceiling", frame, series, Perfect(series.values), FREE), [BEST_WINDOW]).result
    assert result is not None
    return float(100 * (result.of(BEST_WINDOW).saved_g / result.at_once.outcome.carbon_g).mean())


def stream(start: datetime, days: int, jobs_a_day: int, seed: int) -> pd.DataFrame:
    """``jobs_a_day`` jobs of the demo's kinds on each day from ``start``."""
    whole = [site_day(seed + day, start + timedelta(days=day)) for day in range(days)]
    frame = pd.concat([each.sample(jobs_a_day, random_state=seed) for each in whole], ignore_index=True)
    frame["job_id"] = [f"job-{number}" for number in range(len(frame))]
    return frame


def rows_of(series: Settled, days: int, jobs_a_day: int, workers: int, seed: int) -> Iterator[dict[str, object]]:
    """One row a policy, the clairvoyant's last."""
    knowledge = ErrorModel(series.values, seed)
    made = study_of("year", stream(series.start, days, jobs_a_day, seed), series, knowledge, FREE)
    before = _processor_seconds()
    done = run(made, STANDARD, workers=workers, tell=_show)
    result = done.result
    assert result is not None
    print(
        f"{len(made.jobs):,} jobs in {days} days × {len(STANDARD)} policies: {done.seconds:.1f} s on {workers} "
        f"processes, {_processor_seconds() - before:.1f} s of processor time"
    )
    table = result.table()
    for at in range(len(result.contenders)):
        yield {name: _rounded(column[at]) for name, column in table.items()}
    for name, grams in (("unbroken", result.possible_unbroken_g), ("pausing", result.possible_pausing_g)):
        yield {
            "policy": f"Clairvoyant, {name}",
            "saved_kg": _rounded(grams / 1000),
            "saved_percent": _rounded(100 * grams / result.at_once.baseline_g),
            "share_of_possible_percent": _rounded(100 * grams / result.possible_unbroken_g),
        }
    errors = error_by_lead(knowledge, series.values, every=7)
    shown = ", ".join(f"{lead:g} h {size:.0f}" for lead, size in zip(errors.lead_h, errors.mean_absolute, strict=True))
    print(f"Forecast error by lead, mean absolute gCO2/kWh: {shown}")


def _rounded(value: object) -> object:
    return round(float(value), 1) if isinstance(value, float | np.floating) else value


def _show(progress: Progress) -> None:
    left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
    if sys.stderr.isatty():
        print(f"\r{progress.share:5.0%}{left}    ", end="", file=sys.stderr, flush=True)


def _processor_seconds() -> float:
    """Of this process and those it has seen end."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description="Backtests: the ceiling, and a year under five policies")
    parser.add_argument("series", type=Path, nargs="?", help="CSV of half-hours; the sample grid without one")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--jobs", type=int, default=1000, help="jobs a day, at most 1,000")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    named = chosen.series.name if chosen.series else "sample grid"
    whole = sample_intensity(0, START, chosen.days * 48 + SPARE)
    start, values = read_series(chosen.series) if chosen.series else (START, whole)
    series = Settled(named, start, values, np.zeros(len(values), np.bool_))
    saved = ceiling(series)
    print(f"A 4-hour job, start free within 24 h, perfect foresight, {named}: {saved:.1f} % saved")
    days = min(chosen.days, (len(series) - SPARE) // 48)
    rows = list(rows_of(series, days, chosen.jobs, chosen.workers, chosen.seed))
    publish("backtest", rows, f"{named}; {days} days × {chosen.jobs} jobs; ceiling of a 4-hour job {saved:.1f} %")


if __name__ == "__main__":
    main()
