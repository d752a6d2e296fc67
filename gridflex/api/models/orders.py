"""Orders over Beckn: the windows found, every step with its messages, and what was agreed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from gridflex.api.models.grid import ProvenanceWord
from gridflex.beckn.candidates import Candidate
from gridflex.beckn.record import Record, Step
from gridflex.beckn.states import BOOKED
from gridflex.services.beckn_outlook import Outlook
from gridflex.store.orders import StoredOrder


class WindowOut(BaseModel):
    """An energy window, and what the workload's run in it would cost and emit in all."""

    name: str
    grid_zone: str
    locality: str
    start: datetime
    end: datetime
    carbon_intensity_gco2_kwh: float
    renewable_percent: float
    price_gbp_kwh: float
    capacity_mw: float
    run_start: datetime
    run_cost_gbp: float
    run_carbon_kg: float
    moves: Annotated[bool, Field(description="whether the run is in another zone than the site's")]
    fits: bool
    passed_over: Annotated[str, Field(description="why it does not fit; empty where it does")]
    provenance: Annotated[ProvenanceWord | None, Field(description="of the zone's grid values; null where not ours")]

    @classmethod
    def of(cls, one: Candidate, outlook: Outlook | None) -> WindowOut:
        """From the candidate."""
        window = one.window
        known = outlook.provenance(window.region) if outlook else None
        return cls(
            name=window.name,
            grid_zone=window.grid_zone,
            locality=window.locality,
            start=window.start,
            end=window.end,
            carbon_intensity_gco2_kwh=window.intensity,
            renewable_percent=window.renewable_percent,
            price_gbp_kwh=window.price,
            capacity_mw=window.capacity_mw,
            run_start=one.start,
            run_cost_gbp=one.cost_gbp,
            run_carbon_kg=one.carbon_kg,
            moves=one.moves,
            fits=one.fits,
            passed_over=one.passed_over,
            provenance=known.word if known is not None else None,  # type: ignore[arg-type]
        )


class StepOut(BaseModel):
    """One step: asked, answered, and whether it came off. ``ms`` is 0 for a step that asked nobody."""

    action: str
    ok: bool
    state: str
    at: datetime
    sentence: str
    problem: str
    ms: float
    http_status: int
    message_id: str
    signed: Annotated[str, Field(description="whose key signed the request")]
    verified: Annotated[str, Field(description="what the answer's signature proved")]
    request: Annotated[str, Field(description="the exact bytes sent")]
    answer: str

    @classmethod
    def of(cls, step: Step) -> StepOut:
        """From the step."""
        return cls(**step.model_dump(exclude={"state"}), ok=step.ok, state=step.state.value)


class OrderOut(BaseModel):
    """An order as a list shows it. ``side``: window (we buy energy) or slot (a grid agent buys a job slot of ours)."""

    transaction_id: str
    order_id: str
    side: str
    state: str
    workload: str
    network: str
    window: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    load_mw: float | None = None
    cost_gbp: float | None = None
    carbon_kg: float | None = None
    started_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, order: StoredOrder) -> OrderOut:
        """From the order as it is kept."""
        agreed = {name: value for name, value in order.summary.items() if name in cls.model_fields}
        return cls(
            transaction_id=order.transaction_id,
            side=order.side,
            state=order.state,
            workload=order.job_id,
            started_at=order.started_at,
            changed_at=order.changed_at,
            **agreed,
        )


class Orders(BaseModel):
    """The newest first."""

    orders: list[OrderOut]


class Journey(BaseModel):
    """One transaction from its first question on. ``confirmed`` says whether an order stands."""

    transaction_id: str
    order_id: str
    network: str
    state: str
    confirmed: bool
    sentence: Annotated[str, Field(description="how the last step ended")]
    workload: str
    load_mw: float
    windows_found: int
    windows_fit: int
    chosen: WindowOut | None
    cost_gbp: float | None
    carbon_kg: float | None
    dispatch_time_ms: Annotated[float, Field(description="wall time of this request's steps, each kept on disk")]
    steps: list[StepOut]
    windows: list[WindowOut]

    @classmethod
    def of(cls, record: Record, outlook: Outlook | None, took_ms: float) -> Journey:
        """From the record; ``outlook`` is where the sandbox's values come from, None for another network."""
        windows = [WindowOut.of(one, outlook) for one in record.candidates]
        return cls(
            transaction_id=record.transaction_id,
            order_id=record.order_id,
            network=record.network,
            state=record.state.value,
            confirmed=record.state in BOOKED,
            sentence=record.steps[-1].sentence if record.steps else "",
            workload=record.workload.workload_id,
            load_mw=record.workload.load_mw,
            windows_found=len(windows),
            windows_fit=sum(window.fits for window in windows),
            chosen=WindowOut.of(record.chosen, outlook) if record.chosen else None,
            cost_gbp=record.chosen.cost_gbp if record.chosen else None,
            carbon_kg=record.chosen.carbon_kg if record.chosen else None,
            dispatch_time_ms=took_ms,
            steps=[StepOut.of(step) for step in record.steps],
            windows=windows,
        )
