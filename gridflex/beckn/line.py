"""One POST and what became of it: the only place that opens a connection to a peer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx

from gridflex.beckn.reading import MAX_BODY
from gridflex.errors import InvalidMessage, NoAnswer

CONNECT_SECONDS = 5.0
READ_SECONDS = 35.0
"""Above the 30 s for which a sync adapter waits before it answers 408."""

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Line:
    """Posts to peers. Safe to share between threads; ``close`` it when done.

    ``transport`` replaces the network: the embedded provider, or a test's answers.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None, read_seconds: float = READ_SECONDS) -> None:
        timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
        self._read_seconds = read_seconds
        self._client = httpx.Client(transport=transport, timeout=timeout, trust_env=transport is None)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send exactly these bytes. Raises NoAnswer, or InvalidMessage for an answer without end."""
        try:
            with self._client.stream("POST", url, content=body, headers=dict(headers)) as response:
                content = read_within(response, self._read_seconds)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            sent = not isinstance(error, _NOTHING_SENT)
            raise NoAnswer(_sentence(error, sent), sent) from None
        return Reply(response.status_code, content, response.headers)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()


def read_within(response: httpx.Response, seconds: float) -> bytes:
    """The whole body. Raises httpx.ReadTimeout for one that drips in, InvalidMessage for one without end."""
    until = monotonic() + seconds
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MAX_BODY:
            raise InvalidMessage("the answer is larger than any answer can be")
        if monotonic() > until:
            raise httpx.ReadTimeout("the answer dripped in")
    return bytes(content)


def _sentence(error: Exception, sent: bool) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time" if sent else "the peer could not be reached in time"
    return "the line broke before the whole answer was in" if sent else "the peer could not be reached"


class InProcess(httpx.BaseTransport):
    """Carries requests to an ASGI app of this process, without a socket.

    For threads without a running event loop, as a page's script or a thread-pool route has.
    """

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run the app for one request, to its end."""
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        )
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())
