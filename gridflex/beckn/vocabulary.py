"""The protocol's words: actions, dialects, order states, and the names it is spoken under.

Source: beckn/DEG, branch df-new-flow, implementation guide "Compute Energy V0.1 draft"
(2025-11-21), over the core schema of the same month ("2.0.0", draft).
"""

from __future__ import annotations

from enum import StrEnum

VERSION = "2.0.0"
DOMAIN = "beckn.one:DEG:compute-energy:1.0"
_SCHEMA = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema"
CORE_IRI = f"{_SCHEMA}/core/v2/context.jsonld"
COMPUTE_ENERGY_IRI = f"{_SCHEMA}/ComputeEnergy/v1/context.jsonld"
"""An identifier only: nothing is served there, so nothing may try to read it."""

TTL_SECONDS = 30
TTL = f"PT{TTL_SECONDS}S"


class Action(StrEnum):
    """What a buyer may ask; the answer's action is the same word after ``on_``."""

    DISCOVER = "discover"
    SELECT = "select"
    INIT = "init"
    CONFIRM = "confirm"
    STATUS = "status"
    UPDATE = "update"
    CANCEL = "cancel"
    RATING = "rating"
    SUPPORT = "support"

    @property
    def answer(self) -> str:
        """The action word of the answer."""
        return f"on_{self.value}"


class Dialect(StrEnum):
    """``deg``: the guide's examples and the hackathon sandbox. ``core``: what the core schema validates."""

    DEG = "deg"
    CORE = "core"


class Mode(StrEnum):
    """``sync``: the answer is the HTTP response. ``async``: an ACK, and the answer is posted to us."""

    SYNC = "sync"
    ASYNC = "async"


class OrderStatus(StrEnum):
    """State of an order as messages state it; the values are the ``deg`` words."""

    QUOTE_REQUESTED = "QUOTE_REQUESTED"
    INITIALIZED = "INITIALIZED"
    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


CORE_WORDS: dict[OrderStatus, str] = {
    OrderStatus.QUOTE_REQUESTED: "CREATED",
    OrderStatus.INITIALIZED: "PENDING",
    OrderStatus.IN_PROGRESS: "INPROGRESS",
}
"""Where the core schema's word differs."""

_HEARD: dict[str, OrderStatus] = {
    "CREATED": OrderStatus.QUOTE_REQUESTED,
    "QUOTED": OrderStatus.QUOTE_REQUESTED,
    "INITIALISED": OrderStatus.INITIALIZED,
    "PENDING": OrderStatus.INITIALIZED,
    "ACCEPTED": OrderStatus.INITIALIZED,
    "ONHOLD": OrderStatus.INITIALIZED,
    "PARTIALLYFULFILLED": OrderStatus.IN_PROGRESS,
    "CANCELED": OrderStatus.CANCELLED,
    "SUBSCRIPTIONCANCELLED": OrderStatus.CANCELLED,
    "RETURNED": OrderStatus.CANCELLED,
    "REFUNDED": OrderStatus.CANCELLED,
    **{status.value.replace("_", ""): status for status in OrderStatus},
}


def order_status(word: object) -> OrderStatus:
    """The state a peer's word means, in either dialect. Raises ValueError for a word that is none."""
    key = str(word).upper().replace("_", "").replace("-", "").replace(" ", "")
    if key not in _HEARD:
        raise ValueError(f"{word!r} is not an order status")
    return _HEARD[key]
