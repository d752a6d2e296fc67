"""Tests of a rule are bounded, those that are still under way too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gridflex.errors import InputError
from gridflex.notify.rules import Notice, Trigger, new_rule
from gridflex.notify.webhook import Outcome
from gridflex.services.notifier import TESTS_AT_ONCE, TESTS_PER_MINUTE, Notifier
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
