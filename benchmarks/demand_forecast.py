"""Demand forecasts on a real trace: ``python -m benchmarks.demand_forecast TRACE [--start TIME] [--history DAYS]``.

Every 12 hours of the trace the next 24 h of site power are forecast from what came before
(every job run at its arrival, 10 W per processor). Printed, as a table and as JSON: pinball
loss over p10, p50, p90 in per cent of the mean power, how many half-hours fell in the
p10-p90 band, and the error of p50; for each method alone and for what ships, which picks
the best of them on the last seven days. ``--start`` is the wall-clock time of the first
arrival: hours and weekends are told by it (NASA iPSC/860: 1993-10-01T00:00Z, the default).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np

from gridflex.agents.intake import read_jobs
from gridflex.domain.halfhours import floor_half_hour, half_hours_between, parse_utc
from gridflex.planning.demand import METHODS, best_method, power_of_jobs, week_rows
from gridflex.planning.demand_models import DAY, pinball
from gridflex.planning.horizon import Floats, Ints

STEP = 24
SHIPPED = "best of the last seven days (ships)"


def trace_power(path: Path, start: str) -> tuple[Floats, Ints, str]:
    """kW of each half-hour with arrivals, their half-hours of the week, and what was read."""
    now = parse_utc(start)
    intake = read_jobs(path.name, path.read_bytes(), now)
    first = floor_half_hour(now)
    last = intake.frame["release"].max().to_pydatetime()
    count = half_hours_between(first, last + timedelta(minutes=30))
    return power_of_jobs(intake.frame, first, count), week_rows(first, count), intake.sentence


def scores(kw: Floats, rows: Ints, history: int) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Scores of each method and of the one that ships, and how often each was picked."""
    losses: dict[str, list[tuple[float, float, float]]] = {name: [] for name in (*METHODS, SHIPPED)}
    picks: Counter[str] = Counter()
    for at in range(history, len(kw) - DAY, STEP):
        past, hours = kw[at - history : at], rows[at - history : at]
        ahead, actual = rows[at : at + DAY], kw[at : at + DAY]
        picked = best_method(past, hours)
        picks[picked] += 1
        for name, method in METHODS.items():
            bands = method(past, hours, ahead)
            inside = ((actual >= bands[0]) & (actual <= bands[2])).mean()
            score = (pinball(bands, actual), float(inside), float(np.abs(actual - bands[1]).mean()))
            losses[name].append(score)
            if name == picked:
                losses[SHIPPED].append(score)
    return {name: summary(found, float(kw.mean())) for name, found in losses.items()}, dict(picks)


def summary(found: list[tuple[float, float, float]], mean_kw: float) -> dict[str, float]:
    loss, inside, error = np.mean(found, axis=0)
    return {
        "pinball_percent": round(100 * float(loss) / mean_kw, 2),
        "coverage_percent": round(100 * float(inside), 1),
        "mae_percent": round(100 * float(error) / mean_kw, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Demand forecasts on a real trace")
    parser.add_argument("trace", type=Path)
    parser.add_argument("--start", default="1993-10-01T00:00Z", help="wall-clock time of the first arrival")
    parser.add_argument("--history", type=int, default=28, help="days of history each forecast may use")
    chosen = parser.parse_args()
    kw, rows, read = trace_power(chosen.trace, chosen.start)
    began = time.perf_counter()
    table, picks = scores(kw, rows, chosen.history * DAY)
    seconds = time.perf_counter() - began
    print(f"{read} {len(kw) / DAY:.0f} days, mean {kw.mean():.3f} kW, {chosen.history} days of history, every 12 h.")
    print(f"{'':42} pinball %  in p10-p90 %  error of p50 %")
    for name, row in table.items():
        print(f"{name:42} {row['pinball_percent']:9.2f} {row['coverage_percent']:13.1f} {row['mae_percent']:15.1f}")
    print(json.dumps({"trace": chosen.trace.name, "scores": table, "picked": picks, "seconds": round(seconds, 2)}))


if __name__ == "__main__":
    main()
