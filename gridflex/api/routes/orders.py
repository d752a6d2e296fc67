"""Energy windows over Beckn: discover to confirm in one request, and the orders that came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Response

from gridflex.agents.rules import objective_of
from gridflex.api.models.jobs import LEAST_KWH
from gridflex.api.models.orders import Journey, OrderOut, Orders
from gridflex.api.visits import Reader, Visit, Writer
from gridflex.beckn.candidates import Transfer
from gridflex.domain.controls import Controls
from gridflex.domain.jobs import MAX_ENERGY_KWH
from gridflex.errors import Conflict, InputError
from gridflex.services.beckn_commit import queue_name, row_of, settle
from gridflex.services.beckn_desk import Opened, run_rest
from gridflex.services.beckn_outlook import Outlook
from gridflex.services.beckn_tending import dealing_of
from gridflex.services.beckn_workload import Load, Wish, imagined, movable_rows, queued, workload_of

MOVE = Transfer(hours=0.5, energy_kwh=2.0)
"""What a run in another zone takes (assumed)."""
LEAST_HOURS, MOST_HOURS, MOST_WITHIN = 0.5, 24.0, 47.0
DEFAULTS = Controls()
UNDER_WAY: dict[int | str, dict[str, Any]] = {
    202: {"model": Journey, "description": "A real network has not answered yet; the step goes on."}
}

router = APIRouter(tags=["beckn"])
more = APIRouter(tags=["beckn"])

Threshold = Annotated[float, Query(ge=0, le=1000, allow_inf_nan=False, description="gCO2/kWh at most", examples=[200])]
Renewables = Annotated[
    float, Query(ge=0, le=100, allow_inf_nan=False, description="per cent; biomass is not counted", examples=[70])
]
Energy = Annotated[
    float, Query(ge=LEAST_KWH, le=MAX_ENERGY_KWH, allow_inf_nan=False, description="of the whole run", examples=[150])
]
Hours = Annotated[float, Query(ge=LEAST_HOURS, le=MOST_HOURS, allow_inf_nan=False, examples=[4])]
Within = Annotated[
    float, Query(ge=LEAST_HOURS, le=MOST_WITHIN, allow_inf_nan=False, description="deadline from now", examples=[36])
]
JobId = Annotated[str | None, Query(max_length=64, description="a job of the queue instead: an order moves it")]
TransactionId = Annotated[str, Path(max_length=64)]
Side = Annotated[Literal["window", "slot"], Query(description="window: we buy energy · slot: our job slots are bought")]


@router.post("/beckn/execute-journey", responses=UNDER_WAY)
def execute_journey(
    visit: Writer,
    response: Response,
    carbon_threshold: Threshold = DEFAULTS.threshold,
    renewable_min: Renewables = 0.0,
    workload_energy_kwh: Energy = 150.0,
    duration_hours: Hours = 4.0,
    within_hours: Within = 36.0,
    job_id: JobId = None,
) -> Journey:
    """Discover, select, init and confirm an energy window; says why where none fits.

    ``renewable_min`` asks for much where it is high: then no window may fit, and nothing is ordered. A real network
    that thinks for long is answered for with 202: the journey goes on, and /api/orders has it.
    """
    if job_id is None:
        load = imagined(workload_energy_kwh, duration_hours, max(within_hours, duration_hours), visit.view)
    else:
        load = _of_queue(visit, job_id)
    wish = Wish(carbon_threshold, renewable_min, (), MOVE)
    here = visit.workspace
    workload = workload_of(load, visit.view, here.site, wish, objective_of(here.controls))
    desk, (dealing, outlook) = visit.parts.platform.order_desk, dealing_of(visit.parts.platform, here, visit.now)
    opened = desk.begin(dealing, workload, queue_name(here) if job_id else "")
    return _taken(visit, opened, outlook, run_rest, response)


@more.get("/orders")
def list_orders(visit: Reader, side: Side = "window") -> Orders:
    """The workspace's newest 100 orders of one side."""
    found = visit.parts.platform.order_desk.orders.listed(visit.workspace.id, side)
    return Orders(orders=[OrderOut.of(order) for order in found])


