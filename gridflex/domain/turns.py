"""A turn: what several instances must not do at once, one of them does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """``mine`` until ``until``, unless given back before; else another's, or put off for the reason in ``why``."""

    mine: bool
    until: datetime
    why: str = ""
