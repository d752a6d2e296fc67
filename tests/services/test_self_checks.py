"""Self-checks: what is due is counted by the clock, what was not made has not passed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.errors import StoreError, TrailBroken
from gridflex.services.platform import build_platform
from gridflex.services.self_checks import EVERY, SelfChecks, Uptime, self_checks
from gridflex.services.store_faults import AWAY
from gridflex.services.system_view import uptime_row
from tests.bench import NOW
from tests.services.test_platform import Clock, settings


@dataclass
class Checked:
    """A check that fails while told to."""

    failing: bool = False
    problem: StoreError = field(default_factory=lambda: StoreError("no answer from 10.0.0.7"))
    made: list[object] = field(default_factory=list)

    def __call__(self, now: object) -> None:
        self.made.append(now)
        if self.failing:
            raise self.problem


def test_each_check_that_is_due_is_made_once() -> None:
    clock, checked = Clock(), Checked()
    checks = SelfChecks(checked, clock)
    checks.run()
    assert checks.report() == Uptime(NOW, 0, 0, None)
    clock.now = NOW + EVERY
    checks.run()
    checks.run()
    assert (len(checked.made), checks.report().passed) == (1, 1)


def test_a_check_that_fails_has_not_passed_and_says_why() -> None:
    clock, checked = Clock(), Checked(failing=True, problem=TrailBroken(3, "was altered"))
    checks = SelfChecks(checked, clock)
    clock.now = NOW + EVERY
    checks.run()
    assert checks.report() == Uptime(NOW, 1, 0, None, "row 3: was altered")


def test_the_database_s_own_words_are_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock, checked = Clock(), Checked(failing=True)
    checks = SelfChecks(checked, clock)
    clock.now = NOW + EVERY
    checks.run()
    assert checks.report().last_error == AWAY
    assert "The store failed under a self-check: no answer from 10.0.0.7" in caplog.text


def test_what_was_slept_through_stays_failed() -> None:
    clock = Clock()
    checks = SelfChecks(Checked(), clock)
    clock.now = NOW + timedelta(hours=25)
    checks.run()
    assert checks.report() == Uptime(NOW, 1500, 1, 100 / 1500)


def test_uptime_is_claimed_from_the_24th_hour() -> None:
    clock = Clock()
    checks = SelfChecks(Checked(), clock)
    for minute in range(1, 1441):
        clock.now = NOW + timedelta(minutes=minute)
        checks.run()
        assert (checks.report().percent is None) == (minute < 1440)
    assert checks.report().percent == 100


@given(st.lists(st.integers(-3, 90), max_size=40))
def test_never_more_pass_than_are_due_whatever_the_clock_does(steps: list[int]) -> None:
    clock = Clock()
    checks = SelfChecks(Checked(), clock)
    for step in steps:
        clock.now += timedelta(seconds=10 * step)
        checks.run()
        found = checks.report()
        assert 0 <= found.passed <= found.due


def test_in_the_background_a_check_is_made_when_it_is_due() -> None:
    clock, checked = Clock(), Checked()
    checks = SelfChecks(checked, clock)
    clock.now = NOW + EVERY - timedelta(milliseconds=1)
    with checks.running():
        clock.now = NOW + EVERY + timedelta(milliseconds=1)
        until = time.monotonic() + 5
        while not checked.made and time.monotonic() < until:
            time.sleep(0.005)
    assert len(checked.made) == 1


def test_the_platform_passes_while_its_store_answers() -> None:
    clock = Clock()
    shared = build_platform(settings(), clock)
    checks = self_checks(shared)
    clock.now = NOW + EVERY
    checks.run()
    assert (checks.report().passed, shared.feed.state(0, NOW).requests_today) == (1, 0)
    shared.close()


def test_the_system_page_counts_before_it_claims() -> None:
    now = [datetime(2026, 1, 8, 17, tzinfo=UTC)]
    checks = SelfChecks(lambda at: None, lambda: now[0])
    assert uptime_row(checks).state == "not counted"
    with checks.running():
        now[0] += timedelta(minutes=2)
        checks.run()
        early = uptime_row(checks)
        now[0] += timedelta(hours=24)
        late = uptime_row(checks)
    assert (early.state, early.note) == ("1 of 2 passed", "uptime is claimed after 24 h")
    assert early.since == "Thu 8 Jan 17:00"
    assert late.note == "uptime 0.07 %"  # 1 of the 1,442 that were due
