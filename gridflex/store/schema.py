"""The tables, brought to the newest revision at start, whatever version of GridFlex made the database.

A start on a database that is up to date costs one query, and an empty database gets its
tables at once. Alembic is imported only where tables that exist have to change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, func, inspect, select

from gridflex.errors import SettingsError
from gridflex.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "r0005_markets"
"""The newest revision: the name of the last file in ``migrations/versions``."""
BASELINE = "r0001_baseline"
"""What a database holds whose tables were made before they had a revision."""

_LOCK = 0x6772_6964_666C_6578
"""Any number that every instance agrees on: 'gridflex' in ASCII."""
_stamp = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def revision(connection: Connection) -> str | None:
    """The revision the tables have; None for an empty database, and for one from before revisions."""
    if not inspect(connection).has_table(_stamp.name):
        return None
    return connection.execute(select(_stamp.c.version_num)).scalar()


def upgrade(connection: Connection) -> None:
    """Bring the tables to ``HEAD`` within the caller's transaction: all steps or none.

    Instances that start at once take their turn, and the second finds nothing to do. Raises
    SettingsError for a database that a newer version has changed: nothing is touched.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    stored = revision(connection)
    if stored == HEAD:
        return
    if stored is None and not inspect(connection).has_table("trail_rows"):
        metadata.create_all(connection)
        _put(connection, HEAD)
    else:
        _migrate(connection, stored)


def steps(connection: Connection) -> Config:
    """Alembic's view of the steps in ``migrations``, to be run on ``connection``."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _migrate(connection: Connection, stored: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = steps(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if stored is None:
        _put(connection, BASELINE)
    elif stored not in known:
        raise SettingsError(
            f"The database was changed by a newer version of GridFlex: its tables are at {stored}, this version "
            f"knows them up to {HEAD}. Start that version, or name another database in DATABASE_URL."
        )
    command.upgrade(config, HEAD)


def _put(connection: Connection, name: str) -> None:
    _stamp.create(connection)
    connection.execute(_stamp.insert().values(version_num=name))
