"""JSON values as compressed bytes, for what is kept whole and never searched."""

from __future__ import annotations

import json
import zlib
from typing import Any

from gridflex.errors import StoreError

_LEVEL = 1
"""Fastest: a queue of 20,000 jobs is a few MB of JSON, and higher levels gain little on it."""


def pack(value: object) -> bytes:
    """Raises TypeError for what JSON cannot hold and ValueError for a number that is not finite."""
    return zlib.compress(json.dumps(value, separators=(",", ":"), allow_nan=False).encode(), _LEVEL)


def unpack(packed: bytes) -> Any:
    """The value that was packed. Raises StoreError when the bytes are not what was kept."""
    try:
        return json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError):
        raise StoreError("What was kept cannot be read: its bytes are damaged.") from None
