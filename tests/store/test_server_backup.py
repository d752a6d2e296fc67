"""The two lines an operator of PostgreSQL is given: a dump, and a restore that verifies."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from gridflex.store.backup import Proof, prove
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.schema import HEAD, revision
from gridflex.store.trail import Trail
from tests import postgres
from tests.databases import SERVER

pytestmark = pytest.mark.skipif(not SERVER, reason="about a server's own tools: .ci/postgres runs it")


@pytest.fixture
def make_database() -> Iterator[Callable[[], str]]:
    """Makes an empty database on the server; its address."""
    made: list[str] = []
    with psycopg.connect(SERVER, autocommit=True) as connection:

        def make() -> str:
            made.append(f"backup_{uuid.uuid4().hex}")
            connection.execute(f"CREATE DATABASE {made[-1]}")  # type: ignore[call-overload]
            return make_url(SERVER).set(database=made[-1]).render_as_string(hide_password=False)

        yield make
        for name in made:
            connection.execute(f"DROP DATABASE {name}")  # type: ignore[call-overload]


def test_a_dump_restored_elsewhere_verifies_and_goes_on(
    make_database: Callable[[], str], tmp_path: Path, now: datetime
) -> None:
    found = postgres.programs()
    assert found is not None
    address, other, dump = make_database(), make_database(), tmp_path / "gridflex.dump"
    database = Database(address)
    for name in ("a", "b"):
        Trail(database).append(name, now, [Entry("plan", "", {"n": n}) for n in range(3)])
    subprocess.run([found / "pg_dump", "--format=custom", f"--file={dump}", address], check=True)
    Trail(database).append("a", now, [Entry("plan", "", {"after": "the dump"})])
    subprocess.run([found / "pg_restore", "--no-owner", f"--dbname={other}", dump], check=True)
    restored = Database(other)
    assert prove(database) == Proof(2, 7, ())
    assert prove(restored) == Proof(2, 6, ())
    with restored.read() as connection:
        assert revision(connection) == HEAD
    assert Trail(restored).append("b", now, [Entry("plan", "", {})]).count == 4
    restored.dispose()
    database.dispose()
