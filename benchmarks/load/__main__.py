"""Fifty visitors on mixed journeys for some minutes, with 100 API requests a second beside them.

    python -m benchmarks.load --minutes 10

Starts the dashboard on a loopback port with its limits as they are, and speaks to nothing else. Publishes errors,
quantiles of every kind of step, and the slope of memory over the second half. Exits with 1 where a step failed, a
request was refused or got no answer, or the server's log warned of anything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from tempfile import TemporaryFile

import httpx
import numpy as np
import websockets

from benchmarks.dashboard.server import Served
from benchmarks.figures import publish, quantile
from benchmarks.load.journeys import JOURNEYS
from benchmarks.load.visitor import PageFailed, Visitor, connect

VISITORS, RATE = 50, 100.0
THINKS_S = 5.0
"""A visitor's mean pause after each step: ten steps a second from all of them where each takes no time.

Each pause is drawn evenly from half of it to one and a half times it. Of one length they would keep in step: visitors
once held up together come back together for ever after, and wait in a queue that they themselves are.
"""
SAMPLE_S = 5.0
WARM_SHARE = 0.5
"""Of the time, before memory is held to be flat: pages drawn first, kept answers filling up."""
FAILURES = (PageFailed, httpx.HTTPError, websockets.WebSocketException, TimeoutError)


UNWELL = re.compile(rb'"severity": "(WARNING|ERROR|CRITICAL)"|Traceback')


@dataclass
class Found:
    """What was measured: ms by kind of step, errors in words, memory (s, MB)."""

    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


async def visit(position: int, visitor: Visitor, until: float, found: Found) -> None:
    """Journeys one after the other, each visitor beginning with another."""
    turn, chance = position, Random(position)
    await asyncio.sleep(THINKS_S * position / VISITORS)

    async def think() -> None:
        await asyncio.sleep(THINKS_S * chance.uniform(0.5, 1.5))

    while time.perf_counter() < until:
        try:
            async for name, step in JOURNEYS[turn % len(JOURNEYS)](visitor, turn):
                found.steps[name].append(await step)
                await think()
        except FAILURES as problem:
            found.errors.append(f"{JOURNEYS[turn % len(JOURNEYS)].__name__}: {type(problem).__name__}: {problem}")
            await think()
        turn += 1


async def watch(app: Served, until: float, found: Found) -> None:
    """Sample the server's memory."""
    began = time.perf_counter()
    while time.perf_counter() < until:
        found.memory.append((time.perf_counter() - began, app.rss_mb()))
        await asyncio.sleep(SAMPLE_S)


async def load(app: Served, minutes: float) -> tuple[Found, dict[str, object]]:
    """The whole load on a running app; also what the stream of API requests says."""
    found = Found()
    visitors = [await connect(app.url) for _ in range(VISITORS)]
    command = ["-m", "benchmarks.load.requests", f"{app.url}/api/grid/current", str(minutes * 60), str(RATE)]
    api = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    until = time.perf_counter() + minutes * 60
    await asyncio.gather(watch(app, until, found), *(visit(i, one, until, found) for i, one in enumerate(visitors)))
    said, _ = await api.communicate()
    for visitor in visitors:
        await visitor.socket.close()
        await visitor.web.aclose()
    return found, json.loads(said)


def warned(line: bytes) -> str:
    """A line of the server's log that is no mere note."""
    return f"server: {line.decode(errors='replace').strip()[:300]}"


def slope_mb_per_min(memory: list[tuple[float, float]]) -> float:
    """Least squares over the samples after the warm-up."""
    warmed = memory[int(len(memory) * WARM_SHARE) :]
    seconds, megabytes = np.array(warmed).T
    return float(np.polyfit(seconds / 60, megabytes, 1)[0])


def latencies(name: str, taken: list[float], errors: object = "") -> dict[str, object]:
    """A row of the table."""
    shares = {f"p{share * 100:g}, ms": quantile(taken, share) if taken else "-" for share in (0.5, 0.95, 0.99)}
    return {"what": name, "count": len(taken), **shares, "errors": errors}


def main() -> int:
    """Run, publish, and say by the exit code whether there was an error."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--minutes", type=float, default=10.0)
    minutes: float = given.parse_args().minutes
    with TemporaryFile() as log:
        app = Served("asgi.py", log)
        try:
            found, api = asyncio.run(load(app, minutes))
        finally:
            app.stop()
        log.seek(0)
        found.errors.extend(warned(line) for line in log if UNWELL.search(line))
    everything = [ms for taken in found.steps.values() for ms in taken]
    statuses: dict[str, int] = api["statuses"]  # type: ignore[assignment]
    failed = {status: count for status, count in statuses.items() if status != "200"}
    rows = [latencies(name, taken) for name, taken in sorted(found.steps.items())]
    rows.append(latencies("all steps of visitors", everything, len(found.errors)))
    rows.append(latencies("GET /api/grid/current", api["ms"], failed or 0))  # type: ignore[arg-type]
    first, last = found.memory[0][1], found.memory[-1][1]
    slope = slope_mb_per_min(found.memory)
    note = (
        f"{VISITORS} visitors, {RATE:g} API requests a second, {minutes:g} min; memory {first:.0f} MB at the start, "
        f"{last:.0f} MB at the end, slope {slope:+.2f} MB/min over the last {100 * (1 - WARM_SHARE):.0f} % of the time"
        f"; {api['again']} requests asked again on a new connection"
    )
    publish("load", rows, note)
    if failed:
        print(f"the last API request that failed was asked {api['last_failed_s']:.0f} s after the first")
    for said in sorted(set(found.errors))[:20]:
        print(said)
    return 1 if found.errors or failed else 0


if __name__ == "__main__":
    sys.exit(main())
