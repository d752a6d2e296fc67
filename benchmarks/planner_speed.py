"""Decision time without a cap, beside the best-known peer: ``python -m benchmarks.planner_speed [FORECAST.csv]``.

The peer is climate-aware-task-scheduler, installed from its package, called in this process
with the network left out: the same jobs, one by one, on the same 48 h forecast. Our times
are those of the planner from columns: deciding, and deciding plus valuing carbon and cost
against the baseline. The best of several runs is told; without the peer's package its
column stays empty (``pip install climate-aware-task-scheduler``).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.figures import publish
from benchmarks.planner_queues import horizon_from, waiting_queue
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue

SIZES = {1: 300, 15: 300, 1_000: 50, 100_000: 10, 1_000_000: 7}
"""Jobs, and how often they are decided."""
MOST_FOR_PEER = 1_000
RULES = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)
MEMORY = """
from benchmarks.planner_queues import horizon_from, waiting_queue
from benchmarks.planner_speed import RULES, decide_and_value
# Not ru_maxrss: it begins with the peak of the process that started this one.
peak = lambda: int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
horizon, _ = horizon_from(None)
decide_and_value(waiting_queue(1000), horizon)
empty = peak(); queue = waiting_queue(1_000_000); held = peak()
decide_and_value(queue, horizon)
print(f"{empty:.0f} {held:.0f} {peak():.0f}")
"""


def best_ms(work: Callable[[], object], times: int) -> float:
    """Shortest of several runs, milliseconds."""
    shortest = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest * 1e3


def decide(queue: Queue, horizon: Horizon) -> None:
    """Place every job in its best window."""
    POLICIES["best-window"].place(queue, horizon, RULES)


def decide_and_value(queue: Queue, horizon: Horizon) -> None:
    """Place every job, and value it against its baseline."""
    evaluate("best-window", queue, horizon, POLICIES["best-window"].place(queue, horizon, RULES))


def peer_decider(queue: Queue, horizon: Horizon) -> Callable[[], list[datetime]] | None:
    """The peer deciding each job on its own; None where its package is absent."""
    try:
        from cats.forecast import PointEstimate, WindowedForecast
    except ImportError:
        return None
    points = [PointEstimate(float(grams), horizon.at(row)) for row, grams in enumerate(horizon.intensity)]
    jobs = [(int(30 * slots), int(30 * wait)) for slots, wait in zip(queue.slots, queue.latest, strict=True)]
    now = horizon.start + timedelta(seconds=1)

    def decide_all() -> list[datetime]:
        return [min(WindowedForecast(points, minutes, now, max_window_minutes=wait)).start for minutes, wait in jobs]

    return decide_all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", type=Path, nargs="?", help="CSV with 96 half-hours of forecast; default sample grid")
    horizon, data = horizon_from(parser.parse_args().series)
    rows: list[dict[str, object]] = []
    for count, times in SIZES.items():
        queue = waiting_queue(count)
        row: dict[str, object] = {
            "jobs": count,
            "decide_ms": best_ms(lambda queue=queue: decide(queue, horizon), times),
            "decide_and_value_ms": best_ms(lambda queue=queue: decide_and_value(queue, horizon), times),
        }
        peer = peer_decider(queue, horizon) if count <= MOST_FOR_PEER else None
        if peer is not None:
            row["peer_ms"] = best_ms(peer, 3)
            row["peer_over_decide"] = row["peer_ms"] / row["decide_ms"]  # type: ignore[operator]
        rows.append(row)
    memory = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True).stdout.split()
    note = "peak memory in MB: {} before, {} holding 1,000,000 jobs, {} after deciding and valuing them".format(*memory)
    publish("planner_speed", rows, f"{data}; {note}")


if __name__ == "__main__":
    main()
