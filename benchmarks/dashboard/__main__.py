"""The dashboard beside an empty app, in one run: slider to chart, fifty visitors, memory, first load.

    python -m benchmarks.dashboard

Needs Chromium at /usr/bin/chromium. Absolute times depend on the machine; read the ratios.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.dashboard.browser import measure, measure_elsewhere
from benchmarks.dashboard.server import Served
from benchmarks.dashboard.sessions import crowd
from benchmarks.figures import publish, quantile

APPS = {"empty": "benchmarks/dashboard/empty_asgi.py", "gridflex": "asgi.py"}
VISITORS, ROUNDS, SPREAD_S = 50, 4, 5.0
OWN_JOBS = 10_000


def figures(script: str) -> dict[str, float]:
    """Everything measured on one app."""
    app = Served(script)
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
    app = Served(APPS["gridflex"])
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
    """Measure both apps and publish them side by side."""
    found = {name: figures(script) for name, script in APPS.items()}
    rows = [
        {"figure": name, "empty": found["empty"][name], "gridflex": value, "ratio": value / found["empty"][name]}
        if found["empty"][name]
        else {"figure": name, "empty": 0.0, "gridflex": value, "ratio": "-"}
        for name, value in found["gridflex"].items()
    ]
    floor = found["empty"]["slider to chart p50, ms"]
    rows += [{"figure": name, "empty": floor, "gridflex": ms, "ratio": ms / floor} for name, ms in elsewhere().items()]
    publish("dashboard", rows, "an empty Streamlit app with one slider and one chart beside GridFlex's Overview")


if __name__ == "__main__":
    main()
