"""The order's states and which may follow which."""

from __future__ import annotations

from enum import StrEnum

from gridflex.beckn.vocabulary import OrderStatus
from gridflex.errors import InvalidMessage, OutOfOrder


class State(StrEnum):
    """Where a journey stands."""

    NEW = "new"
    DISCOVERED = "discovered"
    QUOTED = "quoted"
    INITIALISED = "initialised"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


_ENDS = frozenset({State.CANCELLED, State.FAILED})
_UNBOUND_ENDS = _ENDS | {State.EXPIRED}
ENDS = _UNBOUND_ENDS | {State.COMPLETED}

FOLLOWS: dict[State, frozenset[State]] = {
    State.NEW: _UNBOUND_ENDS | {State.DISCOVERED},
    State.DISCOVERED: _UNBOUND_ENDS | {State.QUOTED, State.DISCOVERED},
    State.QUOTED: _UNBOUND_ENDS | {State.INITIALISED},
    State.INITIALISED: _UNBOUND_ENDS | {State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED},
    State.CONFIRMED: _ENDS | {State.IN_PROGRESS, State.COMPLETED},
    State.IN_PROGRESS: _ENDS | {State.COMPLETED},
    State.COMPLETED: frozenset(),
    State.CANCELLED: frozenset(),
    State.FAILED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""An order once confirmed never expires, and nothing follows an end."""

BOOKED = frozenset({State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED})

_STATED: dict[OrderStatus, State] = {
    OrderStatus.CONFIRMED: State.CONFIRMED,
    OrderStatus.IN_PROGRESS: State.IN_PROGRESS,
    OrderStatus.COMPLETED: State.COMPLETED,
    OrderStatus.CANCELLED: State.CANCELLED,
    OrderStatus.REJECTED: State.FAILED,
    OrderStatus.FAILED: State.FAILED,
}


def stated(status: OrderStatus, now: State) -> State:
    """The state a provider's word puts an order in; ``now`` if the word adds nothing.

    Raises InvalidMessage for a word that cannot follow, such as in progress after completed.
    """
    claimed = _STATED.get(status, now)
    if claimed is State.CONFIRMED and now in (State.IN_PROGRESS, State.COMPLETED):
        return now
    if claimed is not now and claimed not in FOLLOWS[now]:
        raise InvalidMessage(f"the provider says {status.value}, which cannot follow {now.value}")
    return claimed


def require(now: State, allowed: frozenset[State], what: str) -> None:
    """Raises OutOfOrder unless the journey is in one of ``allowed``."""
    if now not in allowed:
        raise OutOfOrder(f"{what} cannot follow {now.value}")
