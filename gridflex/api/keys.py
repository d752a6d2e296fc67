"""Keys to workspaces: the operator's, a visitor's short-lived one, and the token of a dashboard's visit.

Those that a visitor makes and names are kept in the store (``store/api_keys.py``).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from gridflex.store.workspaces import new_token

LIFE = timedelta(hours=24)
_VISITOR = re.compile(r"visit-(\d{10})-[A-Za-z0-9_-]{32}")
_DASHBOARD = re.compile(r"[A-Za-z0-9_-]{32}")


class Holder(Enum):
    """Whose key it is."""

    OPERATOR = "operator"
    VISITOR = "visitor"
    NAMED = "named"


@dataclass(frozen=True)
class Key:
    """A key that may be used; ``token`` opens its workspace. A NAMED key is to ``workspace``, by its id."""

    holder: Holder
    token: str
    workspace: str = ""


@dataclass(frozen=True)
class KeyRing:
    """The operator's keys; where there is one, changes need one of them."""

    operators: tuple[str, ...] = ()

    def read(self, text: str, now: datetime) -> Key | None:
        """The key that ``text`` is; None for one that is none, or is over."""
        if any(secrets.compare_digest(text.encode(), known.encode()) for known in self.operators):
            return Key(Holder.OPERATOR, token_of(text))
        if visitor := _VISITOR.fullmatch(text):
            return Key(Holder.VISITOR, token_of(text)) if int(visitor[1]) > now.timestamp() else None
        return Key(Holder.VISITOR, text) if _DASHBOARD.fullmatch(text) else None


def visitor_key(now: datetime) -> str:
    """A new visitor's key. Its end is part of what opens the workspace: no other end can be written into it."""
    return f"visit-{int((now + LIFE).timestamp())}-{new_token()}"


def token_of(key: str) -> str:
    """The workspace token behind a key: 24 bytes of its SHA-256; who knows the token does not know the key."""
    return urlsafe_b64encode(hashlib.sha256(f"GridFlex API key {key}".encode()).digest()[:24]).decode()
