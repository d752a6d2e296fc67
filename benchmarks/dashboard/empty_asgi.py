"""The empty app hosted as the dashboard is."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

app = st.App(
    str(Path(__file__).with_name("empty_app.py")),
    middleware=[Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)],
)
