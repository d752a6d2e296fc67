"""Undo where orders bind jobs: a queue that comes back follows its orders as they stand now, not as they stood."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from gridflex.beckn.placement import placement_of
from gridflex.beckn.record import Record
from gridflex.beckn.states import BOOKED, State
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import epoch_half_hour, parse_utc
from gridflex.errors import InputError
from gridflex.services.beckn_commit import ByOrder, bound_job, free, is_lost, queue_name, row_of, word_of
from gridflex.services.beckn_keeper import SLOT, WINDOW
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from gridflex.store.orders import Orders, StoredOrder


def undo(desk: Desk, orders: Orders, workspace: Workspace, now: datetime) -> Workspace:
    """Take back the last override, upload or setting; jobs that come back are bound by the orders in force alone.

    Raises InputError where there is nothing to undo, Conflict or StoreError.
    """
    back = desk.steer.undo(workspace, now)
    for order in (*orders.listed(back.id, WINDOW), *orders.listed(back.id, SLOT)):
        back = _followed(desk, orders, back, order, now)
    return back


def _followed(desk: Desk, orders: Orders, here: Workspace, order: StoredOrder, now: datetime) -> Workspace:
    order_id, state = str(order.summary["order_id"]), State(order.state)
    job_id = bound_job(here, order_id)
    if is_lost(here, order, now):
        return free(desk, here, order_id, state.value, now)
    if not job_id and state in BOOKED and order.summary["queue"] == queue_name(here):
        return _bound(desk, orders, here, order, now)
    return here


def _bound(desk: Desk, orders: Orders, here: Workspace, order: StoredOrder, now: datetime) -> Workspace:
    """The order's job bound to its run; where that cannot be any more, the order's own next step cancels it.

    A run that began while its queue was away began as ordered: it is not planned a second time.
    """
    word = _slot_word(here, order) if order.side == SLOT else _window_word(orders, here, order)
    if word is None or word.until is None:
        return here
    row = row_of(here, word.job_id)
    with suppress(InputError):
        if row is not None and word.until < now and not here.before.begun(epoch_half_hour(now))[row]:
            return desk.stated(here, word, row, epoch_half_hour(word.until), now)
        return desk.override(here, word, now)
    return here


def _window_word(orders: Orders, here: Workspace, order: StoredOrder) -> ByOrder | None:
    found = orders.load(here.id, order.transaction_id)
    record = Record.model_validate(found[1]) if found else None
    if record is None or record.chosen is None:
        return None
    return word_of(placement_of(record.chosen, record.workload, record.order_id))


def _slot_word(here: Workspace, order: StoredOrder) -> ByOrder | None:
    """As it was when the slot was sold: before its queue went away, so that the job's reason names the order."""
    said = here.reasons.get(order.job_id, "")
    if not said.startswith(f"order {order.summary['order_id']} "):
        return None
    start = parse_utc(order.summary["start"])
    action = Action.DEFER if start > order.started_at else Action.EXECUTE_NOW
    return ByOrder(order.job_id, action, said, start, Rationale.SLOT_SOLD)
