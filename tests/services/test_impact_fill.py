"""Filling the archive in the background: one for a visitor, watched, stopped, and said in a sentence."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gridflex.errors import StoreError, Unreachable
from gridflex.services.impact_fill import REMEMBERED, Filling, Fills
from gridflex.services.store_faults import AWAY

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=26)


class Record:
    """26 days in two pieces; ``open`` lets a fetch through."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem, self.there = problem, 0
        self.open = threading.Event()
        self.open.set()

    def kept(self, first: datetime, last: datetime) -> int:
        return 13 * 48 if self.there >= 2 else 0

    def fetch(self, first: datetime, last: datetime) -> int:
        self.open.wait(5)
        if self.problem is not None:
            raise self.problem
        self.there += 1
        return 13 * 48


@pytest.fixture
def fills() -> Iterator[Fills]:
    made = Fills()
    yield made
    made.close()


def finished(filling: Filling) -> Filling:
    until = time.monotonic() + 10
    while not filling.over:
        assert time.monotonic() < until
        time.sleep(0.005)
    return filling


def test_what_is_missing_is_kept_and_is_not_asked_again(fills: Fills) -> None:
    record = Record()
    done = finished(fills.start("me", [record], START, END, lambda seconds: None))
    assert (done.share, done.sentence) == (1.0, "2 pieces asked for, 1,248 half-hours kept.")
    assert fills.of("me") is done
    assert fills.of("you") is None
    again = finished(fills.start("me", [record], START, END))
    assert again.sentence == "Everything of this period is in the archive already."


def test_the_one_under_way_stays_and_can_be_stopped(fills: Fills) -> None:
    record = Record()
    record.open.clear()
    first = fills.start("me", [record], START, END)
    assert fills.start("me", [record], START, END) is first
    first.stopped.set()
    record.open.set()
    assert finished(first).sentence.endswith("Stopped: the next time goes on from there.")


def test_a_service_that_is_down_and_a_full_disk_are_said(fills: Fills) -> None:
    down = Record(Unreachable("The service did not answer in time"))
    said = finished(fills.start("me", [down], START, END, lambda seconds: None)).sentence
    assert said.endswith("2 pieces failed and can be asked for again: 1 Jan 2026: The service did not answer in time.")
    full = finished(fills.start("me", [Record(StoreError("the disk is full"))], START, END))
    assert full.sentence == AWAY


def test_only_the_newest_that_are_over_are_remembered(fills: Fills) -> None:
    held = Record()
    held.open.clear()
    fills.start("first", [Record()], START, END, pause=lambda _: None)
    for number in range(REMEMBERED):
        finished(fills.start(f"visitor {number}", [Record()], START, END, pause=lambda _: None))
    assert fills.of("first") is not None
    under_way = fills.start("slow", [held], START, END, pause=lambda _: None)
    assert fills.of("first") is None
    assert fills.of("visitor 0") is not None
    assert fills.of("slow") is under_way
    held.open.set()
