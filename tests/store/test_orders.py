"""Orders are kept whole, never overwritten unseen, and are nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gridflex.errors import Conflict
from gridflex.store.database import Database
from gridflex.store.orders import Orders, StoredOrder

MINE, THEIRS = "a" * 32, "b" * 32
RECORD = {"state": "quoted", "steps": [{"sentence": "Zürich \U0001f600"}]}


@pytest.fixture
def orders(database: Database) -> Orders:
    return Orders(database)


def order(now: datetime, name: str = "t-1", **given: object) -> StoredOrder:
    plain = StoredOrder(name, "window", "job-1", "quoted", now, now, {"order_id": "o-1", "cost_gbp": 23.1})
    return replace(plain, **given)  # type: ignore[arg-type]


def test_what_is_kept_is_found_again_by_another_instance(orders: Orders, url: str, now: datetime) -> None:
    assert orders.save(MINE, order(now), RECORD) == 1
    other = Database(url)
    found = Orders(other).load(MINE, "t-1")
    assert found == (order(now, version=1), RECORD)
    assert Orders(other).load(THEIRS, "t-1") is None
    assert Orders(other).load(MINE, "t-2") is None
    other.dispose()


def test_a_second_writer_of_the_same_version_is_refused(orders: Orders, now: datetime) -> None:
    orders.save(MINE, order(now), RECORD)
    assert orders.save(MINE, order(now, version=1, state="initialised"), {"n": 2}) == 2
    for stale in (0, 1):
        with pytest.raises(Conflict):
            orders.save(MINE, order(now, version=stale, state="cancelled"), {"n": 3})
    kept = orders.load(MINE, "t-1")
    assert kept is not None
    assert (kept[0].state, kept[0].version, kept[1]) == ("initialised", 2, {"n": 2})


def test_the_newest_come_first_and_each_side_apart(orders: Orders, now: datetime) -> None:
    for count in range(3):
        orders.save(MINE, order(now, f"t-{count}", started_at=now + timedelta(minutes=count)), RECORD)
    orders.save(MINE, order(now, "s-1", side="slot"), RECORD)
    orders.save(THEIRS, order(now, "t-9"), RECORD)
    assert [one.transaction_id for one in orders.listed(MINE, "window")] == ["t-2", "t-1", "t-0"]
    assert [one.transaction_id for one in orders.listed(MINE, "window", limit=1)] == ["t-2"]
    assert [one.transaction_id for one in orders.listed(MINE, "slot")] == ["s-1"]


def test_text_no_database_keeps_is_kept_as_well_as_can_be(orders: Orders, now: datetime) -> None:
    orders.save(MINE, order(now, job_id="a\0b\ud800", summary={"window": "\0 \ud800"}), RECORD)
    (found,) = orders.listed(MINE, "window")
    assert found.job_id == "a\ufffdb\ufffd"
    assert found.summary == {"window": "\0 \ud800"}


def test_books_that_were_changed_elsewhere_are_not_overwritten(orders: Orders) -> None:
    orders.keep_books(MINE, "sandbox", {"booked": ["a"]}, {})
    with pytest.raises(Conflict, match="elsewhere"):
        orders.keep_books(MINE, "sandbox", {"booked": ["b"]}, {})
    orders.keep_books(MINE, "sandbox", {"booked": ["a", "b"]}, orders.books(MINE, "sandbox"))
    with pytest.raises(Conflict, match="elsewhere"):
        orders.keep_books(MINE, "sandbox", {"booked": ["a", "c"]}, {"booked": ["a"]})
    assert orders.books(MINE, "sandbox") == {"booked": ["a", "b"]}


def test_of_many_who_change_books_at_once_none_is_lost(orders: Orders) -> None:
    def book(name: int) -> None:
        while True:
            was = orders.books(MINE, "sandbox")
            try:
                orders.keep_books(MINE, "sandbox", {"booked": [*was.get("booked", []), name]}, was)
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(book, range(12)))
    assert sorted(orders.books(MINE, "sandbox")["booked"]) == list(range(12))


def test_books_are_each_providers_and_each_workspaces_own(orders: Orders) -> None:
    assert orders.books(MINE, "sandbox") == {}
    for told in ({"n": 1}, {"n": 2}):
        orders.keep_books(MINE, "sandbox", told)
    orders.keep_books(THEIRS, "sandbox", {"n": 3})
    orders.keep_books(MINE, "jobs", {"n": 4})
    assert [orders.books(*place)["n"] for place in ((MINE, "sandbox"), (THEIRS, "sandbox"), (MINE, "jobs"))] == [
        2,
        3,
        4,
    ]
