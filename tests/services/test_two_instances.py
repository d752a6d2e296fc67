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

import numpy as np
import pytest
from pydantic import SecretStr

from gridflex.domain.market_data import PriceSeries
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from gridflex.sources.feed import FeedState
from gridflex.sources.line import LineState
from tests.databases import fresh_database

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
DIES_WITH_ITS_TURN = """
import os, signal, sys
from datetime import datetime, timedelta
from gridflex.store.database import Database
from gridflex.store.leases import Leases
now = datetime.fromisoformat(sys.argv[2])
assert Leases(Database(sys.argv[1])).take(sys.argv[3], now, now + timedelta(minutes=1)).mine
os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass
class Two:
    """Two platforms on one database and one replay, at a moment the test moves."""

    replay: Any
    address: str
    now: datetime = START
    platforms: list[Platform] = field(default_factory=list)

    def start(self, **changed: str) -> Platform:
        given = {
            "GRIDFLEX_CARBON_API_URL": self.replay.url,
            "GRIDFLEX_ELEXON_API_URL": f"{self.replay.url}/bmrs/api/v1",
            "DATABASE_URL": SecretStr(self.address),
        } | changed
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

    def prices(self) -> list[list[LineState[PriceSeries]]]:
        """The market index and yesterday's system price on both, asked at the same time."""

        def ask(platform: Platform) -> list[LineState[PriceSeries]]:
            feed = platform.markets.feed
            yesterday = self.now - timedelta(days=1)
            return [answered(feed.market_index), answered(lambda: feed.system_price(yesterday))]

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(ask, self.platforms))

    def asked_for_prices(self) -> list[int]:
        """Requests for the index and for system prices since the replay began."""
        seen = self.replay.requests().items()
        return [sum(n for path, n in seen if part in path) for part in ("market-index", "system-prices")]

    def requests(self) -> Counter[str]:
        """Requests of the carbon service since the replay began, once the past is in as well."""
        until = time.monotonic() + 30
        while not (seen := Counter(self.replay.requests())) or len(self.past()) < 13 * 48 - 1:
            assert time.monotonic() < until, seen
            time.sleep(0.01)
        return seen

    def past(self) -> list[tuple[datetime, float]]:
        return self.platforms[0].archive.settled(GB, self.now - timedelta(days=14), self.now)


def answered(ask: Callable[[], LineState[PriceSeries]]) -> LineState[PriceSeries]:
    until = time.monotonic() + 30
    while (state := ask()).refreshing:
        assert time.monotonic() < until
        time.sleep(0.01)
    return state


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
    command = [sys.executable, "-c", DIES_WITH_ITS_TURN, two.address, START.isoformat(), "carbon-0"]
    assert subprocess.run(command, cwd=ROOT).returncode == -9
    two.now += timedelta(seconds=59)
    state = platform.feed.state(GB, two.now)
    assert (state.refreshing, state.snapshot) == (True, None)
    assert two.replay.requests() == {}
    two.now += timedelta(seconds=1)
    assert two.settled(platform).live


def test_prices_are_asked_for_once_for_both_and_both_have_them(two: Two) -> None:
    two.start()
    two.start()
    for moment, asked in ((START, [4, 1]), (START + timedelta(minutes=30), [8, 1])):  # four weeks, a week a request
        two.now = moment
        first, second = two.prices()
        assert two.asked_for_prices() == asked
        for mine, other in zip(first, second, strict=True):
            assert mine.value is not None
            assert other.value is not None
            assert (mine.provenance, other.provenance, mine.error) == (Provenance.LIVE, Provenance.LIVE, None)
            assert mine.last_success == other.last_success
            np.testing.assert_array_equal(mine.value.gbp_per_kwh, other.value.gbp_per_kwh)
        assert first[0].last_success == moment
    two.start()
    assert [state.provenance for state in two.prices()[2]] == [Provenance.LIVE] * 2
    assert two.asked_for_prices() == [8, 1]


def test_a_price_s_failure_is_told_by_both_and_tried_once_a_minute_for_both(two: Two) -> None:
    two.replay.fault("400")
    two.start()
    two.start()
    first, second = two.prices()
    assert "refused (400)" in str(first[0].error)
    assert [state.error for state in first] == [state.error for state in second]
    asked = two.asked_for_prices()
    two.prices()
    assert two.asked_for_prices() == asked
    two.replay.fault("none")
    two.now += timedelta(minutes=1)
    assert {state.provenance for states in two.prices() for state in states} == {Provenance.LIVE}


def test_an_instance_killed_while_it_fetches_prices_holds_the_other_up_for_its_lease_alone(two: Two) -> None:
    index = two.start().markets.feed.market_index
    command = [sys.executable, "-c", DIES_WITH_ITS_TURN, two.address, START.isoformat(), "index"]
    assert subprocess.run(command, cwd=ROOT).returncode == -9
    two.now += timedelta(seconds=59)
    state = index()
    assert (state.refreshing, state.value) == (True, None)
    assert two.asked_for_prices() == [0, 0]
    two.now += timedelta(seconds=1)
    assert answered(index).provenance is Provenance.LIVE


def test_a_source_switched_off_in_one_instance_is_asked_by_the_other(two: Two) -> None:
    off, on = two.start(GRIDFLEX_ELEXON_API_URL=""), two.start()
    assert "No address is configured" in str(answered(off.markets.feed.market_index).error)
    state = answered(on.markets.feed.market_index)
    assert (state.error, state.provenance) == (None, Provenance.LIVE)
