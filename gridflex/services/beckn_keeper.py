"""How an order is kept: its whole record after every step, and what a list shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridflex.beckn.client import Clock
from gridflex.beckn.ordering import QUOTES_HOLD
from gridflex.beckn.record import Ledger, Record
from gridflex.beckn.slot_booking import SlotRecord
from gridflex.beckn.states import State
from gridflex.domain.halfhours import parse_utc
from gridflex.store.orders import Orders, StoredOrder

WINDOW, SLOT = "window", "slot"
"""The two sides: we buy an energy window, or a grid agent buys a job slot of ours."""

POLLED = timedelta(minutes=5)
"""How often an order in force is asked about; the guide has power data every 1 to 5 min."""

AGAIN = timedelta(minutes=1)
"""How soon after any step it is asked about again."""

_DRAFTS = frozenset({State.QUOTED.value, State.INITIALISED.value})
_IN_FORCE = frozenset({State.CONFIRMED.value, State.IN_PROGRESS.value})


@dataclass(eq=False)
class Keeper:
    """Keeps one order's record after every step, and before a message that binds.

    ``queue`` names the queue its job is from; empty for an imagined workload.
    """

    orders: Orders
    workspace_id: str
    side: str
    started_at: datetime
    clock: Clock
    queue: str = ""
    version: int = 0

    def __call__(self, record: Ledger) -> None:
        """On disk when it returns. Raises Conflict where another tab has taken a step meanwhile."""
        order = StoredOrder(
            transaction_id=record.transaction_id,
            side=self.side,
            job_id=_job_of(record),
            state=record.state.value,
            started_at=self.started_at,
            changed_at=self.clock(),
            summary=_summary(record) | {"queue": self.queue},
            version=self.version,
        )
        self.version = self.orders.save(self.workspace_id, order, record.model_dump(mode="json"))


def overdue(order: StoredOrder, now: datetime) -> bool:
    """Whether the order's run has begun or ended since its state was heard of last."""
    waits_for = {State.CONFIRMED.value: "start", State.IN_PROGRESS.value: "end"}.get(order.state)
    return waits_for is not None and parse_utc(order.summary[waits_for]) <= now


def is_due(order: StoredOrder, now: datetime, *, polled: bool) -> bool:
    """Whether somebody should look after an order: its run has begun or ended, or its quote has lapsed.

    ``polled`` where nothing can be pushed to us: an order in force is then asked about every few minutes.
    """
    quiet = now - order.changed_at
    if order.state in _DRAFTS:
        return quiet > QUOTES_HOLD
    return quiet >= AGAIN and (overdue(order, now) or (polled and order.state in _IN_FORCE and quiet >= POLLED))


def _job_of(record: Ledger) -> str:
    if isinstance(record, Record):
        return record.workload.workload_id
    return record.slot.job_id if isinstance(record, SlotRecord) and record.slot else ""


def _summary(record: Ledger) -> dict[str, Any]:
    """Where, when, MW, GBP and kgCO2 in all, as agreed."""
    said: dict[str, Any] = {"order_id": record.order_id, "network": record.network}
    if isinstance(record, Record) and record.chosen:
        said |= {"window": record.chosen.window.name, "carbon_kg": record.chosen.carbon_kg}
    if record.terms is None:
        return said
    terms = record.terms
    return said | {
        "start": terms.start.isoformat(),
        "end": terms.end.isoformat(),
        "load_mw": terms.load_mw,
        "cost_gbp": terms.cost_gbp,
    }
