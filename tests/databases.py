"""A database for one test: SQLite, or a schema of its own on the server GRIDFLEX_TEST_DATABASE_URL names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

SERVER = os.environ.get("GRIDFLEX_TEST_DATABASE_URL", "")


@contextmanager
def fresh_database(sqlite: str = "sqlite://") -> Iterator[str]:
    """The address of an empty database: ``sqlite`` unless there is a server."""
    if not SERVER:
        yield sqlite
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
