"""What one client may ask of the API, and all of them together: size, rate and number at once."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridflex.api.on_demand import PREFIX
from gridflex.api.problems import problem_response

SAFE = ("GET", "HEAD", "OPTIONS")
PLANNING = frozenset({f"{PREFIX}/workspace/scenario-comparison"})
"""Questions that cost as much as changes: each makes plans of its own."""
METHODS = frozenset({*SAFE, "POST", "PUT", "PATCH", "DELETE"})
"""Counted by name; any other word that a client sends is counted as OTHER, so that the counts stay few."""
OTHER = "other"
REMEMBERED_CLIENTS = 10_000
NOT_SNIFFED = (b"x-content-type-options", b"nosniff")
NOT_KEPT = (b"cache-control", b"no-store")


@dataclass(frozen=True)
class Limits:
    """``body_bytes`` of a request, ``at_once`` requests in all; rates in requests a second for each client.

    ``at_once`` holds two seconds of 100 a second: a pause of the server makes nobody's request fail.
    Those of ``writes`` bound what plans, too, changing or not. ``network_s`` is how long a request
    waits for a real Beckn network at most.
    """

    body_bytes: int = 1_048_576
    at_once: int = 200
    reads_per_s: float = 200.0
    reads_burst: float = 400.0
    writes_per_s: float = 2.0
    writes_burst: float = 30.0
    network_s: float = 20.0


class Buckets:
    """Token buckets by client: full at first, refilled at ``rate`` a second up to ``burst``."""

    def __init__(self, rate: float, burst: float, timer: Callable[[], float]) -> None:
        self._rate, self._burst, self._timer = rate, burst, timer
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a token: 0 where there is one, else the seconds until there is."""
        now = self._timer()
        level, at = self._levels.pop(client, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        granted = level >= 1
        self._levels[client] = (level - 1 if granted else level, now)
        if len(self._levels) > REMEMBERED_CLIENTS:
            self._levels.popitem(last=False)
        return 0.0 if granted else (1 - level) / self._rate


class Guard:
    """Middleware before the API; ``answered`` counts answers by method and status.

    A client is known by its address, an IPv6 one by its network: behind a proxy the server must be told to trust it.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        answered: Counter[tuple[str, int]],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._limits, self._answered = app, limits, answered
        self._reads = Buckets(limits.reads_per_s, limits.reads_burst, timer)
        self._writes = Buckets(limits.writes_per_s, limits.writes_burst, timer)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say what is too much."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in METHODS else OTHER
                self._answered[method, message["status"]] += 1
                message["headers"] = [*_added(message["headers"]), *message["headers"]]
            await send(message)

        refused = self._refusal(scope)
        self._inside += 1
        try:
            await (refused or self._app)(scope, self._counted(receive), noted)
        finally:
            self._inside -= 1

    def _counted(self, receive: Receive) -> Receive:
        """A body whose length was not stated is counted as it comes."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._limits.body_bytes:
                raise HTTPException(413, self._too_large)
            return message

        return counted

    @property
    def _too_large(self) -> str:
        return f"At most {self._limits.body_bytes:,} bytes are read."

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        limits, path = self._limits, scope["path"]
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isdecimal() and int(stated) > limits.body_bytes:
            return problem_response(413, self._too_large, path)
        if self._inside >= limits.at_once:
            return problem_response(429, "Too many requests at once.", path, {"Retry-After": "1"})
        client = client_of(scope["client"][0] if scope.get("client") else "")
        cheap = scope["method"] in SAFE and path not in PLANNING
        wait = (self._reads if cheap else self._writes).wait(client)
        if wait:
            after = {"Retry-After": str(math.ceil(wait))}
            return problem_response(429, "Too many requests of this client.", path, after)
        return None


def client_of(address: str) -> str:
    """Whom an address stands for: of IPv6 its /64, in which one host may use any; IPv4 written as IPv6 is IPv4."""
    try:
        known = ip_address(address)
    except ValueError:  # a socket's name
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or IPv6Network((int(known), 64), strict=False))


def _added(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """A file that carries its tag may be kept and asked for again; answers may not."""
    yield NOT_SNIFFED
    if all(name != b"etag" for name, _ in headers):
        yield NOT_KEPT
