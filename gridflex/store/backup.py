"""A copy of the database while it is in use, and the proof that one is whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from gridflex.errors import InputError, StoreError, TrailBroken
from gridflex.store.address import read_address
from gridflex.store.database import Database
from gridflex.store.tables import trail_heads
from gridflex.store.trail import Trail


@dataclass(frozen=True, slots=True)
class Proof:
    """Every trail of a database: how many hold, their rows, and what is wrong with each that does not."""

    trails: int
    rows: int
    broken: tuple[str, ...]


def prove(database: Database) -> Proof:
    """Verify every workspace's trail. Raises StoreError where the database cannot be read."""
    with database.read() as connection:
        names = connection.execute(select(trail_heads.c.workspace_id)).scalars().all()
    trail, rows, broken = Trail(database), 0, []
    for name in names:
        try:
            rows += trail.verify(name).count
        except TrailBroken as fault:
            broken.append(f"{name}: {fault}")
    return Proof(len(names) - len(broken), rows, tuple(broken))


def back_up(url: str, target: Path) -> Proof:
    """Copy the SQLite database at ``url`` to ``target``, as of one moment, and prove the copy.

    Writers go on meanwhile. ``target`` appears only once the copy is whole. Raises InputError
    for a server's database or a target that is there already, StoreError where it cannot be
    copied or the copy is not whole.
    """
    address = read_address(url)
    if address.get_backend_name() != "sqlite":
        raise InputError("A PostgreSQL database is backed up with its own tool: pg_dump --format=custom.")
    source = Path(address.database or "")
    if not source.is_file():
        raise InputError(f"There is no database at {source}.")
    if target.exists():
        raise InputError(f"{target} is there already; name another file.")
    part = target.with_name(f"{target.name}.part")
    try:
        _copy(source, part)
        proof = _proven(part)
        os.replace(part, target)
    except (OSError, sqlite3.Error) as problem:
        raise StoreError(f"The backup could not be written: {problem}.") from None
    finally:
        for leftover in _files(part):
            leftover.unlink(missing_ok=True)
    return proof


def _copy(source: Path, part: Path) -> None:
    with closing(sqlite3.connect(source, timeout=10)) as here, closing(sqlite3.connect(part)) as there:
        here.backup(there)
        (said,) = there.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise StoreError(f"The copy is not whole: {said}.")


def _proven(part: Path) -> Proof:
    database = Database(f"sqlite:///{part}")
    try:
        proof = prove(database)
    finally:
        database.dispose()
    if proof.broken:
        raise StoreError(f"A trail of the copy does not verify: {proof.broken[0]}.")
    return proof


def _files(database: Path) -> Iterator[Path]:
    """A database in a file, its log and its shared memory."""
    return (database.with_name(database.name + end) for end in ("", "-wal", "-shm"))
