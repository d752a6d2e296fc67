"""The tables and the steps that lead to them: whoever changes one has to change the other."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url, text

from gridflex.errors import SettingsError
from gridflex.store import schema
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.tables import metadata
from gridflex.store.trail import Trail

ROOT = Path(__file__).parents[2]
ENTRY = [Entry("plan", "", {"threshold_g": 150})]
READ_REVISION = text("SELECT version_num FROM alembic_version")


def migrated(connection: Connection, to: str) -> None:
    """An empty database led to a revision step by step, as one that was made by an older version was."""
    command.upgrade(schema.steps(connection), to)


@pytest.fixture
def empty(url: str) -> str:
    """The address of a database that nothing has been made in."""
    if url.startswith("sqlite"):
        Path(make_url(url).database or "").parent.mkdir()
        return url
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_steps_lead_to_the_tables(empty: str) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        migrated(connection, "head")
        assert differences(connection) == [], "write a step in gridflex/store/migrations/versions"
        assert connection.execute(READ_REVISION).scalars().all() == [schema.HEAD]
    engine.dispose()


def test_a_new_database_is_at_the_newest_revision_and_has_the_tables(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(READ_REVISION).scalars().all() == [schema.HEAD]
        assert differences(connection) == []


def test_there_is_one_line_of_steps_and_each_is_named_as_its_file(database: Database) -> None:
    with database.read() as connection:
        scripts = ScriptDirectory.from_config(schema.steps(connection))
    assert scripts.get_heads() == [schema.HEAD]
    names = [script.revision for script in scripts.walk_revisions()]
    files = (ROOT / "gridflex/store/migrations/versions").glob("r*.py")
    assert names == sorted((file.stem for file in files), reverse=True)
    assert names[-1] == schema.BASELINE


def test_a_database_from_before_revisions_is_taken_over_without_loss(empty: str, now: datetime) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        migrated(connection, schema.BASELINE)
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("INSERT INTO trail_heads VALUES ('w', 0, 'the hash')"))
    engine.dispose()
    database = Database(empty)
    with database.read() as connection:
        assert connection.execute(text("SELECT hash FROM trail_heads")).scalars().all() == ["the hash"]
        assert connection.execute(READ_REVISION).scalars().all() == [schema.HEAD]
        assert differences(connection) == []
    assert Trail(database).append("v", now, ENTRY).count == 1
    database.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str, now: datetime) -> None:
    database = Database(url)
    Trail(database).append("w", now, ENTRY)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999_later'"))
    with pytest.raises(SettingsError, match=r"newer version of GridFlex: its tables are at r9999_later"):
        Database(url)
    with database.read() as connection:
        assert connection.execute(READ_REVISION).scalar_one() == "r9999_later"
        assert inspect(connection).has_table("trail_rows")
    assert Trail(database).verify("w").count == 1
    database.dispose()


def test_eight_processes_that_start_at_once_on_an_empty_database_all_come_up(url: str) -> None:
    code = "import sys; from gridflex.store.database import Database; Database(sys.argv[1]).dispose()"
    command_line = [sys.executable, "-c", code, url]
    started = [subprocess.Popen(command_line, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    told = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 8, told
    database = Database(url)
    with database.read() as connection:
        assert connection.execute(READ_REVISION).scalars().all() == [schema.HEAD]
    database.dispose()


def test_a_start_on_a_database_that_is_up_to_date_does_not_import_alembic(url: str) -> None:
    code = "import sys; from gridflex.store.database import Database; Database(sys.argv[1]).dispose(); "
    code += "assert 'alembic' not in sys.modules"
    for _ in ("empty", "up to date"):
        done = subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, done.stderr
