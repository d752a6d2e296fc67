"""Every test of the store has a database of its own: SQLite, or a schema of GRIDFLEX_TEST_DATABASE_URL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from gridflex.store.database import Database
from gridflex.store.trail import Trail

SERVER = os.environ.get("GRIDFLEX_TEST_DATABASE_URL", "")

sqlite_only = pytest.mark.skipif(bool(SERVER), reason="about SQLite's file")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    if not SERVER:
        yield f"sqlite:///{tmp_path / 'data' / 'gridflex.sqlite3'}"
        return
    schema = f"test_{uuid.uuid4().hex}"
    engine = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


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