@more.get("/orders/{transaction_id}")
def show_order(visit: Reader, transaction_id: TransactionId) -> Journey:
    """One order for an energy window with every step and message."""
    opened, outlook = _kept(visit, transaction_id)
    return Journey.of(opened.record, outlook, 0.0)


@more.delete("/orders/{transaction_id}", responses=UNDER_WAY)
def cancel_order(visit: Writer, transaction_id: TransactionId, response: Response) -> Journey:
    """Cancel an order for an energy window; a job it bound is placed by the plan again."""
    opened, outlook = _kept(visit, transaction_id)
    return _taken(visit, opened, outlook, lambda one: one.journey.cancel(), response)


def _of_queue(visit: Visit, job_id: str) -> Load:
    """A job of the queue that may still be moved. Raises InputError for another."""
    row, decisions = row_of(visit.workspace, job_id), visit.decisions()
    if row is None:
        raise InputError(f"There is no job {job_id!r} in the queue.")
    if row not in movable_rows(decisions) or visit.workspace.before.pinned[row]:
        raise InputError(f"Job {job_id!r} cannot be moved: it may not wait, has begun, or is bound already.")
    return queued(decisions, row)


def _kept(visit: Visit, transaction_id: str) -> tuple[Opened, Outlook]:
    """A kept order. Raises HTTPException 404 where there is none."""
    dealing, outlook = dealing_of(visit.parts.platform, visit.workspace, visit.now)
    opened = visit.parts.platform.order_desk.resume(dealing, transaction_id)
    if opened is None:
        raise HTTPException(404, "There is no such order in this workspace.")
    return opened, outlook


def _taken(
    visit: Visit, opened: Opened, outlook: Outlook, steps: Callable[[Opened], object], response: Response
) -> Journey:
    """Take steps, then bring the queue in line with what they led to; 202 where a real network has not ended them."""
    began, desk = time.perf_counter(), visit.parts.platform.order_desk

    def take() -> None:
        steps(opened)
        _bound(visit, opened)

    if desk.remote is None:
        take()
    elif not _ended(visit, opened, take):
        response.status_code = 202
        opened, _ = _kept(visit, opened.record.transaction_id)
    took = (time.perf_counter() - began) * 1e3
    visit.parts.meter.dispatches.add(took)
    return Journey.of(opened.record, None if desk.remote else outlook, took)


def _ended(visit: Visit, opened: Opened, take: Callable[[], object]) -> bool:
    """Whether steps on a real network came to their end in time; they go on in the background where they did not.

    Raises HTTPException 409 while another step of the journey is under way, 503 where too many wait already.
    """
    errands, name = visit.parts.platform.order_desk.errands, opened.record.transaction_id
    before = errands.look(name)
    if before is not None and not before.done:
        raise HTTPException(
            409, "A step of this order is under way; ask again when it has ended.", {"Retry-After": "5"}
        )
    if errands.busy:
        raise HTTPException(503, "The network keeps too many requests waiting; try again later.", {"Retry-After": "30"})
    opened.keeper(opened.record)
    errand = errands.send(name, take, visit.now)
    wait([errand.future], visit.parts.network_s)
    if errand.done:
        errands.look(name)
        errand.report()
    return errand.done


def _bound(visit: Visit, opened: Opened) -> None:
    """Bring the queue in line with an order; tried once more where another request changed the workspace meanwhile."""
    desk, now = visit.parts.platform.desk, visit.parts.platform.clock()
    try:
        settle(desk, desk.catch_up(visit.workspace, now), opened, now)
    except Conflict:
        if (again := desk.find(visit.workspace.id, now)) is not None:  # by its id: a named key does not know the token
            settle(desk, again, opened, now)
