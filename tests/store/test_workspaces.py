"""A visitor's state: found by its token alone, never overwritten unseen, never without its trail."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from gridflex.errors import Conflict, InputError, StoreError
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.tables import metadata, workspaces
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces, new_token, workspace_id

STATE = {"jobs": [{"id": "job-1", "energy_kwh": 150.5, "name": "Zürich \ud800"}], "threshold_g": 150}
ENTRY = Entry("plan", "", {"threshold_g": 150})
TOKEN = "abcdefghijklmnopqrstuvwxyz-_0123"


@pytest.fixture
def kept(database: Database) -> Workspaces:
    return Workspaces(database)


def test_the_id_is_the_hash_of_the_token() -> None:
    # printf '%s' 'abcdefghijklmnopqrstuvwxyz-_0123' | sha256sum | cut -c 1-32
    assert workspace_id(TOKEN) == "08e21afc58864d585ac11f5f50d63b7c"


def test_tokens_are_new_each_time_and_fit() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(workspace_id(token)) == 32 for token in tokens)


def test_what_is_created_is_found_again_even_by_another_instance(kept: Workspaces, url: str, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now, [ENTRY])
    other = Database(url)
    assert Workspaces(other).load(TOKEN) == created
    assert (created.id, created.version, created.state, created.created_at) == (workspace_id(TOKEN), 1, STATE, now)
    assert Trail(other).verify(created.id).count == 1
    other.dispose()


HOSTILE = [
    "",
    "short",
    "x" * 31,
    "x" * 33,
    "x" * 10**6,
    "x" * 31 + "\n",
    "é" * 32,
    "\ud800" * 32,
    "\0" * 32,
    "' OR '1'='1' --aaaaaaaaaaaaaaaaa",
    "../" * 11,
]


@pytest.mark.parametrize("token", [*HOSTILE, "A" * 32], ids=range(len(HOSTILE) + 1))
def test_a_token_that_is_none_is_simply_unknown(kept: Workspaces, now: datetime, token: str) -> None:
    stored = kept.create(TOKEN, STATE, now)
    assert kept.load(token) is None
    assert kept.load(stored.id) is None, "the public id opens nothing"


@pytest.mark.parametrize("token", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_is_created_under_it_either(kept: Workspaces, now: datetime, token: str) -> None:
    with pytest.raises(InputError, match="not a workspace's token"):
        kept.create(token, STATE, now)


def test_a_token_has_one_workspace(kept: Workspaces, database: Database, now: datetime) -> None:
    kept.create(TOKEN, STATE, now)
    with pytest.raises(Conflict):
        kept.create(TOKEN, {}, now, [ENTRY])
    assert Trail(database).count(workspace_id(TOKEN)) == 0


def test_a_saving_raises_the_version_and_writes_the_trail(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)
    later = now + timedelta(minutes=30)
    assert kept.save(created.id, {"threshold_g": 120}, expected_version=1, at=later, entries=[ENTRY, ENTRY]) == 2
    loaded = kept.load(TOKEN)
    assert loaded is not None
    assert (loaded.version, loaded.state) == (2, {"threshold_g": 120})
    assert (loaded.created_at, loaded.touched_at) == (now, later)
    assert Trail(database).verify(created.id).count == 2


def test_who_saves_second_is_told_and_changes_nothing(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)
    kept.save(created.id, {"by": "first"}, expected_version=1, at=now, entries=[ENTRY])
    with pytest.raises(Conflict, match="loaded again"):
        kept.save(created.id, {"by": "second"}, expected_version=1, at=now, entries=[ENTRY])
    loaded = kept.load(TOKEN)
    assert loaded is not None
    assert (loaded.version, loaded.state) == (2, {"by": "first"})
    assert Trail(database).verify(created.id).count == 1


def test_of_many_savers_of_one_version_one_wins(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)

    def save(n: int) -> bool:
        try:
            kept.save(created.id, {"by": n}, expected_version=1, at=now, entries=[ENTRY])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(8))) == 1
    assert Trail(database).verify(created.id).count == 1


def test_state_and_trail_are_kept_together_or_not_at_all(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now, [ENTRY])
    unkeepable = Entry("plan", "", {"saved_g": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        kept.save(created.id, {"threshold_g": 1}, expected_version=1, at=now, entries=[ENTRY, unkeepable])
    loaded = kept.load(TOKEN)
    assert loaded is not None
    assert (loaded.version, loaded.state) == (1, STATE)
    assert Trail(database).verify(created.id).count == 1


def test_a_workspace_deleted_meanwhile_is_said_to_be_gone(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)
    with database.write() as connection:
        connection.execute(delete(workspaces))
    with pytest.raises(Conflict, match="no longer kept"):
        kept.save(created.id, {}, expected_version=1, at=now)


def test_a_visit_is_noted_and_is_no_change(kept: Workspaces, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)
    kept.touch(created.id, now + timedelta(days=1))
    loaded = kept.load(TOKEN)
    assert loaded is not None
    assert (loaded.version, loaded.touched_at) == (1, now + timedelta(days=1))


def test_the_token_is_kept_and_exported_nowhere(kept: Workspaces, database: Database, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now, [ENTRY])
    assert TOKEN not in json.dumps(Trail(database).export(created.id))
    with database.read() as connection:
        everything = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert everything
    assert TOKEN not in repr(everything)


def test_a_queue_of_twenty_thousand_jobs_fits(kept: Workspaces, now: datetime) -> None:
    state = {"jobs": [{"id": f"job-{n}", "energy_kwh": n / 7, "release": "2026-01-08T17:00Z"} for n in range(20_000)]}
    kept.create(TOKEN, state, now)
    loaded = kept.load(TOKEN)
    assert loaded is not None
    assert loaded.state == state


def test_damaged_bytes_are_an_error_not_an_empty_workspace(kept: Workspaces, database: Database, now: datetime) -> None:
    kept.create(TOKEN, STATE, now)
    with database.write() as connection:
        connection.execute(update(workspaces).values(state=b"\x78\x01damaged"))
    with pytest.raises(StoreError, match="damaged"):
        kept.load(TOKEN)


def test_a_machine_finds_by_id_what_was_visited_lately(kept: Workspaces, now: datetime) -> None:
    old, fresh = kept.create("a" * 32, STATE, now - timedelta(days=8)), kept.create("b" * 32, STATE, now)
    between = kept.create("c" * 32, STATE, now - timedelta(days=3))
    assert kept.touched_since(now - timedelta(days=7)) == [fresh.id, between.id]
    assert kept.touched_since(now - timedelta(days=8)) == [fresh.id, between.id, old.id]
    assert kept.touched_since(now + timedelta(seconds=1)) == []
    assert kept.find(old.id) == old
    assert kept.find("no such id") is None


def test_a_saving_without_a_visit_leaves_the_workspace_to_age(kept: Workspaces, now: datetime) -> None:
    created = kept.create(TOKEN, STATE, now)
    later = now + timedelta(days=1)
    assert kept.save(created.id, {"n": 1}, expected_version=1, at=later, entries=[ENTRY], visited=False) == 2
    found = kept.find(created.id)
    assert found is not None
    assert (found.touched_at, found.version, found.state) == (now, 2, {"n": 1})
