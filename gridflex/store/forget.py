"""Forgetting: what a workspace held is gone, and its trail still proves that nothing else was changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete

from gridflex.store.chain import Entry, Head
from gridflex.store.database import Database
from gridflex.store.tables import metadata, trail_heads, trail_rows, workspaces
from gridflex.store.trail import Trail

FORGOTTEN = "forgotten"
"""Kind of the row that says when and why."""


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
    for table in metadata.sorted_tables:
        if "workspace_id" in table.c and table not in (trail_rows, trail_heads):
            connection.execute(delete(table).where(table.c.workspace_id == workspace_id))
