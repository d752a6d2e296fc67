"""A steady stream of API requests from a process of its own: ``python -m benchmarks.load.requests URL SECONDS RATE``.

Each is sent when it is due, whether or not the ones before have been answered. The first, alone and unmeasured,
pays for the API's import as the visitors' first page pays for theirs. Prints JSON: the milliseconds of all answers,
how many came with which status or failed of what, the second of the last that failed, and how many were asked again.

As browsers do, a request whose connection was closed under it is asked again once (RFC 9110, 9.2.2): the server closes
one that has been idle, at times just as the next request comes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import httpx

PATIENCE_S = 30
CLOSED = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=200, keepalive_expiry=2)
"""No request waits for another's connection, and none is sent on one that the server (5 s) may be closing."""


async def stream(url: str, seconds: float, rate: float) -> dict[str, object]:
    """Ask ``rate`` times a second for so many seconds."""
    taken: list[float] = []
    came: Counter[str] = Counter()
    last_failed: float | None = None
    again = 0

    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=LIMITS) as client:
        await client.get(url)
        started = time.perf_counter()

        async def get() -> httpx.Response:
            nonlocal again
            try:
                return await client.get(url)
            except CLOSED:
                again += 1
                return await client.get(url)

        async def ask() -> None:
            nonlocal last_failed
            began = time.perf_counter()
            try:
                answer = await get()
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
    return {"ms": taken, "statuses": dict(came), "last_failed_s": last_failed, "again": again}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(stream(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))))
