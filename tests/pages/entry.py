"""The router, run from a folder without pages: every run of AppTest starts as on a fresh process, where a folder
of pages beside the main script would be run without it."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[2] / "app.py"), run_name="__main__")
