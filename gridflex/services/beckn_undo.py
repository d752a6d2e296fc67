"""Undo where orders bind jobs: a queue that comes back follows its orders as they stand now, not as they stood."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from gridflex.beckn.placement import placement_of
from gridflex.beckn.record import Record
from gridflex.beckn.states import BOOKED, State
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.errors import InputError
from gridflex.services.beckn_commit import bound_job, free, is_lost, queue_name, row_of, word_of
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
    # A slot cannot be sold while its queue is away; a window's order goes on without it.
    if not job_id and state in BOOKED and order.side == WINDOW and order.summary["queue"] == queue_name(here):
        return _bound(desk, orders, here, order, now)
    return here


def _bound(desk: Desk, orders: Orders, here: Workspace, order: StoredOrder, now: datetime) -> Workspace:
    """The order's job bound to its run; where that cannot be any more, the order's own next step cancels it.

    A run that began while its queue was away began as ordered: it is not planned a second time.
    """
    found = orders.load(here.id, order.transaction_id)
    record = Record.model_validate(found[1]) if found else None
    if record is None or record.chosen is None:
        return here
    word = word_of(placement_of(record.chosen, record.workload, record.order_id))
    row, start = row_of(here, word.job_id), record.chosen.start
    with suppress(InputError):
        if row is not None and start < now and not here.before.begun(epoch_half_hour(now))[row]:
            return desk.stated(here, word, row, epoch_half_hour(start), now)
        return desk.override(here, word, now)
    return here
