"""The app on a clock that a test moves: the file it names holds the seconds that were skipped."""

import os
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gridflex.ui import session

SKIPPED = Path(os.environ["TEST_CLOCK_FILE"])
SHIFT = timedelta(seconds=float(os.environ["TEST_CLOCK_SHIFT"]))


def clock() -> datetime:
    """The machine's clock, moved to the test's day and on by what was skipped."""
    return datetime.now(UTC) + SHIFT + timedelta(seconds=float(SKIPPED.read_text()))


session.platform(clock)
runpy.run_path(str(Path(__file__).parents[2] / "app.py"), run_name="__main__")
