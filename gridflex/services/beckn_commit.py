"""What an order means for the queue: the job it is for is bound to the order's run, and free again at its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import numpy as np

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.beckn.placement import Placement
from gridflex.beckn.states import BOOKED, State
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.errors import InputError
from gridflex.services.beckn_desk import Opened
from gridflex.services.desk import Desk
from gridflex.services.overrides import Override
from gridflex.services.workspace import Workspace
from gridflex.store.orders import StoredOrder

IN_FORCE = frozenset({State.CONFIRMED, State.IN_PROGRESS})


@dataclass(frozen=True)
class ByOrder(Override):
    """An order's word on a job: it runs from ``until``, elsewhere if SHIFT_REGION. Undone by its end alone."""

    undoable: ClassVar[bool] = False
    rationale: Rationale = Rationale.SLOT_SOLD

    def start(self, now: datetime) -> int:
        """The order's half-hour since 1970. Raises InputError for one that is over."""
        if self.until is None or self.until < now:
            raise InputError(f"The order's run of job {self.job_id!r} was to have started already.")
        return epoch_half_hour(self.until)

    def applied(self, before: Commitments, row: int, start: int) -> Commitments:
        """The job bound. Raises InputError for one that another order binds."""
        if before.bound(row):
            raise InputError(f"Job {self.job_id!r} is bound by an order already.")
        return before.overridden(row, self.action, start, self.rationale)


@dataclass(frozen=True)
class WindowOrder(ByOrder):
    """An ordered window's word, with what the run emits (g) and costs (GBP) as ordered."""

    carbon_g: float = 0.0
    cost_gbp: float = 0.0

    def applied(self, before: Commitments, row: int, start: int) -> Commitments:
        """The job bound, at the order's cost and carbon."""
        return super().applied(before, row, start).valued(row, self.carbon_g, self.cost_gbp)


@dataclass(frozen=True)
class Freed(Override):
    """The end of an order: the plan places the job again. Undoing it would bind the job to nothing."""

    undoable: ClassVar[bool] = False

    @property
    def verb(self) -> str:
        """What is done, as the trail has it."""
        return "free"

    def start(self, now: datetime) -> int:
        """None any more."""
        return NOT_YET

    def applied(self, before: Commitments, row: int, start: int) -> Commitments:
        """The job unbound."""
        return before.freed(row)


def row_of(workspace: Workspace, job_id: str) -> int | None:
    """The queue's row of a job; None where it has none of that id."""
    rows = np.flatnonzero((workspace.frame["job_id"] == job_id).to_numpy())
    return int(rows[0]) if len(rows) else None


def queue_name(workspace: Workspace) -> str:
    """Names the queue, so that an order is not taken for one on a job of the same id in a later queue."""
    return workspace.anchor.isoformat()


def bound_job(workspace: Workspace, order_id: str) -> str:
    """The job that an order binds in this queue; empty for none."""
    said = f"order {order_id} "
    named = next((job_id for job_id, reason in workspace.reasons.items() if reason.startswith(said)), "")
    row = row_of(workspace, named)
    return named if row is not None and workspace.before.bound(row) else ""


def settle(desk: Desk, workspace: Workspace, opened: Opened, now: datetime) -> Workspace:
    """Bring the queue in line with the order: bind its job once it is booked, free it when it is cancelled.

    A run that has begun stays. An order whose job cannot be bound any more is cancelled. Raises Conflict or StoreError.
    """
    record = opened.record
    if opened.keeper.queue != queue_name(workspace) or row_of(workspace, record.workload.workload_id) is None:
        return workspace
    bound = bound_job(workspace, record.order_id)
    if record.state is State.CONFIRMED and not bound:
        return _bind(desk, workspace, opened, now)
    if record.state not in BOOKED and bound and not _begun(workspace, bound, now):
        return free(desk, workspace, record.order_id, record.state.value, now)
    return workspace


def free(desk: Desk, workspace: Workspace, order_id: str, why: str, now: datetime) -> Workspace:
    """Let the plan place the job of an order again. Raises InputError where no job is bound by it."""
    job_id = bound_job(workspace, order_id)
    if not job_id:
        raise InputError(f"No job is bound by order {order_id}.")
    return desk.override(
        workspace, Freed(job_id, Action.DEFER, f"order {order_id} {why}: the plan places it again"), now
    )


def free_lost(desk: Desk, workspace: Workspace, orders: Iterable[StoredOrder], now: datetime) -> Workspace:
    """Free the jobs of orders that have ended without anybody asking; the same workspace where there are none."""
    for order in orders:
        if is_lost(workspace, order, now):
            workspace = free(desk, workspace, order.summary["order_id"], order.state, now)
    return workspace


def is_lost(workspace: Workspace, order: StoredOrder, now: datetime) -> bool:
    """Whether the order has ended and binds a job still. A run that has begun is not taken back: it happened."""
    job_id = bound_job(workspace, order.summary["order_id"])
    return bool(job_id) and State(order.state) not in BOOKED and not _begun(workspace, job_id, now)


def _begun(workspace: Workspace, job_id: str, now: datetime) -> bool:
    return bool(workspace.before.begun(epoch_half_hour(now))[row_of(workspace, job_id)])


def _bind(desk: Desk, workspace: Workspace, opened: Opened, now: datetime) -> Workspace:
    placement = opened.journey.placement
    try:
        return desk.override(workspace, word_of(placement), now)
    except InputError as refused:
        opened.journey.cancel(f"the job cannot be moved any more: {refused}")
        return workspace


def word_of(placement: Placement) -> WindowOrder:
    """The order's word on its job, with where it runs and what a move takes."""
    said = f"order {placement.order_id} over Beckn: {placement.locality}, £{placement.cost_gbp:.2f}"
    if placement.action is Action.SHIFT_REGION:
        said += (
            f", moved there in {placement.transfer_hours:g} h with {placement.transfer_kwh:g} kWh "
            f"(£{placement.transfer_gbp:.2f})"
        )
    return WindowOrder(
        job_id=placement.job_id,
        action=placement.action,
        reason=said,
        until=placement.start,
        rationale=Rationale.WINDOW_ORDERED,
        carbon_g=placement.carbon_kg * 1e3,
        cost_gbp=placement.cost_gbp,
    )
