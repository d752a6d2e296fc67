"""The dashboard beside two floors, in one run: slider to chart, fifty visitors, memory, first load.

    python -m benchmarks.dashboard

Needs Chromium at /usr/bin/chromium. Absolute times depend on the machine; read the ratios.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.dashboard.browser import measure, measure_elsewhere
from benchmarks.dashboard.server import Served
from benchmarks.dashboard.sessions import crowd
from benchmarks.figures import publish, quantile

FLOOR = "benchmarks/dashboard/floor_asgi.py"
APPS: dict[str, Callable[[], Served]] = {
    "bare": lambda: Served(FLOOR, FLOOR="bare_app.py"),
    "empty": lambda: Served(FLOOR, FLOOR="empty_app.py"),
    "gridflex": lambda: Served("asgi.py"),
}
VISITORS, ROUNDS, SPREAD_S = 50, 4, 5.0
OWN_JOBS = 10_000


def figures(start: Callable[[], Served]) -> dict[str, float]:
    """Everything measured on one app."""
    app = start()
    try:
        megabytes, moves = measure(app.url)
        warmed = app.rss_mb()
        crowded = asyncio.run(crowd(app.url, VISITORS, ROUNDS, SPREAD_S))
        full = app.rss_mb()
    finally:
        app.stop()
    return {
        "start to health, s": app.seconds_to_health,
        "first load, MB": megabytes,
        "slider to chart p50, ms": quantile(moves, 0.5),
        "slider to chart p95, ms": quantile(moves, 0.95),
        "50 visitors p50, ms": quantile(crowded, 0.5),
        "50 visitors p95, ms": quantile(crowded, 0.95),
        "memory warmed, MB": warmed,
        "memory 50 visitors, MB": full,
        "MB a visitor": (full - warmed) / VISITORS,
    }


def elsewhere() -> dict[str, float]:
    """GridFlex where a move has more to draw, against the same empty app."""
    app = APPS["gridflex"]()
    try:
        with TemporaryDirectory() as folder:
            found = measure_elsewhere(app.url, own_jobs(Path(folder) / "jobs.csv"))
    finally:
        app.stop()
    return {f"{place}: slider to chart p50, ms": quantile(moves, 0.5) for place, moves in found.items()}


def own_jobs(path: Path) -> Path:
    """Ten thousand jobs of odd lengths that may wait up to a day, as a visitor would upload them."""
    random = np.random.default_rng(7)
    hours, kwh = random.uniform(0.3, 6, OWN_JOBS).round(2), random.uniform(1, 100, OWN_JOBS).round(2)
    wait = random.integers(8, 25, OWN_JOBS)
    columns = {"energy_kwh": kwh, "duration_hours": hours, "max_defer_hours": wait}
    pd.DataFrame(columns).rename_axis("job_id").to_csv(path)
    return path


def main() -> None:
    """Measure the apps, there and back, and publish the means side by side; ``ratio`` is to the empty one."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in APPS}
    for name in (*APPS, *reversed(APPS)):
        runs[name].append(figures(APPS[name]))
    found = {name: {key: sum(run[key] for run in each) / len(each) for key in each[0]} for name, each in runs.items()}
    moved = "slider to chart p50, ms"
    rows: list[dict[str, Any]] = [
        {"figure": name, **{app: found[app][name] for app in APPS}} for name in found["gridflex"]
    ]
    rows += [{"figure": name, "empty": found["empty"][moved], "gridflex": ms} for name, ms in elsewhere().items()]
    for row in rows:
        row["ratio"] = row["gridflex"] / row["empty"] if row["empty"] else "-"
    publish("dashboard", rows, "a bare page, an almost empty app, GridFlex's Overview (or where it says)")


if __name__ == "__main__":
    main()
