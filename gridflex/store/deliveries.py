"""The log of what rules sent: newest first, a bounded number for each workspace."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from gridflex.store.chain import storable
from gridflex.store.database import Database
from gridflex.store.forgotten import is_kept
from gridflex.store.tables import deliveries

KEPT = 200
"""Newest deliveries of a workspace; older ones go when another comes."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice and what became of it."""

    id: str
    workspace_id: str
    rule_id: str
    at: datetime
    sentence: str
    test: bool
    status: str
    reason: str
    attempts: int


class Deliveries:
    """All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, one: Delivery) -> None:
        """Write it down; nothing where its workspace was forgotten meanwhile."""
        mine = deliveries.c.workspace_id == one.workspace_id
        newest = select(deliveries.c.id).where(mine).order_by(deliveries.c.at.desc(), deliveries.c.id).limit(KEPT)
        told = {"sentence": storable(one.sentence), "reason": storable(one.reason)}
        with self._database.write() as connection:
            if not is_kept(connection, one.workspace_id):
                return
            connection.execute(insert(deliveries).values(**asdict(one) | told))
            connection.execute(delete(deliveries).where(mine, deliveries.c.id.not_in(newest)))

    def newest(self, workspace_id: str, limit: int = 50) -> list[Delivery]:
        """The newest first."""
        wanted = select(deliveries).where(deliveries.c.workspace_id == workspace_id)
        with self._database.read() as connection:
            found = connection.execute(wanted.order_by(deliveries.c.at.desc(), deliveries.c.id).limit(limit))
            return [Delivery(**row) for row in found.mappings()]

    def tests_since(self, workspace_id: str, at: datetime) -> int:
        """How many tests were sent after ``at``."""
        mine = (deliveries.c.workspace_id == workspace_id) & deliveries.c.test & (deliveries.c.at > at)
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(deliveries).where(mine)).scalar_one()
