"""What a workspace keeps of its last change, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridflex.domain.halfhours import parse_utc


@dataclass(frozen=True)
class Undoable:
    """The last override, upload or setting: its row in the trail, in words, and plain JSON of what it replaced.

    ``content_sha256`` is the row's own ``content_hash``; None where it is the plan's row.
    """

    kind: str
    subject: str
    said: str
    at: datetime
    content_sha256: str | None
    former: Mapping[str, Any]

    def to_state(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**vars(self), "at": self.at.isoformat()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Undoable:
        """What ``to_state`` gave."""
        return cls(**{**state, "at": parse_utc(state["at"])})
