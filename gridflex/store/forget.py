"""Forgetting: what a workspace held is gone, and its trail still proves that nothing else was changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, union, update

from gridflex.store.chain import Entry, Head
from gridflex.store.database import Database
from gridflex.store.forgotten import FORGOTTEN, is_kept, was_forgotten
from gridflex.store.tables import metadata, trail_heads, trail_rows, workspaces
from gridflex.store.trail import Trail

_HELD = [table for table in metadata.sorted_tables if "workspace_id" in table.c]


def forget(
    database: Database, workspace_id: str, at: datetime, why: str, transaction: Connection | None = None
) -> Head:
    """Delete a workspace and all that bears its id; of its trail the content goes and the hashes stay.

    The last row says when and ``why``. All or nothing, on disk on return; for an id that is
    unknown only the row is written. Who still has it open is told that it is no longer kept.
    Within ``transaction`` if one is given.
    Raises StoreError.
    """
    trail = Trail(database)
    with database.write(transaction) as connection:
        delete_rows(connection, workspace_id)
        trail.erase(workspace_id, connection)
        return trail.append(workspace_id, at, [Entry(FORGOTTEN, "", {"why": why})], connection)


def delete_rows(connection: Connection, workspace_id: str) -> None:
    """Every row but the trail's, in whatever table names its workspace."""
    connection.execute(delete(workspaces).where(workspaces.c.id == workspace_id))
    for table in _HELD:
        if table not in (trail_rows, trail_heads):
            connection.execute(delete(table).where(table.c.workspace_id == workspace_id))


def sweep(database: Database) -> None:
    """Delete what was written for a workspace after it was forgotten, as earlier versions did. Raises StoreError."""
    late = (trail_rows.c.content.is_not(None)) & (trail_rows.c.kind != FORGOTTEN)
    kept = select(workspaces.c.id)
    left = [
        select(name).where(name.not_in(kept), was_forgotten(name), *([late] if table is trail_rows else []))
        for table in _HELD
        if table is not trail_heads
        for name in (table.c.workspace_id,)
    ]
    with database.read() as connection:
        names = connection.execute(union(*left)).scalars().all()
    for name in names:
        with database.write() as connection:
            if not is_kept(connection, name):  # its token did not begin again meanwhile
                delete_rows(connection, name)
                mine = trail_rows.c.workspace_id == name
                connection.execute(update(trail_rows).where(mine, late).values(content=None))
