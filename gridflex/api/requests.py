"""A name for every request, in its answer and in every line of the log that comes of it."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
QUIET = ("/_stcore/", "/static/", "/api/docs/assets/")
"""Probes and files: told of only where they fail."""

current: ContextVar[str] = ContextVar("request_id", default="")
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = logging.getLogger("gridflex.requests")


class RequestLog:
    """Middleware: takes over a sane id that the request brings, else makes one, and logs one line at the end.

    The line has the path without its query, which carries the visit's token.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        brought = Headers(scope=scope).get(HEADER, "")
        name = brought if _SANE.fullmatch(brought) else uuid.uuid4().hex
        current.set(name)  # never reset: the server logs an unexpected error in this context, after us
        began, status = time.perf_counter(), 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            if status >= 400 or not scope["path"].startswith(QUIET):
                _tell(scope, status, 1e3 * (time.perf_counter() - began))


def _tell(scope: Scope, status: int, took_ms: float) -> None:
    said = {"method": scope["method"], "path": scope["path"], "status": status, "ms": round(took_ms, 1)}
    level = logging.ERROR if status >= 500 else logging.INFO
    _log.log(level, "%(method)s %(path)s %(status)d", said, extra={"fields": said})
