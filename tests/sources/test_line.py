"""A kept answer: one fetch at a time, the last good value, and what is said of it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from gridflex.domain.provenance import Provenance
from gridflex.errors import StoreError, Unreachable
from gridflex.sources.line import Kept, Line, LineState, each

START = datetime(2026, 1, 8, 16, tzinfo=UTC)
EVERY = timedelta(minutes=30)


class Bench:
    """A line whose source answers when told to, at a time only the test moves."""

    def __init__(self, kept: Kept[int] | None = None) -> None:
        self.now = START
        self.fetches = 0
        self.fails = False
        self.open = threading.Event()
        self.open.set()
        self.line: Line[int] = Line("line", self.fetch, each(EVERY), lambda: self.now, kept=kept, max_wait_s=5)

    def fetch(self, at: datetime) -> int:
        self.open.wait(5)
        self.fetches += 1
        if self.fails:
            raise Unreachable("The service did not answer in time")
        return self.fetches

    def settled(self) -> LineState[int]:
        until = time.monotonic() + 5
        while (state := self.line.state()).refreshing:
            assert time.monotonic() < until
            time.sleep(0.005)
        return state


def test_the_first_asker_waits_and_the_rest_share_its_answer() -> None:
    bench = Bench()
    assert bench.settled().value == 1
    bench.now += EVERY - timedelta(seconds=1)
    state = bench.settled()
    assert (state.value, state.provenance, bench.fetches) == (1, Provenance.LIVE, 1)
    bench.now += timedelta(seconds=1)
    bench.line.state()
    assert bench.settled().value == 2


def test_a_clock_set_back_does_not_put_the_next_fetch_off() -> None:
    bench = Bench()
    assert bench.settled().value == 1
    bench.now -= timedelta(hours=5)
    bench.line.state()
    assert (bench.settled().value, bench.fetches) == (2, 2)
    bench.now += EVERY - timedelta(seconds=1)
    assert (bench.settled().value, bench.fetches) == (2, 2)


def test_many_threads_one_fetch() -> None:
    bench = Bench()
    bench.open.clear()
    threads = [threading.Thread(target=bench.line.state) for _ in range(20)]
    for thread in threads:
        thread.start()
    bench.open.set()
    for thread in threads:
        thread.join(5)
    assert bench.fetches == 1


def test_a_failure_keeps_the_last_value_and_tries_again_in_a_minute() -> None:
    bench = Bench()
    assert bench.settled().value == 1
    bench.fails = True
    bench.now += EVERY
    bench.line.state()
    state = bench.settled()
    assert (state.value, state.provenance) == (1, Provenance.CACHED)
    assert state.error == "The service did not answer in time"
    assert state.last_success == START
    assert state.next_due == START + EVERY + timedelta(minutes=1)
    bench.fails = False
    bench.now += timedelta(minutes=1)
    bench.line.state()
    assert bench.settled().provenance is Provenance.LIVE


def test_nobody_waits_for_a_refresh_once_something_is_known() -> None:
    bench = Bench()
    assert bench.settled().value == 1
    bench.open.clear()
    bench.now += EVERY
    began = time.monotonic()
    state = bench.line.state()
    assert (state.value, state.refreshing) == (1, True)
    assert time.monotonic() - began < 1
    bench.open.set()
    assert bench.settled().value == 3 - 1


def test_an_answer_nobody_renewed_grows_old() -> None:
    bench = Bench()
    assert bench.settled().provenance is Provenance.LIVE
    bench.line.stop()
    bench.now += 2 * EVERY
    assert bench.line.state().provenance is Provenance.CACHED
    assert bench.fetches == 1


def test_an_earlier_process_and_the_disk() -> None:
    kept: list[tuple[int, datetime]] = []
    earlier = START - timedelta(hours=3)
    bench = Bench(Kept(lambda: (41, earlier), lambda value, at: kept.append((value, at))))
    bench.fails = True
    state = bench.settled()
    assert (state.value, state.provenance, state.last_success) == (41, Provenance.CACHED, earlier)
    bench.fails = False
    bench.now += timedelta(minutes=1)
    bench.line.state()
    assert bench.settled().value == 2
    bench.line.stop()
    assert kept == [(2, bench.now)]


def test_a_store_that_fails_is_said_and_its_own_words_are_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> None:
        raise StoreError("no answer from 10.0.0.7")

    bench = Bench(Kept(broken, broken))
    bench.fails = True
    assert bench.settled().note == "Earlier answers could not be read"
    assert "Earlier answers could not be read: no answer from 10.0.0.7" in caplog.text
    bench.fails = False
    bench.now += timedelta(minutes=1)
    bench.line.state()
    bench.settled()
    bench.line.stop()
    state = bench.line.state()
    assert state.value == 2
    assert state.note == "The last answer could not be kept"
    assert "The last answer could not be kept: no answer from 10.0.0.7" in caplog.text


def test_a_fetch_that_gets_no_thread_is_tried_again_in_a_minute() -> None:
    bench = Bench()
    assert bench.settled().value == 1
    bench.now += EVERY
    usual = threading.stack_size(2**50)  # more than a process can address: no thread can be started
    try:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            bench.line.state()
    finally:
        threading.stack_size(usual)
    assert (bench.line.known().value, bench.line.known().refreshing) == (1, False)
    bench.now += timedelta(minutes=1)
    bench.line.state()
    assert bench.settled().value == 2


def test_a_fault_of_our_own_is_not_taken_for_an_answer() -> None:
    def raised(at: datetime) -> int:
        raise KeyError("ours")

    line: Line[int] = Line("line", raised, each(EVERY), lambda: START, max_wait_s=5)
    hook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        while (state := line.state()).refreshing:
            time.sleep(0.005)
    finally:
        threading.excepthook = hook
    assert (state.value, state.provenance, state.error) == (None, Provenance.CACHED, "The fetch broke off")
