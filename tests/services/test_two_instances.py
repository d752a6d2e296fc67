"""Two instances of the app on one database: the grid is asked once for both, and each finds the other's work."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gridflex.domain.regions import GB
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from gridflex.sources.feed import FeedState
from tests.databases import fresh_database

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
DIES_WITH_ITS_TURN = """
import os, signal, sys
from datetime import datetime, timedelta
from gridflex.store.database import Database
from gridflex.store.leases import Leases
now = datetime.fromisoformat(sys.argv[2])
assert Leases(Database(sys.argv[1])).take("carbon-0", now, now + timedelta(minutes=1)).mine
os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass
class Two:
    """Two platforms on one database and one replay, at a moment the test moves."""

    replay: Any
    address: str
    now: datetime = START
    platforms: list[Platform] = field(default_factory=list)

    def start(self) -> Platform:
        given = {"GRIDFLEX_CARBON_API_URL": self.replay.url, "DATABASE_URL": SecretStr(self.address)}
        self.platforms.append(build_platform(Settings.model_validate(given), lambda: self.now))
        return self.platforms[-1]

    def settled(self, platform: Platform) -> FeedState:
        state = platform.feed.state(GB, self.now)
        until = time.monotonic() + 30
        while state.refreshing:
            assert time.monotonic() < until
            time.sleep(0.01)
            state = platform.feed.state(GB, self.now)
        return state

    def both(self) -> list[FeedState]:
        """The state on both once nothing is fetched any more, asked at the same time."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(self.settled, self.platforms))

    def requests(self) -> Counter[str]:
        """Requests of the carbon service since the replay began, once the past is in as well."""
        until = time.monotonic() + 30
        while not (seen := Counter(self.replay.requests())) or len(self.past()) < 13 * 48 - 1:
            assert time.monotonic() < until, seen
            time.sleep(0.01)
        return seen

    def past(self) -> list[tuple[datetime, float]]:
        return self.platforms[0].archive.settled(GB, self.now - timedelta(days=14), self.now)


@pytest.fixture
def two(start_replay: Callable[..., Any], tmp_path: Path) -> Iterator[Two]:
    with ExitStack() as stack:
        address = stack.enter_context(fresh_database(f"sqlite:///{tmp_path / 'shared.sqlite3'}"))
        two = Two(start_replay("--now", f"{START:%Y-%m-%dT%H:%MZ}"), address)
        yield two
        for platform in two.platforms:
            platform.close()


def test_each_path_is_asked_once_for_both_and_both_are_live(two: Two) -> None:
    two.start()
    two.start()
    first, second = two.both()
    assert first.live
    assert second.live
    assert first.snapshot == second.snapshot
    seen = two.requests()
    assert len(seen) == 3, "two days, the mix, and the past"
    assert set(seen.values()) == {1}

    two.now = START.replace(minute=42)
    first, second = two.both()
    assert (first.live, second.live, first.last_success) == (True, True, two.now)
    assert first.snapshot == second.snapshot
    asked = two.requests() - seen
    assert sum(asked.values()) == 2, asked
    assert first.requests_today + second.requests_today == 5


def test_an_instance_that_starts_later_takes_what_is_known_and_asks_nothing(two: Two) -> None:
    two.start()
    known = two.settled(two.platforms[0])
    seen = two.requests()
    two.now += timedelta(minutes=5)
    state = two.settled(two.start())
    assert (state.live, state.last_success, state.snapshot) == (True, START, known.snapshot)
    assert two.requests() == seen


def test_a_failure_is_told_by_both_and_tried_once_a_minute_for_both(two: Two) -> None:
    two.replay.fault("400")
    two.start()
    two.start()
    told = {state.error for state in two.both()}
    assert len(told) == 1
    assert "refused (400)" in str(told)
    asked = sum(two.replay.requests().values())
    two.both()
    assert sum(two.replay.requests().values()) == asked
    two.replay.fault("none")
    two.now += timedelta(minutes=1)
    assert all(state.live for state in two.both())


def test_an_instance_killed_while_it_fetches_holds_the_other_up_for_its_lease_alone(two: Two) -> None:
    platform = two.start()
    command = [sys.executable, "-c", DIES_WITH_ITS_TURN, two.address, START.isoformat()]
    assert subprocess.run(command, cwd=ROOT).returncode == -9
    two.now += timedelta(seconds=59)
    state = platform.feed.state(GB, two.now)
    assert (state.refreshing, state.snapshot) == (True, None)
    assert two.replay.requests() == {}
    two.now += timedelta(seconds=1)
    assert two.settled(platform).live
