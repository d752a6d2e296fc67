"""Addresses, transactions, and a database that is missing, busy, damaged or in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from gridflex.errors import SettingsError, StoreError
from gridflex.store.address import read_address
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.forget import forget
from gridflex.store.tables import metadata, trail_heads
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces, new_token
from tests import postgres
from tests.store.conftest import sqlite_only

ROOT = Path(__file__).parents[2]
ENTRY = [Entry("plan", "", {"threshold_g": 150})]


def test_tables_are_there_after_a_restart_too(url: str) -> None:
    for _ in range(2):
        database = Database(url)
        with database.read() as connection:
            for table in metadata.sorted_tables:
                assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        database.dispose()


def test_a_reader_sees_one_moment_and_no_half_of_a_transaction(database: Database, trail: Trail, now: datetime) -> None:
    trail.append("w", now, ENTRY)
    count = select(trail_heads.c.count)
    with database.read() as connection:
        before = connection.execute(count).scalar_one()
        if database.name != "sqlite://":
            trail.append("w", now, ENTRY)
        assert connection.execute(count).scalar_one() == before == 1
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 2


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/db", "postgresql+psycopg://u:***@h/db?connect_timeout=5"),
        (
            "postgresql://u:p@h:5433/db?sslmode=require",
            "postgresql+psycopg://u:***@h:5433/db?connect_timeout=5&sslmode=require",
        ),
        ("sqlite:///data/x.sqlite3", "sqlite:///data/x.sqlite3?timeout=10"),
        ("sqlite:///x.sqlite3?timeout=1", "sqlite:///x.sqlite3?timeout=1"),
    ],
)
def test_addresses(given: str, used: str) -> None:
    assert str(read_address(given)) == used


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hunter2",
        "postgresql://u:hunter2@h:54x/db",
        "postgresql://u:hunt@er2@h/db",
        "mysql://u:hunter2@h/db",
        "postgresql+nodriver://u:hunter2@h/db",
    ],
)
def test_a_wrong_address_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as refused:
        Database(wrong)
    told = "".join(traceback.format_exception(refused.value))
    assert "hunter2" not in told
    assert "er2" not in str(refused.value)


def test_no_password_in_what_is_said_of_a_server_that_does_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("psycopg")
    secret = "hunter"
    database = Database(f"postgresql://u:{secret}2@127.0.0.1:1/db?password={secret}3")
    with pytest.raises(StoreError, match="could not do its work") as refused, database.read():
        pass
    told = "".join(traceback.format_exception(refused.value))
    assert secret not in told + caplog.text
    assert "The database does not answer yet" in caplog.text


def test_a_server_that_is_down_at_the_start_is_told_of_and_used_once_it_answers(
    server: postgres.Server, now: datetime
) -> None:
    server.stop("fast")
    database = Database(server.url)
    trail = Trail(database)
    for _ in range(2):
        with pytest.raises(StoreError, match="could not do its work"):
            trail.append("w", now, ENTRY)
    server.start()
    with ThreadPoolExecutor(4) as pool:
        counts = [head.count for head in pool.map(lambda _: trail.append("w", now, ENTRY), range(4))]
    assert sorted(counts) == [1, 2, 3, 4]
    assert trail.verify("w").count == 4
    database.dispose()


def test_a_server_that_answers_and_refuses_ends_the_start(server: postgres.Server) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    for wrong, told in (
        (server.url.replace("/postgres?", "/no_such?"), '"no_such" does not exist'),
        (server.url.replace("gridflex@", "nobody@"), '"nobody" does not exist'),
        (server.url.replace("gridflex@", "reader@"), "permission denied"),
        (f"{server.url}&no_such_option=1", "no_such_option"),
    ):
        with pytest.raises(StoreError, match=told):
            Database(wrong)


def test_a_server_that_was_down_at_the_start_and_is_found_newer_is_said_as_that(server: postgres.Server) -> None:
    psycopg = pytest.importorskip("psycopg")
    server.stop("fast")
    database = Database(server.url)
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE alembic_version AS SELECT 'r9999_newer' AS version_num")
    with pytest.raises(SettingsError, match="newer version"), database.read():
        pass
    database.dispose()


@sqlite_only
def test_a_file_that_cannot_be_written_is_replaced_by_memory(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "data").touch()
    database = Database(f"sqlite:///{tmp_path / 'data' / 'gridflex.sqlite3'}")
    assert database.durability.word == "temporary"
    assert database.durability.note.startswith(f"{tmp_path / 'data'} cannot be written (")
    assert Trail(database).append("w", now, ENTRY).count == 1
    database.dispose()


@sqlite_only
def test_a_read_only_directory_or_file_is_replaced_by_memory(tmp_path: Path) -> None:
    # The superuser may write anywhere, so the child becomes somebody else first.
    code = """
