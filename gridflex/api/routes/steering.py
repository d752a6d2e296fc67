"""The workspace: its mode, a proposal's answer, run everything, hold, let go, undo."""

from __future__ import annotations

from fastapi import APIRouter

from gridflex.api.dispatch import dispatched
from gridflex.api.models.plans import PlanOut
from gridflex.api.models.steering import Answer, Because, Hold, ModeIn, RunNow, WorkspaceOut
from gridflex.api.visits import Reader, Writer
from gridflex.services.beckn_undo import undo as take_back

router = APIRouter(prefix="/workspace", tags=["workspace"])


@router.get("")
def workspace(visit: Reader) -> WorkspaceOut:
    """The workspace's mode, a plan that waits for a yes, and what undo would take back."""
    return WorkspaceOut.of(visit.workspace)


@router.put("/mode")
def set_mode(visit: Writer, wanted: ModeIn) -> WorkspaceOut:
    """Advise, approve or automatic, from now on."""
    return WorkspaceOut.of(visit.parts.platform.desk.steer.set_mode(visit.workspace, wanted.mode, visit.now))


@router.post("/proposal")
def answer_proposal(visit: Writer, wanted: Answer) -> PlanOut:
    """Take the proposed plan, exactly as it was proposed, or turn it down."""
    return dispatched(visit, lambda desk, here: desk.steer.answer(here, wanted.made_at, wanted.accept, visit.now))


@router.post("/run-now")
def run_now(visit: Writer, wanted: RunNow) -> PlanOut:
    """Start every job that may wait as early as it can, under the site's cap."""
    return dispatched(
        visit,
        lambda desk, here: desk.steer.run_everything(here, wanted.reason, visit.now, advised_only=wanted.advised_only),
    )


@router.post("/hold")
def hold(visit: Writer, wanted: Hold) -> PlanOut:
    """Hold each job that may wait until a time, or to its last start where that comes sooner; critical ones never."""
    return dispatched(visit, lambda desk, here: desk.steer.hold(here, wanted.until, wanted.reason, visit.now))


@router.post("/let-go")
def let_go(visit: Writer, wanted: Because) -> PlanOut:
    """Let the plan decide again on all jobs that a person has put to a start."""
    return dispatched(visit, lambda desk, here: desk.steer.let_go(here, wanted.reason, visit.now))


@router.post("/undo")
def undo(visit: Writer) -> PlanOut:
    """Take back the last override, upload or setting by a row of its own in the trail.

    A job that comes back with its queue follows its order as it stands now.
    """
    orders = visit.parts.platform.order_desk.orders
    return dispatched(visit, lambda desk, here: take_back(desk, orders, here, visit.now))
