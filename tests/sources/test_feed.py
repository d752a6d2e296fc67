"""The feed's promises: one fetch for all, never a long wait, the truth about freshness, recovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.halfhours import half_hours
from gridflex.domain.regions import GB
from gridflex.errors import InputError, SourceError, StoreError, Unreachable
from gridflex.sources.carbon_api import CarbonApi
from gridflex.sources.carbon_line import next_settled
from gridflex.sources.feed import CarbonFeed, FeedState

NOON = datetime(2026, 1, 8, 12, 15, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Source:
    """A source whose failures and slowness are set by the test; value = its count of fetches."""

    fails: SourceError | None = None
    history_fails: SourceError | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    fetches: list[tuple[int, datetime]] = field(default_factory=list)
    histories: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    def fetch(self, region: int, now: datetime) -> CarbonSnapshot:
        self.fetches.append((region, now))
        value = float(len(self.fetches))
        self.gate.wait(5)
        if self.fails:
            raise self.fails
        return snapshot(region, now, value)

    def history(self, region: int, start: datetime, end: datetime) -> Sequence[Reading]:
        self.histories.append((region, start, end))
        if self.history_fails:
            raise self.history_fails
        return (Reading(start, 100.0, 101.0),)

    def requests_on(self, day: date) -> int:
        return sum(at.date() == day for _, at in self.fetches)

    def close(self) -> None:
        self.closed = True


@dataclass
class Memory:
    """An archive without a disk."""

    kept: dict[int, CarbonSnapshot] = field(default_factory=dict)
    past: dict[int, Sequence[Reading]] = field(default_factory=dict)
    fails: StoreError | None = None

    def save(self, snapshot: CarbonSnapshot) -> None:
        self._check()
        self.kept[snapshot.region] = snapshot

    def latest(self, region: int) -> CarbonSnapshot | None:
        self._check()
        return self.kept.get(region)

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        self._check()
        self.past[region] = readings

    def _check(self) -> None:
        if self.fails:
            raise self.fails


def snapshot(region: int, at: datetime, value: float = 0.5, count: int = 96) -> CarbonSnapshot:
    return CarbonSnapshot(region, at, tuple(Reading(t, value, None) for t in half_hours(at, count)), None)


@dataclass
class Bench:
    """A feed with a clock, a source and an archive that the test holds in its hands."""

    clock: Clock = field(default_factory=Clock)
    source: Source = field(default_factory=Source)
    memory: Memory = field(default_factory=Memory)
    max_wait_s: float = 5.0

    def __post_init__(self) -> None:
        self.feed = CarbonFeed(self.source, self.memory, self.clock, max_wait_s=self.max_wait_s)

    def state(self, region: int = GB) -> FeedState:
        return self.feed.state(region, self.clock())

    def settled(self, region: int = GB) -> FeedState:
        """The state once the background has done all it had to."""
        self.state(region)
        return self.when(lambda state: not state.refreshing and not self.busy(region), region)

    def when(self, holds: Callable[[FeedState], bool], region: int = GB) -> FeedState:
        for _ in range(500):
            if holds(state := self.state(region)):
                return state
            time.sleep(0.01)
        raise AssertionError(f"did not come about: {state}")

    @staticmethod
    def busy(region: int) -> bool:
        return any(thread.name == f"carbon-{region}" for thread in threading.enumerate())


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.source.gate.set()
    bench.feed.stop()
    assert not bench.busy(GB)


@pytest.mark.parametrize(
    ("at", "due"),
    [("12:00", "12:12"), ("12:11:59", "12:12"), ("12:12", "12:42"), ("12:41", "12:42"), ("23:59", "00:12")],
)
def test_the_next_fetch_is_due_twelve_minutes_after_a_half_hour(at: str, due: str) -> None:
    moment = datetime.fromisoformat(f"2026-01-08T{at}Z")
    assert f"{next_settled(moment):%H:%M}" == due
    assert moment < next_settled(moment) <= moment + minutes(30)


def test_the_first_page_waits_for_the_first_answer_and_it_is_live(bench: Bench) -> None:
    state = bench.state()
    assert state.snapshot is not None
    assert (state.live, state.refreshing, state.error) == (True, False, None)
    assert (state.last_attempt, state.last_success, state.next_due) == (NOON, NOON, NOON.replace(minute=42))
    assert state.requests_today == 1


def test_fifty_pages_at_once_cost_one_fetch_a_region() -> None:
    bench = Bench()
    bench.source.gate.clear()
    with ThreadPoolExecutor(50) as pages:
        asked = [pages.submit(bench.state, region) for region in (GB, 13) for _ in range(25)]
        time.sleep(0.05)
        bench.source.gate.set()
        states = [page.result() for page in asked]
    assert all(state.live for state in states)
    assert sorted(region for region, _ in bench.source.fetches) == [GB, 13]
    bench.feed.stop()


def test_a_clock_set_back_does_not_put_the_next_fetch_off(bench: Bench) -> None:
    bench.settled()
    bench.clock.now = NOON - timedelta(hours=5)
    bench.settled()
    assert [at for _, at in bench.source.fetches] == [NOON, NOON - timedelta(hours=5)]
    assert bench.settled().live
    assert len(bench.source.fetches) == 2


def test_until_it_is_due_nothing_is_fetched(bench: Bench) -> None:
    bench.settled()
    bench.clock.now = NOON.replace(minute=41, second=59)
    assert bench.settled().live
    assert len(bench.source.fetches) == 1
    bench.clock.now = NOON.replace(minute=42)
    bench.state()
    assert bench.when(lambda state: not state.refreshing).last_success == bench.clock()
    assert len(bench.source.fetches) == 2


def test_while_it_is_renewed_the_old_answer_is_told_at_once_and_live(bench: Bench) -> None:
    first = bench.settled().snapshot
    bench.source.gate.clear()
    bench.clock.now += minutes(30)
    started = time.monotonic()
    state = bench.state()
    assert time.monotonic() - started < 1.0
    assert (state.snapshot, state.live, state.refreshing) == (first, True, True)
    bench.source.gate.set()
    assert bench.when(lambda state: not state.refreshing).snapshot != first


def test_after_an_idle_hour_the_page_waits_for_the_new_answer(bench: Bench) -> None:
    bench.settled()
    bench.clock.now += minutes(180)
    state = bench.state()
    assert state.live
    assert state.last_success == bench.clock()


def test_a_failure_keeps_the_last_good_answer_and_tries_each_minute(bench: Bench) -> None:
    good = bench.settled().snapshot
    bench.source.fails = Unreachable("The carbon intensity service did not answer in time")
    failed_at = bench.clock.now = NOON.replace(minute=42)
    state = bench.settled()
    assert (state.snapshot, state.live) == (good, False)
    assert state.error == "The carbon intensity service did not answer in time"
    assert (state.last_success, state.last_attempt, state.next_due) == (NOON, failed_at, failed_at + minutes(1))
    for seconds, fetches in [(59, 2), (60, 3), (119, 3), (120, 4)]:
        bench.clock.now = failed_at + timedelta(seconds=seconds)
        bench.settled()
        assert len(bench.source.fetches) == fetches
    bench.source.fails = None
    bench.clock.now = failed_at + minutes(3)
    state = bench.settled()
    assert (state.live, state.error, state.last_success) == (True, None, bench.clock())


def test_an_answer_that_no_longer_covers_now_is_not_live(bench: Bench) -> None:
    bench.settled()
    bench.source.fails = Unreachable("away")
    bench.clock.now += timedelta(hours=49)
    state = bench.settled()
    assert not state.live
    assert state.snapshot is not None
    assert bench.feed.state(GB, NOON).live is False  # nor for the time it did cover: the last fetch failed


def test_a_hanging_source_holds_a_page_for_the_stated_wait_once() -> None:
    bench = Bench(max_wait_s=0.2)
    bench.source.gate.clear()
    started = time.monotonic()
    state = bench.state()
    assert 0.2 <= time.monotonic() - started < 1.0
    assert (state.snapshot, state.live, state.refreshing, state.error) == (None, False, True, None)
    started = time.monotonic()
    for _ in range(20):
        bench.state()
    assert time.monotonic() - started < 0.2
    bench.source.gate.set()
    assert bench.when(lambda state: state.live).snapshot is not None
    bench.feed.stop()


def test_a_restart_during_an_outage_shows_the_kept_answer_with_its_age() -> None:
    memory = Memory(kept={GB: snapshot(GB, NOON - minutes(50))})
    bench = Bench(source=Source(fails=Unreachable("away")), memory=memory)
    state = bench.settled()
    assert state.snapshot == memory.kept[GB]
    assert (state.live, state.error, state.last_success) == (False, "away", NOON - minutes(50))
    bench.feed.stop()


def test_a_kept_answer_is_shown_while_the_source_hangs() -> None:
    bench = Bench(memory=Memory(kept={GB: snapshot(GB, NOON - minutes(50))}), max_wait_s=0.05)
    bench.source.gate.clear()
    state = bench.state()
    assert state.snapshot == bench.memory.kept[GB]
    assert (state.live, state.refreshing) == (False, True)
    bench.source.gate.set()
    bench.feed.stop()


def test_answers_and_once_the_past_go_to_the_archive(bench: Bench) -> None:
    bench.clock.now = NOON.replace(minute=5)  # the newest half-hour has not settled
    state = bench.settled()
    assert bench.memory.kept == {GB: state.snapshot}
    end = NOON.replace(hour=11, minute=30)
    assert bench.source.histories == [(GB, end - timedelta(days=13), end)]
    assert len(bench.memory.past[GB]) == 1
    bench.clock.now += minutes(30)
    assert bench.settled().snapshot == bench.memory.kept[GB]
    assert len(bench.source.histories) == 1


def test_a_past_that_fails_is_noted_and_asked_for_again() -> None:
    bench = Bench(source=Source(history_fails=Unreachable("away")))
    state = bench.settled()
    assert (state.live, state.archive_note) == (True, "The last 13 days could not be read: away")
    bench.source.history_fails = None
    bench.clock.now += minutes(30)
    assert bench.settled().archive_note is None
    assert GB in bench.memory.past
    bench.feed.stop()


def test_a_failing_archive_costs_a_note_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(memory=Memory(fails=StoreError("no answer from 10.0.0.7")), source=Source(fails=Unreachable("away")))
    state = bench.settled()
    assert state.archive_note == "Earlier answers could not be read"
    bench.source.fails = None
    bench.clock.now += minutes(1)
    state = bench.settled()
    assert (state.live, state.archive_note) == (True, "The last answer could not be kept")
    for words in (
        "Earlier answers could not be read: no answer from 10.0.0.7",
        "The last answer could not be kept: no answer from 10.0.0.7",
    ):
        assert words in caplog.text
    bench.memory.fails = None
    bench.clock.now += minutes(30)
    assert bench.settled().archive_note is None
    bench.feed.stop()


def test_without_an_address_the_state_says_so() -> None:
    feed = CarbonFeed(CarbonApi(""), Memory(), Clock())
    state = feed.state(GB, NOON)
    assert (state.snapshot, state.live, state.requests_today) == (None, False, 0)
    assert state.error == "No address is configured for the carbon intensity service"
    feed.stop()


def test_regions_do_not_share_fate(bench: Bench) -> None:
    assert bench.settled(13).live
    bench.source.fails = Unreachable("away")
    assert not bench.settled(GB).live
    assert bench.settled(13).live


def test_what_is_no_region_or_no_time_is_refused(bench: Bench) -> None:
    with pytest.raises(InputError, match="not a region"):
        bench.feed.state(18, NOON)
    with pytest.raises(InputError, match="no time zone"):
        bench.feed.state(GB, NOON.replace(tzinfo=None))
    assert bench.source.fetches == []


def test_a_stopped_feed_starts_nothing_and_has_closed_its_source(bench: Bench) -> None:
    bench.settled()
    bench.feed.stop()
    bench.clock.now += minutes(60)
    assert bench.state().snapshot is not None
    assert bench.source.closed
    assert len(bench.source.fetches) == 1
