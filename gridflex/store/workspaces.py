"""Workspaces: one visitor's queue, settings and decisions, found again by a secret token."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from gridflex.errors import Conflict, InputError
from gridflex.store.chain import Entry
from gridflex.store.database import Database, upsert
from gridflex.store.packing import pack, unpack
from gridflex.store.tables import workspaces
from gridflex.store.trail import Trail

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class StoredWorkspace:
    """A workspace as it is kept. ``version`` goes up by one with every saving."""

    id: str
    version: int
    state: dict[str, Any]
    created_at: datetime
    touched_at: datetime
    changed_at: datetime | None = None


def new_token() -> str:
    """A secret that nobody guesses: 24 random bytes as 32 characters fit for an address."""
    return secrets.token_urlsafe(24)


def workspace_id(token: str) -> str:
    """The public name of the token's workspace: the first 32 hex digits of its SHA-256.

    The token opens the workspace and is kept nowhere. Raises InputError for what is no token.
    """
    if not _TOKEN.fullmatch(token):
        raise InputError("This is not a workspace's token; open the page without it to start a new workspace.")
    return hashlib.sha256(token.encode()).hexdigest()[:32]


class Workspaces:
    """Keeps states together with the trail of what changed them. All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trail = Trail(database)

    def load(self, token: str) -> StoredWorkspace | None:
        """The token's workspace; None where there is none, as for anything that is no token."""
        return self.find(workspace_id(token)) if _TOKEN.fullmatch(token) else None

    def find(self, workspace: str) -> StoredWorkspace | None:
        """The workspace with id ``workspace``, for a machine that keeps all of them up to date; None for none."""
        with self._database.read() as connection:
            wanted = select(workspaces).where(workspaces.c.id == workspace)
            kept = connection.execute(wanted).mappings().first()
        if kept is None:
            return None
        return StoredWorkspace(**{**kept, "state": unpack(kept["state"])})

    def version(self, workspace: str) -> int | None:
        """The version at which the workspace with id ``workspace`` is kept; None where it is kept no more."""
        with self._database.read() as connection:
            return connection.execute(select(workspaces.c.version).where(workspaces.c.id == workspace)).scalar()

    def touched_since(self, at: datetime) -> list[str]:
        """Ids of the workspaces that were visited at or after ``at``, the latest first."""
        wanted = select(workspaces.c.id).where(workspaces.c.touched_at >= at)
        with self._database.read() as connection:
            return list(connection.execute(wanted.order_by(workspaces.c.touched_at.desc(), workspaces.c.id)).scalars())

    def create(
        self, token: str, state: Mapping[str, object], at: datetime, entries: Sequence[Entry] = ()
    ) -> StoredWorkspace:
        """Keep a new workspace under a token of ``new_token`` (never one that came from outside).

        Raises InputError for what is no token, Conflict if it has a workspace already.
        """
        name, packed = workspace_id(token), pack(state)
        with self._database.write() as connection:
            values = {"id": name, "version": 1, "state": packed, "created_at": at, "touched_at": at}
            new = upsert(connection, workspaces).values(values).on_conflict_do_nothing()
            if not connection.execute(new, execution_options={"preserve_rowcount": True}).rowcount:
                raise Conflict("This workspace exists already.")
            self._trail.append(name, at, entries, connection)
        return StoredWorkspace(name, 1, dict(state), at, at)

    def save(
        self,
        workspace: str,
        state: Mapping[str, object],
        *,
        expected_version: int,
        at: datetime,
        entries: Sequence[Entry] = (),
        visited: bool = True,
        asked: bool = True,
    ) -> int:
        """Replace the state of the workspace with id ``workspace`` and write ``entries`` to its trail, both or neither.

        Returns the new version, on disk. Raises Conflict when the workspace is no longer at
        ``expected_version``: another tab or instance saved first, load it again, or it was forgotten. Not ``visited``
        leaves alone when it was touched last, not ``asked`` when a person changed it last.
        """
        touched = ({"touched_at": at} if visited else {}) | ({"changed_at": at} if asked else {})
        packed = pack(state)
        current = (workspaces.c.id == workspace) & (workspaces.c.version == expected_version)
        change = update(workspaces).where(current)
        with self._database.write() as connection:
            done = connection.execute(change.values(version=expected_version + 1, state=packed, **touched))
            if not done.rowcount:
                _refuse(connection, workspace)
            self._trail.append(workspace, at, entries, connection)
        return expected_version + 1

    def touch(self, workspace: str, at: datetime) -> None:
        """Note that the workspace with id ``workspace`` was visited; its version stays."""
        with self._database.write() as connection:
            connection.execute(update(workspaces).where(workspaces.c.id == workspace).values(touched_at=at))


def _refuse(connection: Connection, workspace: str) -> None:
    if connection.execute(select(workspaces.c.id).where(workspaces.c.id == workspace)).first() is None:
        raise Conflict("This workspace is no longer kept; a new one has to be opened.")
    raise Conflict("This workspace was changed elsewhere meanwhile, in another tab perhaps; it has to be loaded again.")
