"""Tests of a rule are bounded, those that are still under way too."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Semaphore
from uuid import uuid4

import pytest

from gridflex.errors import InputError
from gridflex.notify.rules import Notice, Trigger, new_rule
from gridflex.notify.webhook import Outcome
from gridflex.services.notifier import (
    A_MINUTE,
    MOST_OF_ONE,
    MOST_WAITING,
    TESTS_AT_ONCE,
    TESTS_PER_MINUTE,
    WORKERS,
    Notifier,
)
from gridflex.store.deliveries import Deliveries
from tests.bench import NOW, Bench, job


class Slow:
    """A receiver that answers nobody until all have come."""

    def __init__(self, count: int) -> None:
        self.all_here = Barrier(count + 1, timeout=30)

    def deliver(self, notice: Notice) -> Outcome:
        self.all_here.wait()
        self.all_here.wait()
        return Outcome("delivered", "answered 204", 1)


def test_a_slow_receiver_is_sent_no_more_tests_than_a_quick_one(here: Bench) -> None:
    own, rule = here.own(job()), new_rule(Trigger.STALE, 60, "https://hooks.example/", NOW)
    slow = Slow(TESTS_PER_MINUTE)
    notifier = Notifier(slow, Deliveries(here.database))
    with ThreadPoolExecutor(TESTS_PER_MINUTE) as pool:
        tests = [pool.submit(notifier.test, rule, own.id, NOW) for _ in range(TESTS_PER_MINUTE)]
        slow.all_here.wait()
        with pytest.raises(InputError, match="At most 5 tests"):
            notifier.test(rule, own.id, NOW)
        slow.all_here.wait()
        assert [test.result().status for test in tests] == ["delivered"] * TESTS_PER_MINUTE
    with pytest.raises(InputError, match="At most 5 tests"):
        notifier.test(rule, own.id, NOW)
    notifier.close()


def test_silent_receivers_hold_no_more_threads_than_there_are_to_spare(here: Bench) -> None:
    rule, slow = new_rule(Trigger.STALE, 60, "https://hooks.example/", NOW), Slow(TESTS_AT_ONCE)
    notifier, names = Notifier(slow, Deliveries(here.database)), [f"{n:032x}" for n in range(TESTS_AT_ONCE)]
    with ThreadPoolExecutor(TESTS_AT_ONCE) as pool:
        tests = [pool.submit(notifier.test, rule, name, NOW) for name in names]
        slow.all_here.wait()
        with pytest.raises(InputError, match="Other tests wait"):
            notifier.test(rule, "f" * 32, NOW)
        slow.all_here.wait()
        assert len([test.result() for test in tests]) == TESTS_AT_ONCE
    notifier.close()


class Silent:
    """A receiver that answers nobody until it is told to."""

    def __init__(self) -> None:
        self.answers, self._asked = Event(), Semaphore(0)

    def hears(self, count: int) -> None:
        """Wait until so many more have come."""
        for _ in range(count):
            assert self._asked.acquire(timeout=30)

    def deliver(self, notice: Notice) -> Outcome:
        self._asked.release()
        assert self.answers.wait(30)
        return Outcome("delivered", "answered 204", 1)


def notices(workspace_id: str, count: int, *, of_one_rule: bool = False) -> list[Notice]:
    rules = [new_rule(Trigger.STALE, 60, "https://hooks.example/", NOW) for _ in range(1 if of_one_rule else count)]
    return [Notice(uuid4().hex, rules[n % len(rules)], workspace_id, NOW, "It is old.", {}) for n in range(count)]


def became(here: Bench, workspace_id: str) -> Counter[tuple[str, str]]:
    """How often each status and reason stands in the workspace's log."""
    return Counter((one.status, one.reason) for one in Deliveries(here.database).newest(workspace_id, 200))


SENT = ("delivered", "answered 204")


def test_one_workspace_fills_no_more_than_its_share_and_reads_what_was_dropped(here: Bench) -> None:
    mine, other, silent = here.own(job()), here.own(job()), Silent()
    notifier = Notifier(silent, Deliveries(here.database))
    notifier.send(notices(mine.id, MOST_OF_ONE + 3))
    dropped = ("dropped", "10 notices of this workspace wait for their receivers, which is the most")
    assert became(here, mine.id) == {dropped: 3}
    notifier.send(notices(other.id, 1))
    silent.answers.set()
    silent.hears(MOST_OF_ONE + 1)
    notifier.close(30)
    assert became(here, mine.id) == {dropped: 3, SENT: MOST_OF_ONE}
    assert became(here, other.id) == {SENT: 1}


def test_all_workspaces_fill_no_more_than_there_is_room_for(here: Bench) -> None:
    last, silent = here.own(job()), Silent()
    notifier = Notifier(silent, Deliveries(here.database))
    for n in range(MOST_WAITING // MOST_OF_ONE):
        notifier.send(notices(f"{n:032x}", MOST_OF_ONE))
    notifier.send(notices(last.id, 1))
    reason = "200 notices of all workspaces wait for their receivers, which is the most"
    assert became(here, last.id) == {("dropped", reason): 1}
    silent.answers.set()
    notifier.close(30)


def test_a_rule_that_speaks_without_end_is_heard_so_often_a_minute(here: Bench) -> None:
    own, silent, seconds = here.own(job()), Silent(), [100.0]
    silent.answers.set()
    notifier = Notifier(silent, Deliveries(here.database), lambda: seconds[0])
    said = notices(own.id, A_MINUTE + 3, of_one_rule=True)
    notifier.send(said[: A_MINUTE + 1])
    seconds[0] += 59.9
    notifier.send(said[A_MINUTE + 1 : A_MINUTE + 2])
    dropped = ("dropped", "its rule has sent 6 within a minute, which is the most")
    assert became(here, own.id)[dropped] == 2
    seconds[0] += 0.2
    notifier.send(said[A_MINUTE + 2 :])
    notifier.send(notices(own.id, 1))
    assert became(here, own.id)[dropped] == 2, "a minute later it speaks again, and another rule speaks for itself"
    notifier.close(30)


def test_closing_waits_for_no_silent_receiver_and_logs_what_was_not_sent(here: Bench) -> None:
    own, silent = here.own(job()), Silent()
    notifier = Notifier(silent, Deliveries(here.database))
    notifier.send(notices(own.id, MOST_OF_ONE))
    silent.hears(WORKERS)
    began = time.monotonic()
    notifier.close(0.5)
    assert time.monotonic() - began < 10, "the receiver would have kept it for 30 s"
    stopped = ("dropped", "the app was stopped before it was sent")
    assert became(here, own.id) == {stopped: MOST_OF_ONE - WORKERS}
    notifier.send(notices(own.id, 1))
    assert became(here, own.id) == {stopped: MOST_OF_ONE - WORKERS + 1}
    silent.answers.set()
    notifier.close(30)
    assert became(here, own.id)[SENT] == WORKERS
