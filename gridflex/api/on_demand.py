"""The API on the dashboard's port: which requests are its own; the first of them pays for its import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gridflex.services.endpoints import ENDPOINTS

PREFIX = "/api"
ROOT_PATHS = frozenset({endpoint.path for endpoint in ENDPOINTS} | {"/docs", "/openapi.json"})
"""Answered at the root as under PREFIX."""


class ApiOnDemand:
    """Middleware before the dashboard. ``build`` makes the API, once, in a thread: visitors are served meanwhile."""

    def __init__(self, app: ASGIApp, build: Callable[[], ASGIApp]) -> None:
        self._dashboard, self._build = app, build
        self._api: ASGIApp | None = None
        self._one_builds = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the API or to the dashboard."""
        if scope["type"] == "http" and is_for_api(scope):
            await (await self._ready())(scope, receive, send)
        else:
            await self._dashboard(scope, receive, send)

    async def _ready(self) -> ASGIApp:
        async with self._one_builds:
            if self._api is None:
                self._api = await to_thread.run_sync(self._build)
        return self._api


def is_for_api(scope: Scope) -> bool:
    """Whether the API answers: its paths, and ``GET /`` for who takes JSON but no page."""
    path: str = scope["path"]
    if path == "/":
        wanted = Headers(scope=scope).get("accept", "")
        return scope["method"] in ("GET", "HEAD") and "application/json" in wanted and "text/html" not in wanted
    return path in ROOT_PATHS or path == PREFIX or path.startswith(f"{PREFIX}/")
