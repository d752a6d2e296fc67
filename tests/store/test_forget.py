"""A workspace forgotten: nothing of it is left but hashes, and they still verify."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gridflex.errors import Conflict
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.export import verify_export
from gridflex.store.forget import forget
from gridflex.store.orders import Orders, StoredOrder
from gridflex.store.tables import metadata
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces

MINE, OTHER = "a" * 32, "b" * 32
SECRET = "who-runs-what"


def full(database: Database, token: str, now: datetime) -> str:
    """A workspace with something in every table; its id."""
    entry = Entry("upload", "", {"cause": SECRET})
    name = Workspaces(database).create(token, {"jobs": [SECRET]}, now, [entry, entry]).id
    orders = Orders(database)
    orders.save(name, StoredOrder("t-1", "window", SECRET, "CONFIRMED", now, now, {"window": SECRET}), {"a": SECRET})
    orders.keep_books(name, "provider", {"orders": SECRET})
    return name


def held(database: Database, name: str) -> str:
    """Everything the database holds of a workspace, as text."""
    with database.read() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(repr(row) for row in rows if name in row)


def test_nothing_is_left_but_the_hashes_and_they_verify(database: Database, trail: Trail, now: datetime) -> None:
    mine, other = full(database, MINE, now), full(database, OTHER, now)
    before = trail.export(mine)
    others = held(database, other)

    head = forget(database, mine, now + timedelta(hours=1), "asked for by its visitor")

    assert SECRET not in held(database, mine)
    assert Workspaces(database).load(MINE) is None
    assert Orders(database).load(mine, "t-1") is None
    assert Orders(database).books(mine, "provider") == {}
    verified = trail.verify(mine)
    assert (verified.count, verified.erased, verified.hash) == (3, 2, head.hash)
    last, *older = trail.rows(mine)
    assert (last.kind, last.data) == ("forgotten", {"why": "asked for by its visitor"})
    assert [row.row_hash for row in reversed(older)] == [row["row_hash"] for row in before["rows"]]  # type: ignore[index, attr-defined]
    assert verify_export(trail.export(mine)).erased == 2
    assert held(database, other) == others
    assert trail.verify(other).count == 2


def test_who_still_has_it_open_is_told(database: Database, now: datetime) -> None:
    mine = full(database, MINE, now)
    forget(database, mine, now, "asked for")
    with pytest.raises(Conflict, match="no longer kept"):
        Workspaces(database).save(mine, {}, expected_version=1, at=now)


def test_the_same_token_may_begin_again_on_the_same_chain(database: Database, trail: Trail, now: datetime) -> None:
    mine = full(database, MINE, now)
    forget(database, mine, now, "asked for")
    again = Workspaces(database).create(MINE, {}, now, [Entry("plan", "", {})])
    assert (again.version, trail.verify(mine).count) == (1, 4)
