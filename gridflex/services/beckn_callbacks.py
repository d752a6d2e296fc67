"""Where a real network posts its answers to us: ``POST /beckn/on_{action}``, verified, kept once, acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gridflex.services.platform import Platform

MAX_BODY = 1_000_000
"""Bytes taken of one post; a catalogue of eight windows has 16,000."""
THREADS = 4
"""Posts that are verified at once."""


def callback_routes(platform: Callable[[], Platform]) -> list[Route]:
    """The routes for the front of the house; ``platform`` is asked at each post."""
    waiting = cache(lambda: CapacityLimiter(THREADS))  # made in the running loop

    async def receive(request: Request) -> JSONResponse:
        body = await _body(request)
        if body is None:
            return _refused(413, "the message is larger than any message can be")
        shared = platform()
        if not shared.settings.beckn_url:
            return _refused(404, "no network is configured here, so nothing is awaited")
        client = shared.order_desk.remote
        assert client is not None
        action = f"on_{request.path_params['action']}"
        # The sender's key may have to be looked up, which waits for the registry: on few threads of its own.
        said = await to_thread.run_sync(client.receive, action, request.headers, body, limiter=waiting())
        return JSONResponse(said.body, said.status, dict(said.headers))

    return [Route("/beckn/on_{action}", receive, methods=["POST"])]


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _refused(status: int, reason: str) -> JSONResponse:
    error = {"code": "NOT_TAKEN", "message": reason}
    return JSONResponse({"message": {"ack": {"status": "NACK"}, "error": error}}, status)
