"""Carbon actually saved, against the best possible in hindsight.

``python -m benchmarks.yardstick [SERIES.csv] [--trace TRACE] [--seeds N] [--slack H ...] [--information NAME ...]``

A year of jobs (benchmarks/yardstick_workload.py) is planned with six kinds of knowledge of
the series and settled on what happened; ``+profile`` weighs the same forecast against the
week before (gridflex/planning/blend.py), by published errors alone. Printed per policy, slack and knowledge: carbon
saved in per cent of all jobs run at once (critical ones included), and its share of the
clairvoyant optimum without and with pausing; means over the seeds, which set jobs and
forecast errors alike. Without a series the sample grid is used. With a trace its jobs are
planned instead, once a seed of the forecast error.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.figures import publish
from benchmarks.yardstick_information import (
    HARD_MAE,
    NESO_MAE,
    Forecast,
    noisy,
    perfect,
    persistence,
    with_profile,
)
from benchmarks.yardstick_run import one_shot, rolling
from benchmarks.yardstick_workload import YEAR, Jobs, generated_jobs, read_series, trace_jobs
from gridflex.planning.horizon import Floats
from gridflex.planning.policies import POLICIES
from gridflex.sources.sample_grid import sample_intensity

INFORMATION = ("perfect", "neso", "neso+profile", "neso-hard", "neso-hard+profile", "persist")
ROLLING = ("best-window", "interruptible")
SAMPLE_START = datetime(2026, 1, 1, tzinfo=UTC)
SPARE = 432
"""Half-hours beyond the year that the last jobs may run into."""


def forecast_of(information: str, actual: Floats, seed: int) -> Forecast:
    """A forecast of one kind; its error depends on the seed."""
    if information == "perfect":
        return perfect(actual)
    if information == "persist":
        return persistence(actual)
    mae = HARD_MAE if "hard" in information else NESO_MAE
    own = noisy(actual, mae, seed)
    return with_profile(own, actual, mae) if information.endswith("+profile") else own


def saved(jobs: Jobs, actual: Floats, information: str, seed: int, slack_h: int) -> Iterator[tuple[str, float]]:
    """Name of each policy and what it saves, per cent of running at once."""
    forecast, slack = forecast_of(information, actual, seed), 2 * slack_h
    at_once = one_shot(jobs, forecast, actual, POLICIES["run-at-once"], slack).sum()
    for name, policy in POLICIES.items():
        yield name, 100 * (1 - one_shot(jobs, forecast, actual, policy, slack).sum() / at_once)
    for name in ROLLING if information.startswith("neso") else ():
        grams = rolling(jobs, forecast, actual, POLICIES[name], slack).sum()
        yield f"{name}, rolling", 100 * (1 - grams / at_once)


def table(actual: Floats, jobs_of: dict[int, Jobs], slacks: list[int], wanted: list[str]) -> list[dict[str, object]]:
    """A row for each slack, kind of knowledge and policy; means over the seeds."""
    rows: list[dict[str, object]] = []
    for slack in slacks:

        @cache
        def shares(information: str, slack: int = slack) -> dict[str, Floats]:
            """What each policy saves, a value a seed."""
            found = [dict(saved(jobs, actual, information, seed, slack)) for seed, jobs in jobs_of.items()]
            return {policy: np.array([each[policy] for each in found]) for policy in found[0]}

        unbroken, pausing = shares("perfect")["best-window"], shares("perfect")["interruptible"]
        for information in wanted:
            # The peer's rule knows the forecast alone, on the same noise.
            peer = shares(information.removesuffix("+profile"))["peer-sliding-mean"]
            for policy, share in shares(information).items():
                rows.append(
                    {
                        "slack_h": slack,
                        "knows": information,
                        "policy": policy,
                        "saved_percent": round(float(share.mean()), 2),
                        "of_unbroken_optimum": round(float((100 * share / unbroken).mean()), 1),
                        "of_pausing_optimum": round(float((100 * share / pausing).mean()), 1),
                        "least_of_unbroken": round(float((100 * share / unbroken).min()), 1),
                        "least_of_pausing": round(float((100 * share / pausing).min()), 1),
                        "seeds_above_peer": f"{int((share > peer).sum())}/{len(share)}",
                    }
                )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", type=Path, nargs="?", help="CSV of half-hourly gCO2/kWh; default the sample grid")
    parser.add_argument("--trace", type=Path, help="jobs of your own: CSV, JSON, workload log or GAIA trace")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--slack", type=int, nargs="+", default=[6, 12, 24, 48])
    parser.add_argument("--information", nargs="+", choices=INFORMATION, default=list(INFORMATION))
    parser.add_argument("--jobs-seed", type=int, help="the same jobs for every seed of the forecast error")
    options = parser.parse_args()
    if options.series is None:
        start, actual, data = SAMPLE_START, sample_intensity(0, SAMPLE_START, YEAR + SPARE), "the sample grid"
    else:
        (start, actual), data = read_series(options.series), options.series.name
    seeds = range(options.seeds)
    if options.trace:
        jobs = trace_jobs(options.trace, start)
        jobs_of, work = dict.fromkeys(seeds, jobs), f"{len(jobs)} jobs of {options.trace.name}"
    else:
        same = options.jobs_seed
        jobs_of = {seed: generated_jobs(seed if same is None else same, last=len(actual) - SPARE) for seed in seeds}
        work = f"1,000 jobs, seeds 0 to {len(seeds) - 1}"
    name = "yardstick" if options.series is None else f"yardstick_{options.series.name.split('.')[0]}"
    publish(
        name if options.trace is None else f"{name}_{options.trace.stem}",
        table(actual, jobs_of, options.slack, options.information),
        f"{work}, {data}",
    )


if __name__ == "__main__":
    main()