import os, sys
from gridflex.store.database import Database
from gridflex.store.trail import Trail
if os.geteuid() == 0:
    os.setuid(65534)
for place in sys.argv[1:]:
    database = Database(f"sqlite:///{place}/gridflex.sqlite3")
    print(database.durability.word, Trail(database).verify("w").count)
"""
    outer = tmp_path / "outer"
    for name in ("directory", "file"):
        (outer / name).mkdir(parents=True)
        Database(f"sqlite:///{outer / name}/gridflex.sqlite3").dispose()
    (outer / "directory").chmod(0o555)
    (outer / "file").chmod(0o777)
    (outer / "file" / "gridflex.sqlite3").chmod(0o444)
    for directory in [*tmp_path.parents[:2], tmp_path, outer]:
        directory.chmod(0o755)
    command = [sys.executable, "-c", code, str(outer / "directory"), str(outer / "file")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    (outer / "directory").chmod(0o755)
    assert (done.stdout, done.stderr) == ("temporary 0\n" * 2, "")


@sqlite_only
def test_memory_is_shared_by_all_threads(now: datetime) -> None:
    database = Database("sqlite://")
    assert (database.durability.durable, database.name) == (False, "sqlite://")
    trail = Trail(database)
    with ThreadPoolExecutor(8) as pool:
        counts = [head.count for head in pool.map(lambda _: trail.append("w", now, ENTRY), range(40))]
    assert sorted(counts) == list(range(1, 41))
    assert trail.verify("w").count == 40
    database.dispose()


@sqlite_only
def test_a_writer_that_waits_too_long_is_told(url: str, now: datetime) -> None:
    first, second = Database(url), Database(f"{url}?timeout=0.1")
    with first.write(), pytest.raises(StoreError, match=r"The database could not do its work: database is locked\."):
        Trail(second).append("w", now, ENTRY)
    assert Trail(second).append("w", now, ENTRY).count == 1
    first.dispose()
    second.dispose()


@sqlite_only
def test_a_damaged_file_is_an_error_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "gridflex.sqlite3"
    file.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="not a database"):
        Database(f"sqlite:///{file}")
    assert file.read_bytes() == b"not a database" * 1000


@sqlite_only
def test_a_full_disk_is_told_and_leaves_the_chain_whole(database: Database, trail: Trail, now: datetime) -> None:
    trail.append("w", now, ENTRY)
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        trail.append("w", now, [Entry("upload", "", {"text": "x" * 100_000})])
    assert trail.verify("w").count == 1
    assert trail.append("w", now, ENTRY).count == 2


@sqlite_only
def test_what_is_committed_is_on_disk(database: Database) -> None:
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10_000


def test_the_address_is_shown_without_its_password(database: Database) -> None:
    assert repr(database) == f"Database({database.name!r})"
    assert "?" not in database.name
    if password := os.environ.get("PGPASSWORD"):
        assert password not in database.name
    assert database.durability.note.startswith("Kept ")


def test_threads_take_turns_at_the_one_connection_of_a_database_in_memory(now: datetime) -> None:
    """None asks for a second connection while it holds the one: that would end in the pool's time-out."""
    database = Database("sqlite://")
    keeper, trail = Workspaces(database), Trail(database)
    tokens = [new_token() for _ in range(8)]
    begin = Barrier(len(tokens))

    def visit(token: str) -> int:
        begin.wait(20)
        name = keeper.create(token, {"jobs": []}, now, ENTRY).id
        for version in range(1, 4):
            assert keeper.save(name, {"jobs": []}, expected_version=version, at=now, entries=ENTRY) == version + 1
            assert len(trail.rows(name)) == trail.verify(name).count == version + 1
        forget(database, name, now, "test")
        assert keeper.load(token) is None
        return trail.count(name)

    with ThreadPoolExecutor(len(tokens)) as pool:
        assert list(pool.map(visit, tokens)) == [5] * 8
    database.dispose()
