"""The carbon service's faults switched under an open page, on a clock the test moves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

START = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
CACHED, LIVE = re.compile(r"Cached( \+ estimated)? · NESO \d+ min ago"), re.compile(r"Live \+ estimated · NESO just")
TOLD = {
    "gap": LIVE,
    "500": CACHED,
    "reset": CACHED,
    "html": CACHED,
    "short": LIVE,
    "empty": CACHED,
    "nullactual": LIVE,
}


class Moved:
    """A dashboard on a replay, both on the test's day; the dashboard's clock can be moved on."""

    def __init__(self, start: Callable[..., Any], upstream: Any, clock: Path) -> None:
        self.upstream, self._clock, self._skipped = upstream, clock, 0
        clock.write_text("0")
        shift = (START - datetime.now(UTC)).total_seconds()
        self.dashboard = start(
            "tests/browser/stepped.py", upstream.url, TEST_CLOCK_FILE=str(clock), TEST_CLOCK_SHIFT=f"{shift:.0f}"
        ).ready()

    def skip(self, minutes: int) -> None:
        self._skipped += minutes * 60
        moved = self._clock.with_suffix(".new")
        moved.write_text(str(self._skipped))
        moved.replace(self._clock)  # at once: the app may be reading it


@pytest.fixture
def moved(start_dashboard: Callable[..., Any], start_replay: Callable[..., Any], tmp_path: Path) -> Moved:
    upstream = start_replay("--now", f"{START:%Y-%m-%dT%H:%MZ}")
    return Moved(start_dashboard, upstream, tmp_path / "skipped")


def until_told(one: Any, badge: str | re.Pattern[str]) -> None:
    """Run the page again, by Streamlit's own key for it, until its badge says so."""
    for _ in range(40):
        one.page.keyboard.press("r")
        one.settle()
        if one.main.get_by_text(badge).count():
            return
        one.page.wait_for_timeout(100)
    raise AssertionError(f"never {badge!r}: {one.main.inner_text()[:300]}")


def test_the_badge_tells_the_truth_of_an_open_page_and_recovers(moved: Moved, visit: Callable[..., Any]) -> None:
    one = visit(moved.dashboard).open("/")
    until_told(one, "Live · NESO")
    for mode, told in TOLD.items():
        moved.upstream.fault(mode)
        moved.skip(30)
        until_told(one, told)
        assert not re.search(r"\\b(nan|None)\\b|: 0 g/kWh", one.main.inner_text()), mode
        expect(one.page.get_by_test_id("stPlotlyChart").locator(".main-svg").first).to_be_visible()
        moved.upstream.fault("none")
        moved.skip(1 if told is CACHED else 30)
        until_told(one, re.compile(r"Live( \+ estimated)? · NESO just now"))
    one.judge()


def test_a_page_that_nobody_touches_notices_by_itself(moved: Moved, visit: Callable[..., Any]) -> None:
    """One look of the page's own begins the fetch, the next tells of it."""
    one = visit(moved.dashboard).open("/system")
    expect(one.sidebar.get_by_text("Live · NESO")).to_be_visible(timeout=75_000)
    moved.upstream.fault("503")
    moved.skip(30)
    expect(one.main.get_by_text("Cached · NESO")).to_be_visible(timeout=75_000)
    expect(one.sidebar.get_by_text("Cached · NESO")).to_be_visible(timeout=75_000)


def test_a_restart_in_an_outage_shows_the_last_answer_with_its_age(moved: Moved, visit: Callable[..., Any]) -> None:
    one = visit(moved.dashboard).open("/")
    until_told(one, "Live · NESO")
    moved.upstream.fault("500")
    moved.skip(90)
    one.page.close()
    moved.dashboard.kill()
    moved.dashboard.start().ready()
    again = visit(moved.dashboard).open("/")
    until_told(again, "Cached + estimated · NESO 1 h 30 min ago")
