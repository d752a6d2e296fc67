"""Whether a workspace was forgotten, asked within the transaction that would write something for it.

What was begun before the visitor said *Forget me* may end after it: an errand on the network, a
request, a notice. The row that forgetting leaves in the trail is what tells such a workspace from
an id that never had one (the app's own trail, a desk without a visitor).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Exists, exists, select

from gridflex.errors import Forgotten
from gridflex.store.tables import trail_rows, workspaces

FORGOTTEN = "forgotten"
"""Kind of the row that says when and why."""


def is_kept(connection: Connection, workspace_id: str) -> bool:
    """Whether there is such a workspace. Who forgets it waits for the end of this transaction."""
    kept = select(workspaces.c.id).where(workspaces.c.id == workspace_id)
    return connection.execute(kept.with_for_update(read=True, key_share=True)).first() is not None


def refuse_forgotten(connection: Connection, workspace_id: str) -> None:
    """Raises Forgotten where the workspace was forgotten. Before any other lock: forgetting, too, takes it first."""
    if not is_kept(connection, workspace_id) and connection.execute(select(was_forgotten(workspace_id))).scalar():
        raise Forgotten("This workspace is no longer kept; a new one has to be opened.")


def was_forgotten(workspace_id: str | ColumnElement[str]) -> Exists:
    """Whether its trail says that it was forgotten, once or more; its token may have begun again since."""
    said = trail_rows.alias("said")
    return exists(said.c.seq).where(said.c.workspace_id == workspace_id, said.c.kind == FORGOTTEN)
