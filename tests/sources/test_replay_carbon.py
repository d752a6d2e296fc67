"""The feed against the replayed service and each of its faults, over loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.halfhours import floor_half_hour, half_hours
from gridflex.domain.regions import GB
from gridflex.sources.carbon_api import CarbonApi
from gridflex.sources.carbon_parse import reading_at
from gridflex.sources.feed import CarbonFeed, FeedState
from gridflex.sources.http import Patience

START = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 22, 35, tzinfo=UTC)
LONDON = 13

WHOLE = ("duplicate", "unsorted", "nullactual", "zeroactual")
HOLED = ("gap", "short")
BROKEN = {
    "500": "refused (500): Requested resource not found",
    "503": "refused (503)",
    "400": "refused (400)",
    "timeout": "did not answer in time",
    "reset": "could not be reached, or broke off",
    "html": "not JSON",
    "garbage": "not JSON",
    "empty": "empty answer",
    "emptydata": "empty answer",
    "strings": "'n/a'",
    "huge": "1000000000",
    "negative": "-50",
    "misdated": "answered for 2026-11-16T",
}


class Memory:
    def __init__(self) -> None:
        self.kept: dict[int, CarbonSnapshot] = {}
        self.past: dict[int, Sequence[Reading]] = {}

    def save(self, snapshot: CarbonSnapshot) -> None:
        self.kept[snapshot.region] = snapshot

    def latest(self, region: int) -> CarbonSnapshot | None:
        return self.kept.get(region)

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        self.past[region] = readings


class Bench:
    """A feed on a replay, both at one moment that only the test moves."""

    def __init__(self, replay: Any, memory: Memory, read_s: float) -> None:
        self.replay, self.memory, self.now = replay, memory, START
        api = CarbonApi(replay.url, patience=Patience(read_s=read_s, retry_pause_s=0.01), clock=lambda: self.now)
        self.feed = CarbonFeed(api, memory, lambda: self.now, max_wait_s=1.5)

    def settled(self, region: int) -> FeedState:
        until = time.monotonic() + 20
        while (state := self.feed.state(region, self.now)).refreshing:
            assert time.monotonic() < until
            time.sleep(0.01)
        return state

    def under(self, mode: str, region: int) -> FeedState:
        """The state after the next due fetch met a fault, half an hour after a good one."""
        self.replay.fault("none")
        assert self.settled(region).live
        self.until(lambda: region in self.memory.past)
        self.replay.fault(mode)
        self.now = START.replace(minute=42)
        return self.settled(region)

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(500):
            if holds():
                return
            time.sleep(0.01)
        raise AssertionError("did not come about")


@pytest.fixture(scope="module")
def pinned(start_replay: Callable[..., Any]) -> Any:
    return start_replay("--now", f"{START:%Y-%m-%dT%H:%MZ}")


@pytest.fixture
def bench(pinned: Any) -> Iterator[Bench]:
    bench = Bench(pinned, Memory(), read_s=0.5)
    yield bench
    bench.feed.stop()


@pytest.mark.parametrize("region", [GB, LONDON])
@pytest.mark.parametrize("mode", WHOLE)
def test_a_harmless_fault_changes_nothing(bench: Bench, mode: str, region: int) -> None:
    good = bench.under("none", region).snapshot
    bench.replay.fault(mode)
    bench.now += timedelta(minutes=30)
    state = bench.settled(region)
    assert (state.live, state.error) == (True, None)
    assert good is not None
    assert state.snapshot is not None
    told = {reading.start: reading.forecast for reading in good.readings}
    assert all(reading.forecast == told.get(reading.start, reading.forecast) for reading in state.snapshot.readings)
    measured = {reading.actual for reading in state.snapshot.readings}
    assert (measured == {None}) is (region == LONDON or mode.endswith("actual"))
    assert len(state.snapshot.readings) >= 140


@pytest.mark.parametrize("region", [GB, LONDON])
@pytest.mark.parametrize("mode", HOLED)
def test_a_holed_answer_is_live_with_half_hours_missing(bench: Bench, mode: str, region: int) -> None:
    state = bench.under(mode, region)
    assert (state.live, state.error) == (True, None)
    assert state.snapshot is not None
    assert reading_at(state.snapshot.readings, bench.now) is not None
    assert 70 < len(state.snapshot.readings) < 120
    assert any("were not sent" in note for note in state.snapshot.notes)


@pytest.mark.parametrize("region", [GB, LONDON])
@pytest.mark.parametrize("mode", BROKEN)
def test_a_broken_answer_keeps_the_last_good_one_and_recovers(bench: Bench, mode: str, region: int) -> None:
    state = bench.under(mode, region)
    assert not state.live
    assert state.snapshot == bench.memory.kept[region]
    assert state.snapshot.fetched_at == state.last_success == START
    assert state.error is not None
    assert BROKEN[mode] in state.error
    assert bench.replay.url not in state.error
    assert state.next_due == bench.now + timedelta(minutes=1)
    bench.replay.fault("none")
    bench.now += timedelta(minutes=1)
    state = bench.settled(region)
    assert (state.live, state.error, state.last_success) == (True, None, bench.now)


def test_a_slow_answer_is_live(pinned: Any) -> None:
    bench = Bench(pinned, Memory(), read_s=Patience().read_s)
    started = time.monotonic()
    state = bench.under("slow", LONDON)
    assert time.monotonic() - started > 4
    assert (state.live, state.last_success) == (True, bench.now)
    bench.feed.stop()


def test_a_restart_during_an_outage_shows_the_kept_answer(pinned: Any) -> None:
    memory = Memory()
    before = Bench(pinned, memory, read_s=0.5)
    good = before.under("500", GB).snapshot
    before.feed.stop()
    after = Bench(pinned, memory, read_s=0.5)
    after.now = START + timedelta(hours=5)
    state = after.settled(GB)
    assert (state.snapshot, state.live, state.last_success) == (good, False, START)
    after.feed.stop()


def test_fifty_visitors_cost_one_request_of_each_kind(start_replay: Callable[..., Any]) -> None:
    bench = Bench(start_replay("--now", f"{START:%Y-%m-%dT%H:%MZ}"), Memory(), read_s=5)
    with ThreadPoolExecutor(50) as visitors:
        states = list(visitors.map(lambda n: bench.feed.state((GB, LONDON)[n % 2], START), range(200)))
    assert all(state.live for state in states)
    bench.until(lambda: len(bench.memory.past) == 2)
    counts = bench.replay.requests()
    assert len(counts) == 5  # a range and a past for each, and the national mix
    assert set(counts.values()) == {1}
    assert bench.feed.state(GB, START).requests_today == 5
    bench.feed.stop()


def test_the_past_is_whole_and_settled(bench: Bench) -> None:
    bench.under("none", GB)
    past = bench.memory.past[GB]
    assert [reading.start for reading in past] == list(half_hours(START - timedelta(days=13, minutes=12), 13 * 48))
    assert all(reading.actual is not None for reading in past)


@pytest.mark.parametrize("region", [GB, LONDON])
def test_the_new_year_is_crossed_without_a_break(start_replay: Callable[..., Any], region: int) -> None:
    api = CarbonApi(start_replay("--now", f"{NEW_YEAR:%Y-%m-%dT%H:%MZ}").url)
    readings = api.fetch(region, NEW_YEAR).readings
    assert [reading.start for reading in readings] == list(half_hours(NEW_YEAR - timedelta(hours=24), 144))
    api.close()


def test_the_replay_on_the_clock_of_the_machine_covers_now(replay: Any) -> None:
    api = CarbonApi(replay.url)
    now = datetime.now(UTC)
    snapshot = api.fetch(GB, now)
    assert snapshot.mix is not None
    assert snapshot.mix.start <= floor_half_hour(now)
    assert reading_at(snapshot.readings, now) is not None
    api.close()
