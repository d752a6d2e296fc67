"""Every test of the store has a database of its own: SQLite, or a schema of GRIDFLEX_TEST_DATABASE_URL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridflex.store.database import Database
from gridflex.store.trail import Trail
from tests.databases import SERVER, fresh_database

sqlite_only = pytest.mark.skipif(bool(SERVER), reason="about SQLite's file")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with fresh_database(f"sqlite:///{tmp_path / 'data' / 'gridflex.sqlite3'}") as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def trail(database: Database) -> Trail:
    return Trail(database)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 1, 8, 17, 0, tzinfo=UTC)
