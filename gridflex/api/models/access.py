"""Keys to a workspace, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gridflex.store.api_keys import MOST_NAME, ApiKey


class NewKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "nightly import"}]})

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME, pattern=r"\S")]


class KeyOut(BaseModel):
    """A key as it is kept: its name and its use, never its text. ``last_used_at`` is exact to a minute."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> KeyOut:
        """From the store."""
        return cls(**{name: getattr(key, name) for name in KeyOut.model_fields})


class KeyMade(KeyOut):
    """A key that was made just now."""

    key: Annotated[str, Field(description="shown this once: the store has its SHA-256 alone")]


class Keys(BaseModel):
    """All keys of the workspace, the newest first."""

    keys: list[KeyOut]


class Forgotten(BaseModel):
    """What is left: the trail's hashes, to which an earlier export can be held."""

    workspace_id: str
    trail_rows: int
    trail_head_hash: str
