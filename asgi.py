"""The dashboard as one ASGI application: warmed before the first visitor, compressed on the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from gridflex.ui.warm import warm_up


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import and draw once, then freeze, so that no visitor pays for it."""
    warm_up()
    yield


app = st.App("app.py", lifespan=lifespan, middleware=[Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)])
