"""A workspace forgotten: nothing of it is left but hashes, and they still verify."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from gridflex.errors import Conflict, Forgotten
from gridflex.store.api_keys import ApiKeys
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.export import verify_export
from gridflex.store.forget import forget
from gridflex.store.orders import Orders, StoredOrder
from gridflex.store.retention import prune
from gridflex.store.tables import beckn_books, metadata
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


def test_what_was_under_way_writes_nothing_any_more(database: Database, trail: Trail, now: datetime) -> None:
    mine, orders = full(database, MINE, now), Orders(database)
    kept = orders.load(mine, "t-1")
    assert kept is not None
    forget(database, mine, now, "asked for")
    before = held(database, mine)
    new = StoredOrder("t-2", "window", SECRET, "QUOTED", now, now)
    for late in (
        lambda: orders.save(mine, kept[0], {"a": SECRET}),
        lambda: orders.save(mine, new, {"a": SECRET}),
        lambda: orders.keep_books(mine, "provider", {"orders": SECRET}),
        lambda: ApiKeys(database).create(mine, SECRET, now),
        lambda: trail.append(mine, now, [Entry("beckn", "", {"sentence": SECRET})]),
    ):
        with pytest.raises(Forgotten, match="no longer kept"):
            late()
    assert held(database, mine) == before
    Workspaces(database).create(MINE, {}, now)
    assert orders.save(mine, new, {}) == 1, "who begins again on the same token is not refused"


def test_what_an_earlier_version_wrote_late_goes_when_it_is_pruned(
    database: Database, trail: Trail, now: datetime
) -> None:
    mine, again, other = full(database, MINE, now), full(database, OTHER, now), full(database, "c" * 32, now)
    for name in (mine, again):
        forget(database, name, now, "asked for")
    Workspaces(database).create(OTHER, {"jobs": [SECRET]}, now, [Entry("upload", "", {"cause": SECRET})])
    Orders(database).keep_books("nobody's", "provider", {"orders": SECRET})
    with database.write() as connection:
        connection.execute(insert(beckn_books).values(workspace_id=mine, provider="late", books=SECRET.encode()))
        trail.append(mine, now, [Entry("beckn", "", {"sentence": SECRET})], connection)
    untouched = [held(database, name) for name in (again, other, "nobody's")]
    assert SECRET in held(database, mine)

    prune(database, now, timedelta(days=90))

    assert SECRET not in held(database, mine)
    assert trail.rows(mine, kind="forgotten")[0].data == {"why": "asked for"}
    assert (trail.verify(mine).count, trail.verify(mine).erased) == (4, 3)
    assert [held(database, name) for name in (again, other, "nobody's")] == untouched


def test_forgetting_waits_for_who_writes_and_takes_what_was_written(database: Database, now: datetime) -> None:
    mine, orders = full(database, MINE, now), Orders(database)
    for turn in range(10):
        with ThreadPoolExecutor(2) as pool:
            late = pool.submit(orders.keep_books, mine, f"late-{turn}", {"orders": SECRET})
            gone = pool.submit(forget, database, mine, now, "asked for")
            gone.result()
            assert late.exception() is None or isinstance(late.exception(), Forgotten)
        assert Orders(database).books(mine, f"late-{turn}") == {}
        Workspaces(database).create(MINE, {}, now)
