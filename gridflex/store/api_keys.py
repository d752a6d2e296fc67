"""Keys to one workspace: shown once, kept as a hash, named, and revoked one by one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, insert, select, update

from gridflex.errors import InputError
from gridflex.store.chain import Entry, storable
from gridflex.store.database import Database
from gridflex.store.forgotten import refuse_forgotten
from gridflex.store.tables import api_keys
from gridflex.store.trail import Trail

PREFIX = "gfk_"
MOST_KEYS = 20
MOST_NAME = 60
NOTED_EVERY = timedelta(minutes=1)
"""How exact ``last_used_at`` is: a request that only reads writes at most so often."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept; what it opens is ``workspace_id``."""

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class ApiKeys:
    """All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database, self._trail = database, Trail(database)

    def create(self, workspace_id: str, name: str, now: datetime) -> tuple[ApiKey, str]:
        """A new key and its text, which is told here and never again.

        Raises InputError without a name, or where ``MOST_KEYS`` are in use, Forgotten where the workspace was.
        """
        name = storable(" ".join(name.split()))[:MOST_NAME]
        if not name:
            raise InputError("A key needs a name, so that you know later which one to revoke.")
        text, key_id = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(8)
        made = ApiKey(key_id, workspace_id, name, now, None, None)
        mine = (api_keys.c.workspace_id == workspace_id) & api_keys.c.revoked_at.is_(None)
        with self._database.write() as connection:
            refuse_forgotten(connection, workspace_id)
            self._trail.append(workspace_id, now, [_row(made, "created")], connection)
            if connection.execute(select(func.count()).select_from(api_keys).where(mine)).scalar_one() >= MOST_KEYS:
                raise InputError(f"A workspace has at most {MOST_KEYS} keys; revoke one first.")
            columns = {field: getattr(made, field) for field in ApiKey.__slots__}
            connection.execute(insert(api_keys).values(**columns, key_hash=_hash(text)))
        return made, text

    def all(self, workspace_id: str) -> list[ApiKey]:
        """The workspace's keys, revoked ones too, the newest first."""
        wanted = select(api_keys).where(api_keys.c.workspace_id == workspace_id)
        with self._database.read() as connection:
            found = connection.execute(wanted.order_by(api_keys.c.created_at.desc(), api_keys.c.id)).mappings()
            return [_key(row) for row in found]

    def use(self, text: str, now: datetime) -> ApiKey | None:
        """The key that ``text`` is, and a note that it was used; None for one that is unknown or revoked."""
        if not text.startswith(PREFIX):
            return None
        wanted = select(api_keys).where(api_keys.c.key_hash == _hash(text), api_keys.c.revoked_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        found = _key(row)
        if found.last_used_at is None or now - found.last_used_at >= NOTED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == found.id).values(last_used_at=now))
        return found

    def revoke(self, workspace_id: str, key_id: str, now: datetime) -> ApiKey | None:
        """The key, which opens nothing any more; None where the workspace has no such key. Twice is as once."""
        mine = (api_keys.c.workspace_id == workspace_id) & (api_keys.c.id == storable(key_id))
        with self._database.write() as connection:
            row = connection.execute(select(api_keys).where(mine)).mappings().first()
            found = _key(row) if row else None
            if found is None or found.revoked_at is not None:
                return found
            found = replace(found, revoked_at=now)
            connection.execute(update(api_keys).where(mine).values(revoked_at=now))
            self._trail.append(workspace_id, now, [_row(found, "revoked")], connection)
        return found


def _hash(text: str) -> str:
    """SHA-256, without salt or stretching: the key is 256 random bits, so there is nothing to guess or to look up."""
    return hashlib.sha256(text.encode()).hexdigest()


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(**{field: row[field] for field in ApiKey.__slots__})


def _row(key: ApiKey, what: str) -> Entry:
    return Entry("key", key.id, {"action": what, "name": key.name})
