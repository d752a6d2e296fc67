"""Turns: of all instances on one database, one at a time does a thing that need be done once."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, select, update

from gridflex.domain.turns import Turn
from gridflex.store.database import Database, upsert
from gridflex.store.tables import leases


class Leases:
    """One for each process. An instance that dies holds its turns until they run out, no longer.

    Instances compare ``until`` with clocks of their own. All methods raise StoreError.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._holder = database, uuid4().hex

    def take(self, name: str, now: datetime, until: datetime) -> Turn:
        """Take the turn unless another holds it; who holds it already keeps it until the new ``until``."""
        wanted = {"holder": self._holder, "until": until, "why": ""}
        free = (leases.c.until <= now) | (leases.c.holder == self._holder)
        with self._database.write() as connection:
            new = upsert(connection, leases).values(wanted | {"name": name})
            new = new.on_conflict_do_update(index_elements=[leases.c.name], set_=wanted, where=free)
            if connection.execute(new, execution_options={"preserve_rowcount": True}).rowcount:
                return Turn(True, until)
            held = select(leases.c.until, leases.c.why).where(leases.c.name == name)
            return Turn(False, *connection.execute(held).one())

    def give_back(self, name: str) -> None:
        """Whoever asks next gets it; a turn that ran out and went to another stays the other's."""
        with self._database.write() as connection:
            connection.execute(delete(leases).where(self._mine(name)))

    def put_off(self, name: str, until: datetime, why: str) -> None:
        """Nobody else gets it before ``until``: it was tried, and ``why`` says what came of it."""
        with self._database.write() as connection:
            connection.execute(update(leases).where(self._mine(name)).values(until=until, why=why))

    def _mine(self, name: str) -> ColumnElement[bool]:
        return (leases.c.name == name) & (leases.c.holder == self._holder)
