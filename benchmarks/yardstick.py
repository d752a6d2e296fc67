"""Carbon actually saved, against the best possible in hindsight.

``python -m benchmarks.yardstick [SERIES.csv] [--trace TRACE] [--seeds N] [--slack H ...] [--information NAME ...]``

A year of jobs (benchmarks/yardstick_workload.py) is planned with several kinds of knowledge
of the series and settled on what happened. Printed per policy, slack and knowledge: carbon
saved in per cent of all jobs run at once (critical ones included), and its share of what
was possible in hindsight without and with pausing (every start tried, every half-hour
ranked; ``off_optimum`` is how far an exact policy with perfect knowledge is from it, as a
share). Means and least values over the seeds, which set jobs and forecast errors alike,
unless ``--jobs-seed`` names one for the jobs. ``+profile``: benchmarks/yardstick_blend.py.
Without a series the sample grid is used. With a trace its jobs are planned instead, once a
seed of the forecast error.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
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
from benchmarks.yardstick_run import one_shot, optima, rolling
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


@dataclass(frozen=True, eq=False)
class Year:
    """Jobs by seed on a series that happened, and the least grams possible in hindsight, a value a seed."""

    jobs_of: dict[int, Jobs]
    actual: Floats
    slack: int
    unbroken: Floats
    pausing: Floats

    @classmethod
    def of(cls, jobs_of: dict[int, Jobs], actual: Floats, slack_h: int) -> Year:
        """The year of these jobs, each free to wait ``slack_h``."""
        found = np.array([optima(jobs, actual, 2 * slack_h) for jobs in jobs_of.values()])
        return cls(jobs_of, actual, 2 * slack_h, found[:, 0], found[:, 1])

    def grams(self, information: str) -> dict[str, Floats]:
        """What each policy emits with a kind of knowledge, a value a seed."""
        cases = [(jobs, forecast_of(information, self.actual, seed)) for seed, jobs in self.jobs_of.items()]
        found = {
            name: np.array([one_shot(jobs, known, self.actual, policy, self.slack).sum() for jobs, known in cases])
            for name, policy in POLICIES.items()
        }
        for name in ROLLING if information.startswith("neso") else ():
            anew = rolling(cases, self.actual, POLICIES[name], self.slack)
            found[f"{name}, rolling"] = np.array([each.sum() for each in anew])
        return found


def rows_of(year: Year, wanted: list[str]) -> list[dict[str, object]]:
    """A row for each kind of knowledge and policy; means over the seeds."""
    rows: list[dict[str, object]] = []
    known = {name: year.grams(name) for name in dict.fromkeys([*wanted, *(_own(name) for name in wanted)])}
    for information in wanted:
        at_once = known[information]["run-at-once"]
        # The peer's rule knows the forecast alone, on the same noise.
        peer = known[_own(information)]["peer-sliding-mean"]
        for policy, grams in known[information].items():
            saved = at_once - grams
            of_unbroken, of_pausing = (100 * saved / (at_once - best) for best in (year.unbroken, year.pausing))
            rows.append(
                {
                    "slack_h": year.slack // 2,
                    "knows": information,
                    "policy": policy,
                    "saved_percent": round(float((100 * saved / at_once).mean()), 2),
                    "of_unbroken_optimum": round(float(of_unbroken.mean()), 1),
                    "of_pausing_optimum": round(float(of_pausing.mean()), 1),
                    "least_of_unbroken": round(float(of_unbroken.min()), 1),
                    "least_of_pausing": round(float(of_pausing.min()), 1),
                    "seeds_above_peer": f"{int((grams < peer).sum())}/{len(grams)}",
                }
            )
            exact = {"best-window": year.unbroken, "interruptible": year.pausing}.get(policy)
            if information == "perfect" and exact is not None:
                rows[-1]["off_optimum"] = float((np.abs(grams - exact) / exact).max())
    return rows


def _own(information: str) -> str:
    return information.removesuffix("+profile")


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
        [row for slack in options.slack for row in rows_of(Year.of(jobs_of, actual, slack), options.information)],
        f"{work}, {data}",
    )


if __name__ == "__main__":
    main()
