"""A steady stream of API requests from a process of its own: ``python -m benchmarks.load.requests URL SECONDS RATE``.

Each is sent when it is due, whether or not the ones before have been answered. Prints JSON: the
milliseconds of all answers, and how many came with which status (0: none came).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import httpx


async def stream(url: str, seconds: float, rate: float) -> dict[str, object]:
    """Ask ``rate`` times a second for so many seconds."""
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=200)

    async with httpx.AsyncClient(timeout=30, limits=limits) as client:

        async def ask() -> None:
            began = time.perf_counter()
            try:
                answer = await client.get(url)
            except httpx.HTTPError:
                statuses[0] += 1
                return
            statuses[answer.status_code] += 1
            taken.append((time.perf_counter() - began) * 1e3)

        began, sent = time.perf_counter(), []
        for count in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + count / rate - time.perf_counter()))
            sent.append(asyncio.create_task(ask()))
        await asyncio.gather(*sent)
    return {"ms": taken, "statuses": dict(statuses)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(stream(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))))
