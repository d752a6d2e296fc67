"""The trail in the database: what is written, found again, and found altered."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.sql.dml import UpdateBase

from gridflex.errors import InputError, StoreError, TrailBroken
from gridflex.store.chain import GENESIS, Entry, Head, link
from gridflex.store.database import Database
from gridflex.store.export import verify_export
from gridflex.store.tables import trail_heads, trail_rows
from gridflex.store.trail import Trail
from tests.store.conftest import sqlite_only

ROWS = [
    Entry("plan", "", {"threshold_g": 150}),
    Entry("decision", "train-1", {"action": "defer", "why": "Cleaner at 02:30"}),
    Entry("decision", "train-2", {"action": "execute_now", "why": "100 % critical"}),
    Entry("override", "train-1", {"action": "cancel", "why": "Müller asked"}),
    Entry("upload", "jobs_a.csv", {"rows": 3}),
]


@pytest.fixture
def filled(trail: Trail, now: datetime) -> Trail:
    trail.append("w", now, ROWS)
    return trail


def test_rows_come_back_newest_first_as_they_were_written(filled: Trail, now: datetime) -> None:
    rows = filled.rows("w")
    assert rows == list(reversed(link(Head("w"), now, ROWS)))
    assert rows[0].data == {"rows": 3}


def test_the_head_is_what_the_last_row_carries(filled: Trail, now: datetime) -> None:
    head = filled.append("w", now + timedelta(minutes=30), [Entry("setting", "", {"cap_kw": 400})])
    assert (head.count, head.hash) == (6, filled.rows("w", limit=1)[0].row_hash)
    assert filled.append("w", now, []) == head


def test_pages_follow_each_other_without_gap(filled: Trail) -> None:
    pages, before = [], None
    while rows := filled.rows("w", limit=2, before_seq=before):
        pages.append([row.seq for row in rows])
        before = rows[-1].seq
    assert pages == [[5, 4], [3, 2], [1]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kind": "decision"}, [3, 2]),
        ({"subject": "train-1"}, [4, 2]),
        ({"kind": "decision", "subject": "train-1"}, [2]),
        ({"text": "cleaner AT"}, [2]),
        ({"text": "müller"}, [4]),
        ({"text": "TRAIN-2"}, [3]),
        ({"text": "100 %"}, [3]),
        ({"text": "jobs_a"}, [5]),
        ({"text": "jobs%a"}, []),
        ({"text": '"'}, []),
        ({"text": "\0"}, []),
        ({"text": ""}, [5, 4, 3, 2, 1]),
        ({"kind": "nothing"}, []),
    ],
)
def test_filters(filled: Trail, wanted: dict[str, str], found: list[int]) -> None:
    assert [row.seq for row in filled.rows("w", **wanted)] == found  # type: ignore[arg-type]
    assert filled.count("w", **wanted) == len(found)


def test_workspaces_have_chains_of_their_own(filled: Trail, now: datetime) -> None:
    filled.append("other", now, ROWS[:1])
    assert (filled.count("w"), filled.count("other"), filled.count("nobody")) == (5, 1, 0)
    assert filled.verify("other").count == 1
    assert filled.verify("nobody").hash == GENESIS


def test_all_entries_or_none(filled: Trail, now: datetime) -> None:
    with pytest.raises(TypeError):
        filled.append("w", now, [Entry("plan", "", {"fine": 1}), Entry("plan", "", {"bad": object()})])
    assert filled.verify("w").count == 5


def test_a_joined_transaction_that_fails_takes_the_entries_with_it(
    filled: Trail, database: Database, now: datetime
) -> None:
    with pytest.raises(InputError), database.write() as connection:  # noqa: PT012
        filled.append("w", now, ROWS, connection)
        raise InputError("what follows is refused")
    assert filled.verify("w").count == 5


def test_the_chain_outlives_the_process_that_wrote_it(
    filled: Trail, database: Database, url: str, now: datetime
) -> None:
    before = filled.verify("w")
    database.dispose()
    again = Database(url)
    assert Trail(again).verify("w") == before
    assert Trail(again).append("w", now, ROWS).count == 10
    assert Trail(again).verify("w").count == 10
    again.dispose()


def test_erased_content_leaves_a_chain_that_verifies_and_goes_on(filled: Trail, now: datetime) -> None:
    before = filled.verify("w").hash
    filled.erase("w")
    assert {row.data for row in filled.rows("w")} == {None}
    assert (filled.verify("w").hash, filled.verify("w").erased) == (before, 5)
    filled.append("w", now, ROWS[:1])
    assert filled.verify("w").erased == 5


def test_an_export_verifies_without_the_database(filled: Trail) -> None:
    export = filled.export("w")
    assert verify_export(export) == filled.verify("w")
    assert export["head"] == {"count": 5, "hash": filled.rows("w")[0].row_hash}


row = trail_rows.c.seq
CHANGES: list[tuple[str, UpdateBase, int]] = [
    ("at", update(trail_rows).where(row == 3).values(at="2026-01-08T18:00:00.000000Z"), 3),
    ("kind", update(trail_rows).where(row == 3).values(kind="plan"), 3),
    ("subject", update(trail_rows).where(row == 3).values(subject="train-9"), 3),
    ("content", update(trail_rows).where(row == 3).values(content="{}"), 3),
    ("content hash", update(trail_rows).where(row == 3).values(content_hash="0" * 64), 3),
    ("previous hash", update(trail_rows).where(row == 3).values(prev_hash="0" * 64), 3),
    ("own hash", update(trail_rows).where(row == 3).values(row_hash="0" * 64), 3),
    ("number", update(trail_rows).where(row == 5).values(seq=9), 5),
    ("workspace", update(trail_rows).where(row == 3).values(workspace_id="x"), 3),
    ("removed", delete(trail_rows).where(row == 3), 3),
    ("first removed", delete(trail_rows).where(row == 1), 1),
    ("cut", delete(trail_rows).where(row > 3), 4),
    ("all rows removed", delete(trail_rows), 1),
    ("head removed", delete(trail_heads), 1),
    ("head's count", update(trail_heads).values(count=4), 5),
    ("head's hash", update(trail_heads).values(hash="0" * 64), 0),
    (
        "added",
        insert(trail_rows).values(
            workspace_id="w", seq=6, at="", kind="", subject="", content_hash="", prev_hash="", row_hash=""
        ),
        6,
    ),
]


@pytest.mark.parametrize(("change", "seq"), [change[1:] for change in CHANGES], ids=[change[0] for change in CHANGES])
def test_what_is_changed_behind_its_back_is_named(
    filled: Trail, database: Database, change: UpdateBase, seq: int
) -> None:
    with database.write() as connection:
        connection.execute(change)
    with pytest.raises(TrailBroken) as found:
        filled.verify("w")
    assert found.value.seq == seq
    with pytest.raises(TrailBroken) as exported:
        verify_export(filled.export("w"))
    assert exported.value.seq == seq


def test_rows_moved_behind_its_back_are_named(filled: Trail, database: Database) -> None:
    with database.write() as connection:
        for old, new in [(2, 99), (4, 2), (99, 4)]:
            connection.execute(update(trail_rows).where(row == old).values(seq=new))
    with pytest.raises(TrailBroken) as found:
        filled.verify("w")
    assert found.value.seq == 2


@sqlite_only
def test_a_value_of_another_kind_is_named_not_stumbled_over(filled: Trail, database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE trail_rows SET content = x'00ff' WHERE seq = 2")
    with pytest.raises(TrailBroken, match="row 2: its content is not what was written"):
        filled.verify("w")


def test_a_chain_cannot_be_forked_under_one_number(filled: Trail, database: Database, now: datetime) -> None:
    with database.write() as connection:
        connection.execute(update(trail_heads).values(count=4))
    with pytest.raises(StoreError, match="could not do its work"):
        filled.append("w", now, ROWS[:1])


def test_a_thousand_rows_are_written_while_nobody_notices(trail: Trail, now: datetime) -> None:
    entries = [Entry("decision", f"job-{n}", {"action": "defer", "saved_g": n * 1.5}) for n in range(1000)]
    took = []
    for _ in range(3):
        start = time.perf_counter()
        trail.append("w", now, entries)
        took.append(time.perf_counter() - start)
    assert trail.verify("w").count == 3000
    assert min(took) < 0.2
