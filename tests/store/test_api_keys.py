"""Keys to a workspace: told once, kept as a hash, noted in use, revoked."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gridflex.errors import InputError
from gridflex.store.api_keys import MOST_KEYS, NOTED_EVERY, ApiKeys
from gridflex.store.database import Database
from gridflex.store.forget import forget
from gridflex.store.orders import Orders
from gridflex.store.tables import api_keys
from gridflex.store.trail import Trail

MINE, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def keys(database: Database) -> ApiKeys:
    return ApiKeys(database)


def test_only_the_hash_of_a_key_is_kept(keys: ApiKeys, database: Database, trail: Trail, now: datetime) -> None:
    made, text = keys.create(MINE, "  nightly   import ", now)
    assert (made.name, made.workspace_id, made.last_used_at, made.revoked_at) == ("nightly import", MINE, None, None)
    assert len(text) == 4 + 43, "256 bits after the prefix"
    with database.read() as connection:
        (row,) = connection.execute(select(api_keys)).mappings()
    assert row["key_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert text not in str(dict(row))
    (said,) = trail.rows(MINE)
    assert (said.kind, said.subject, said.data) == ("key", made.id, {"action": "created", "name": "nightly import"})


def test_it_opens_its_workspace_and_its_use_is_noted_to_the_minute(keys: ApiKeys, now: datetime) -> None:
    made, text = keys.create(MINE, "one", now)
    found = keys.use(text, now)
    assert found is not None
    assert (found.id, found.workspace_id) == (made.id, MINE)
    keys.use(text, now + NOTED_EVERY / 2)
    assert keys.all(MINE)[0].last_used_at == now
    keys.use(text, now + NOTED_EVERY)
    assert keys.all(MINE)[0].last_used_at == now + NOTED_EVERY
    assert keys.use(text + "x", now) is None
    assert keys.use(text.removeprefix("gfk_"), now) is None


def test_a_revoked_key_opens_nothing_and_stays_listed(keys: ApiKeys, trail: Trail, now: datetime) -> None:
    made, text = keys.create(MINE, "one", now)
    other, still = keys.create(MINE, "two", now + timedelta(seconds=1))
    assert keys.revoke(OTHER, made.id, now) is None, "another workspace's key cannot be revoked"
    gone = keys.revoke(MINE, made.id, now + timedelta(hours=1))
    assert gone is not None
    assert keys.revoke(MINE, made.id, now + timedelta(hours=2)) == gone
    assert (keys.use(text, now), keys.use(still, now) is not None) == (None, True)
    assert [(key.id, key.revoked_at) for key in keys.all(MINE)] == [(other.id, None), (made.id, gone.revoked_at)]
    assert [row.data["action"] for row in trail.rows(MINE) if row.data] == ["revoked", "created", "created"]


def test_text_that_a_database_cannot_hold_is_no_failure_of_it(
    keys: ApiKeys, trail: Trail, database: Database, now: datetime
) -> None:
    made, _ = keys.create(MINE, "a\0b\ud800", now)
    assert keys.all(MINE) == [made]
    assert made.name == "a\ufffdb\ufffd"
    assert keys.revoke(MINE, "\0", now) is None
    assert trail.rows(MINE, kind="\0") == []
    assert Orders(database).load(MINE, "\0") is None


@pytest.mark.parametrize("name", ["", "  \n"])
def test_a_key_needs_a_name(keys: ApiKeys, now: datetime, name: str) -> None:
    with pytest.raises(InputError, match="needs a name"):
        keys.create(MINE, name, now)


def test_there_is_an_end_to_them(keys: ApiKeys, trail: Trail, now: datetime) -> None:
    made = [keys.create(MINE, f"key {i}", now)[0] for i in range(MOST_KEYS)]
    with pytest.raises(InputError, match="at most 20 keys"):
        keys.create(MINE, "one more", now)
    assert trail.count(MINE) == MOST_KEYS, "what was refused left no row"
    keys.revoke(MINE, made[0].id, now)
    keys.create(MINE, "one more", now)


def test_a_forgotten_workspace_takes_its_keys_along(keys: ApiKeys, database: Database, now: datetime) -> None:
    _, text = keys.create(MINE, "mine", now)
    _, still = keys.create(OTHER, "other", now)
    forget(database, MINE, now, "asked for")
    assert (keys.use(text, now), keys.all(MINE)) == (None, [])
    assert keys.use(still, now) is not None
