"""Headers that tell a browser what these pages may do, on every answer of the dashboard's port."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # A page's address carries the visit's token; no other host may learn it.
    "referrer-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "cross-origin-opener-policy": "same-origin",
}
HTTPS_ALONE = {"strict-transport-security": "max-age=31536000"}


def content_policy(page: str) -> str:
    """The Content-Security-Policy for an HTML page: everything from here, and of inline scripts the page's own alone.

    Styles may be inline: Streamlit's components and Plotly's charts write theirs. ``eval`` is allowed: Vega, which
    draws Streamlit's own charts, compiles its expressions, and tools that drive a browser wait with it; a script
    put into the page is still refused.
    """
    own = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in own)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecureHeaders:
    """Middleware that adds ``HEADERS`` and ``policy`` to answers that have none of their own."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app, self._headers = app, {**HEADERS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""
        wanted: Mapping[str, str] = self._headers | (HTTPS_ALONE if scope.get("scheme") == "https" else {})

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)
