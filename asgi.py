"""Dashboard and REST API as one ASGI application: warmed before the first visitor, compressed on the wire."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from gridflex.api import requests
from gridflex.api.headers import SecureHeaders, content_policy
from gridflex.api.on_demand import ApiOnDemand
from gridflex.services.beckn_callbacks import callback_routes
from gridflex.services.logs import log_json
from gridflex.settings import read_settings
from gridflex.ui.session import checks, platform
from gridflex.ui.warm import warm_up

SWITCH_S = 0.001
"""How long a page's thread may hold the interpreter while others wait. Python's own 5 ms make the event loop, which
waits anew for every page being drawn, fall behind 100 API requests a second beside 50 visitors."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import and draw once, then freeze, so that no visitor pays for it; then check this process every minute."""
    log_json(read_settings(), requests.current.get)
    warm_up()
    sys.setswitchinterval(SWITCH_S)
    with checks().running():
        yield


def api() -> ASGIApp:
    """The REST API; who asks it first pays for FastAPI's import."""
    from gridflex.api.app import create_app

    shared = platform()
    return create_app(shared, checks(), shared.settings.operator_keys(), shared.settings.origins())


SHELL = Path(st.__file__).parent / "static" / "index.html"
"""The page that every address of the dashboard answers with."""

app = st.App(
    "app.py",
    lifespan=lifespan,
    routes=callback_routes(platform),
    middleware=[
        Middleware(requests.RequestLog),
        Middleware(SecureHeaders, policy=content_policy(SHELL.read_text())),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        Middleware(ApiOnDemand, build=api),
    ],
)
