"""Dashboard and REST API as one ASGI application: warmed before the first visitor, compressed on the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from gridflex.api.on_demand import ApiOnDemand
from gridflex.services.beckn_callbacks import callback_routes
from gridflex.services.self_checks import SelfChecks, self_checks
from gridflex.ui.session import platform
from gridflex.ui.warm import warm_up


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import and draw once, then freeze, so that no visitor pays for it; then check this process every minute."""
    warm_up()
    with checks().running():
        yield


@cache
def checks() -> SelfChecks:
    """The process's checks of itself."""
    return self_checks(platform())


def api() -> ASGIApp:
    """The REST API; who asks it first pays for FastAPI's import."""
    from gridflex.api.app import create_app

    shared = platform()
    return create_app(shared, checks(), shared.settings.operator_keys(), shared.settings.origins())


app = st.App(
    "app.py",
    lifespan=lifespan,
    routes=callback_routes(platform),
    middleware=[
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        Middleware(ApiOnDemand, build=api),
    ],
)
