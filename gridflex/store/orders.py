"""Orders over Beckn: one visitor's journeys, and what our own providers remember for that visitor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from gridflex.errors import Conflict
from gridflex.store.chain import canonical, storable
from gridflex.store.database import Database, upsert
from gridflex.store.forgotten import refuse_forgotten
from gridflex.store.packing import pack, unpack
from gridflex.store.tables import beckn_books, beckn_orders

_LISTED = (
    beckn_orders.c.transaction_id,
    beckn_orders.c.side,
    beckn_orders.c.job_id,
    beckn_orders.c.state,
    beckn_orders.c.summary,
    beckn_orders.c.version,
    beckn_orders.c.started_at,
    beckn_orders.c.changed_at,
)


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as a list shows it. ``side``: window (we buy) or slot (we sell); ``version`` 0 is not kept yet."""

    transaction_id: str
    side: str
    job_id: str
    state: str
    started_at: datetime
    changed_at: datetime
    summary: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0


class Orders:
    """All methods raise StoreError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, workspace_id: str, order: StoredOrder, record: Mapping[str, object]) -> int:
        """Keep an order with its whole record; the new version, on disk.

        Raises Conflict when it is no longer at ``order.version``: another tab or instance was first;
        Forgotten where the workspace was.
        """
        values = {
            "side": order.side,
            "job_id": storable(order.job_id),
            "state": order.state,
            "summary": canonical(order.summary),
            "version": order.version + 1,
            "record": pack(record),
            "changed_at": order.changed_at,
        }
        key = {"workspace_id": workspace_id, "transaction_id": order.transaction_id, "started_at": order.started_at}
        with self._database.write() as connection:
            refuse_forgotten(connection, workspace_id)
            if order.version:
                current = (
                    (beckn_orders.c.workspace_id == workspace_id)
                    & (beckn_orders.c.transaction_id == order.transaction_id)
                    & (beckn_orders.c.version == order.version)
                )
                done = connection.execute(update(beckn_orders).where(current).values(values))
            else:
                new = upsert(connection, beckn_orders).values(values | key).on_conflict_do_nothing()
                done = connection.execute(new, execution_options={"preserve_rowcount": True})
            if not done.rowcount:
                raise Conflict("This order was changed elsewhere meanwhile, in another tab perhaps.")
        return order.version + 1

    def load(self, workspace_id: str, transaction_id: str) -> tuple[StoredOrder, dict[str, Any]] | None:
        """An order and its record; None where there is none."""
        known = beckn_orders.c.transaction_id == storable(transaction_id)
        mine = (beckn_orders.c.workspace_id == workspace_id) & known
        with self._database.read() as connection:
            kept = connection.execute(select(*_LISTED, beckn_orders.c.record).where(mine)).mappings().first()
        if kept is None:
            return None
        columns = dict(kept)
        record: dict[str, Any] = unpack(columns.pop("record"))
        return _stored(columns), record

    def listed(self, workspace_id: str, side: str, limit: int = 100) -> list[StoredOrder]:
        """Orders of one side, the newest first."""
        mine = (beckn_orders.c.workspace_id == workspace_id) & (beckn_orders.c.side == side)
        wanted = select(*_LISTED).where(mine).order_by(beckn_orders.c.started_at.desc()).limit(limit)
        with self._database.read() as connection:
            return [_stored(dict(row)) for row in connection.execute(wanted).mappings()]

    def books(self, workspace_id: str, provider: str) -> dict[str, Any]:
        """What a provider remembers; empty where it has never kept anything."""
        with self._database.read() as connection:
            kept = connection.execute(select(beckn_books.c.books).where(_books(workspace_id, provider))).scalar()
        return {} if kept is None else unpack(kept)

    def keep_books(
        self, workspace_id: str, provider: str, books: Mapping[str, object], was: Mapping[str, object] | None = None
    ) -> None:
        """Keep what a provider remembers.

        Raises Conflict where that is no longer what it ``was``, if given; Forgotten where the workspace was.
        """
        place = {"workspace_id": workspace_id, "provider": provider}
        values = {"books": pack(books)}
        with self._database.write() as connection:
            refuse_forgotten(connection, workspace_id)
            # The row is there before it is locked, so that two who come first take turns, too.
            new = upsert(connection, beckn_books).values(place | {"books": pack({})})
            connection.execute(new.on_conflict_do_nothing())
            held = select(beckn_books.c.books).where(_books(workspace_id, provider)).with_for_update()
            if was is not None and unpack(connection.execute(held).scalar_one()) != was:
                raise Conflict("This provider was asked elsewhere meanwhile; ask again.")
            connection.execute(update(beckn_books).where(_books(workspace_id, provider)).values(values))


def _books(workspace_id: str, provider: str) -> Any:
    return (beckn_books.c.workspace_id == workspace_id) & (beckn_books.c.provider == provider)


def _stored(columns: dict[str, Any]) -> StoredOrder:
    return StoredOrder(**columns | {"summary": json.loads(columns["summary"])})
