"""What a confirmed order means for the job: when it starts, and whether it moves to another zone."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from gridflex.beckn.candidates import Candidate, Workload
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.jobs import UtcTime


class Placement(BaseModel):
    """The job's run under an order: MW, GBP and kgCO2 in all, transfer (hours, kWh, GBP) included."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    order_id: str
    action: Action
    start: UtcTime
    end: UtcTime
    region: int | None
    locality: str
    load_mw: float
    cost_gbp: float
    carbon_kg: float
    transfer_hours: float
    transfer_kwh: float
    transfer_gbp: float


def placement_of(candidate: Candidate, workload: Workload, order_id: str) -> Placement:
    """The run a candidate stands for: shifted if it moves, else deferred or at once."""
    deferred = candidate.start > floor_half_hour(workload.release)
    home = Action.DEFER if deferred else Action.EXECUTE_NOW
    return Placement(
        job_id=workload.workload_id,
        order_id=order_id,
        action=Action.SHIFT_REGION if candidate.moves else home,
        start=candidate.start,
        end=candidate.end,
        region=candidate.window.region,
        locality=candidate.window.locality,
        load_mw=candidate.load_mw,
        cost_gbp=candidate.cost_gbp,
        carbon_kg=candidate.carbon_kg,
        transfer_hours=candidate.transfer_hours,
        transfer_kwh=candidate.transfer_kwh,
        transfer_gbp=candidate.transfer_kwh * candidate.window.price,
    )
