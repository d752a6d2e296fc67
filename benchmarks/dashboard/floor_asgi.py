"""A floor hosted as the dashboard is; ``FLOOR`` in the environment names its script beside this file."""

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

app = st.App(
    str(Path(__file__).with_name(os.environ["FLOOR"])),
    middleware=[Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)],
)
