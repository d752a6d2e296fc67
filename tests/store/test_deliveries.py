"""The log of deliveries: newest first, bounded, and gone with its workspace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gridflex.store.database import Database
from gridflex.store.deliveries import KEPT, Deliveries, Delivery
from gridflex.store.forget import forget
from gridflex.store.workspaces import Workspaces, new_token


@pytest.fixture
def mine(database: Database, now: datetime) -> str:
    return Workspaces(database).create(new_token(), {}, now).id


def sent(mine: str, at: datetime, number: int = 0, test: bool = False) -> Delivery:
    return Delivery(f"{number:032}", mine, "ab12", at, "It rose.", test, "delivered", "answered 204", 1)


def test_it_gives_back_what_was_noted_the_newest_first(database: Database, mine: str, now: datetime) -> None:
    log = Deliveries(database)
    first, second = sent(mine, now, 1), sent(mine, now + timedelta(minutes=1), 2, test=True)
    log.note(second)
    log.note(first)
    assert log.newest(mine) == [second, first]
    assert log.newest(mine, 1) == [second]
    assert (log.tests_since(mine, now), log.tests_since(mine, now + timedelta(minutes=1))) == (1, 0)


def test_it_keeps_a_bounded_number_of_each_workspace(database: Database, mine: str, now: datetime) -> None:
    log, other = Deliveries(database), Workspaces(database).create(new_token(), {}, now).id
    log.note(sent(other, now, 10_000))
    for number in range(KEPT + 2):
        log.note(sent(mine, now + timedelta(seconds=number), number))
    kept = log.newest(mine, KEPT + 10)
    assert (len(kept), kept[-1].id, len(log.newest(other))) == (KEPT, f"{2:032}", 1)


def test_a_forgotten_workspace_is_not_written_about(database: Database, mine: str, now: datetime) -> None:
    log = Deliveries(database)
    log.note(sent(mine, now, 1))
    forget(database, mine, now, "asked for")
    log.note(sent(mine, now, 2))
    assert log.newest(mine) == []
