"""Turns among instances on one database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from gridflex.domain.turns import Turn
from gridflex.store.database import Database
from gridflex.store.leases import Leases

MINUTE = timedelta(minutes=1)


def test_one_of_many_gets_it_and_the_others_learn_until_when(database: Database, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: Leases(database).take("grid", now, now + MINUTE), range(8)))
    assert sorted(turns, key=lambda turn: turn.mine) == [Turn(False, now + MINUTE)] * 7 + [Turn(True, now + MINUTE)]


def test_what_is_given_back_is_anybodys(database: Database, now: datetime) -> None:
    first, second = Leases(database), Leases(database)
    assert first.take("grid", now, now + MINUTE).mine
    assert second.take("prices", now, now + MINUTE).mine
    first.give_back("grid")
    assert second.take("grid", now, now + MINUTE).mine


def test_a_holder_that_died_blocks_until_its_turn_runs_out(database: Database, now: datetime) -> None:
    dead, other = Leases(database), Leases(database)
    assert dead.take("grid", now, now + MINUTE).mine
    assert not other.take("grid", now + 0.99 * MINUTE, now + 2 * MINUTE).mine
    assert other.take("grid", now + MINUTE, now + 2 * MINUTE).mine
    dead.give_back("grid")
    dead.put_off("grid", now + 9 * MINUTE, "late")
    assert dead.take("grid", now + MINUTE, now + 3 * MINUTE) == Turn(False, now + 2 * MINUTE)


def test_a_holder_may_take_it_again(database: Database, now: datetime) -> None:
    holder = Leases(database)
    assert holder.take("grid", now, now + MINUTE).mine
    assert holder.take("grid", now, now + 2 * MINUTE) == Turn(True, now + 2 * MINUTE)


def test_what_was_tried_in_vain_is_put_off_with_its_reason(database: Database, now: datetime) -> None:
    first, second = Leases(database), Leases(database)
    assert first.take("grid", now, now + MINUTE).mine
    first.put_off("grid", now + 2 * MINUTE, "It did not answer.")
    assert second.take("grid", now + MINUTE, now + 3 * MINUTE) == Turn(False, now + 2 * MINUTE, "It did not answer.")
    assert second.take("grid", now + 2 * MINUTE, now + 3 * MINUTE) == Turn(True, now + 3 * MINUTE)
