"""A steady stream of API requests from a process of its own: ``python -m benchmarks.load.requests URL SECONDS RATE``.

Each is sent when it is due, whether or not the ones before have been answered. The first, alone and unmeasured,
pays for the API's import as the visitors' first page pays for theirs. Prints JSON: the milliseconds of all answers,
how many came with which status or failed of what, and the second of the last that failed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import httpx

PATIENCE_S = 30
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=200, keepalive_expiry=2)
"""No request waits for another's connection, and none is sent on one that the server (5 s) may be closing."""


async def stream(url: str, seconds: float, rate: float) -> dict[str, object]:
    """Ask ``rate`` times a second for so many seconds."""
    taken: list[float] = []
    came: Counter[str] = Counter()
    last_failed: float | None = None

    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=LIMITS) as client:
        await client.get(url)
        started = time.perf_counter()

        async def ask() -> None:
            nonlocal last_failed
            began = time.perf_counter()
            try:
                answer = await client.get(url)
            except httpx.HTTPError as problem:
                came[type(problem).__name__] += 1
                last_failed = time.perf_counter() - started
                return
            came[str(answer.status_code)] += 1
            taken.append((time.perf_counter() - began) * 1e3)
            if answer.status_code != 200:
                last_failed = time.perf_counter() - started

        sent = []
        for count in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, started + count / rate - time.perf_counter()))
            sent.append(asyncio.create_task(ask()))
        await asyncio.gather(*sent)
    return {"ms": taken, "statuses": dict(came), "last_failed_s": last_failed}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(stream(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))))
