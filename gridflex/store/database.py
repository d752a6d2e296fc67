"""The database behind the store: SQLite in a file by default, PostgreSQL where DATABASE_URL says so.

All that differs between the two is here: how a writer takes its turn, how a reader sees one
moment, and INSERT ... ON CONFLICT.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stamina
from sqlalchemy import URL, Connection, Engine, QueuePool, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError, TimeoutError

from gridflex.errors import GridFlexError, SettingsError, StoreError
from gridflex.store.address import hidden, place, read_address, shown
from gridflex.store.schema import HEAD, revision, upgrade

_log = logging.getLogger("gridflex.store")


class Database:
    """Connections, and transactions that end in a commit or in a StoreError.

    ``durability`` says whether what is written survives a restart: when the directory of an
    SQLite file cannot be written, the database is held in memory and the note says why.
    ``name`` is the address without its password. Raises SettingsError for an address that is
    none or a database that a newer version has changed, StoreError for a file that cannot be
    used and for a server that refuses us or the step to the newest tables. A server that does
    not answer yet is no error: its tables are brought up to date by whoever reads or writes
    first once it does, and until then each of them is told.
    """

    def __init__(self, url: str) -> None:
        address, self.durability = place(read_address(url))
        self.name = shown(address)
        self._secrets = hidden(address)
        self._engine = _sqlite_engine(address) if address.get_backend_name() == "sqlite" else _server_engine(address)
        self._writer = self._engine.execution_options(writes=True)
        self._ready = False
        if self._engine.dialect.name != "sqlite" and not _answers(self._engine):
            _log.error("The database does not answer yet: %s", self.name)
            return
        try:
            self._prepare()
        except GridFlexError:
            self.dispose()
            raise

    def __repr__(self) -> str:
        return f"Database({self.name!r})"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One moment of the database: everything read inside belongs together. Raises StoreError."""
        self._prepare()
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, connection: Connection | None = None) -> Iterator[Connection]:
        """A transaction: on disk once the block is left, undone if it raises. One that is given is joined.

        SQLite has one writer at a time, whose turn begins with the block. Raises StoreError.
        """
        if connection is not None:
            yield connection
            return
        self._prepare()
        with self._told(), self._writer.begin() as transaction:
            yield transaction

    def dispose(self) -> None:
        """Close every connection. A database held in memory is gone with them."""
        self._engine.dispose()

    def _prepare(self) -> None:
        """Bring the tables up to date, once. Instances and threads may do so at the same time."""
        if self._ready:
            return
        with self._told(), self._engine.connect() as connection:
            known = revision(connection)
        if known != HEAD:
            with self._told(), self._writer.begin() as transaction:
                upgrade(transaction)
        self._ready = True

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (StatementError, TimeoutError) as problem:
            told = problem.orig if isinstance(problem, StatementError) else problem
            if isinstance(told, GridFlexError):
                raise told from None
            reason = str(told).partition("\n")[0]
            for secret in self._secrets:
                reason = reason.replace(secret, "***")
            raise StoreError(f"The database could not do its work: {reason}.") from None


def upsert(connection: Connection, table: Table[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ON CONFLICT: standard SQL cannot, and both databases spell it alike."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


def _server_engine(address: URL) -> Engine:
    try:
        engine = create_engine(address, hide_parameters=True, pool_pre_ping=True)
    except ImportError as missing:
        raise SettingsError(f"PostgreSQL needs a package that is not installed: {missing.name}") from None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _writes(connection):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def _answers(engine: Engine) -> bool:
    """Whether a server is up there, whatever it may say to our name and password; False while it is starting."""
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import Conninfo, PGconn, Ping

    _, given = engine.dialect.create_connect_args(engine.url)
    # The driver's own options, and what is none, are for connecting to judge.
    names = {option.keyword.decode() for option in Conninfo.get_defaults()}
    options = {name: value for name, value in given.items() if name in names}
    return PGconn.ping(make_conninfo(**options).encode()) not in (Ping.REJECT, Ping.NO_RESPONSE)


def _sqlite_engine(address: URL) -> Engine:
    # A database in memory lives in its one connection, which its users take in turn.
    single: dict[str, Any] = {} if address.database else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(address, hide_parameters=True, poolclass=QueuePool, **single)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # else the driver opens transactions of its own, too late
        _keep_a_log(connection)
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Who begins as a reader may find that it can no longer become the writer.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")

    return engine


def _busy(problem: Exception) -> bool:
    return isinstance(problem, sqlite3.OperationalError) and problem.sqlite_errorcode == sqlite3.SQLITE_BUSY


@stamina.retry(on=_busy, attempts=None, timeout=10, wait_initial=0.01, wait_max=0.2)
def _keep_a_log(connection: sqlite3.Connection) -> None:
    # While a new file changes its journal SQLite does not wait: who comes second is refused at once.
    connection.execute("PRAGMA journal_mode=WAL")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes"))
