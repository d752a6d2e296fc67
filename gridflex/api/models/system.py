"""How the system is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gridflex.api.meter import Times
from gridflex.api.models.grid import ProvenanceWord
from gridflex.markets.rate_card import RateCardValue
from gridflex.services.self_checks import Uptime
from gridflex.services.settlement import SettledTotals
from gridflex.services.system_view import StatusRow


class Endpoint(BaseModel):
    """One path and what it is for."""

    method: str
    path: str
    summary: str


class Information(BaseModel):
    """What answers here."""

    name: str
    description: str
    version: str
    docs: str
    openapi: str
    changes_need_key: bool
    endpoints: list[Endpoint]


class Component(BaseModel):
    """One part: its state in a word, how old it is, and a sentence."""

    part: str
    state: str
    since: str
    note: str

    @classmethod
    def of(cls, row: StatusRow) -> Component:
        """From a row of the System page."""
        return cls.model_validate(vars(row))


class Health(BaseModel):
    """``healthy``: all is well · ``degraded``: it decides, on cached, estimated or sample values."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "healthy", "version": "0.1.0", "time": "2026-01-08T17:05:00Z", "provenance": "live",
                 "components": [{"part": "Audit trail", "state": "durable", "since": "", "note": "Kept in data."}]}
            ]
        }
    )  # fmt: skip

    status: Literal["healthy", "degraded"]
    version: str
    time: datetime
    provenance: ProvenanceWord
    components: list[Component]


class AgentsStatus(BaseModel):
    """The three agents and what they stand on."""

    agents: list[Component]
    sources: list[Component]
    decision_time_ms: float


class Duration(BaseModel):
    """Milliseconds over the newest 1,000 of ``count`` in this process; null before the first."""

    p50_ms: float | None
    p95_ms: float | None
    count: int

    @classmethod
    def of(cls, times: Times) -> Duration:
        """From what was noted."""
        return cls(p50_ms=times.quantile(0.5), p95_ms=times.quantile(0.95), count=times.count)


class UptimeOut(BaseModel):
    """Self-checks of this process since its start; one that was due and not made counts as failed."""

    uptime_percent: Annotated[float | None, Field(description="checks passed over checks due; null before 24 h")]
    since: datetime
    checks_due: int
    checks_passed: int
    last_error: str

    @classmethod
    def of(cls, found: Uptime) -> UptimeOut:
        """From the count."""
        return cls(
            uptime_percent=found.percent,
            since=found.since,
            checks_due=found.due,
            checks_passed=found.passed,
            last_error=found.last_error,
        )


class RateCardOut(BaseModel):
    """What the first GridFlex's rate card says of the jobs that wait, and what is wrong with it."""

    service: str
    rate_gbp_mw_h: float
    capacity_mwh: Annotated[float, Field(description="what the card calls MW")]
    power_mw: Annotated[float, Field(description="the power of the same jobs")]
    revenue_gbp_per_hour: float
    formula: str
    limits: list[str]

    @classmethod
    def of(cls, found: RateCardValue) -> RateCardOut:
        """From the card's value."""
        return cls(
            service=found.service,
            rate_gbp_mw_h=found.rate,
            capacity_mwh=found.capacity_mwh,
            power_mw=found.power_mw,
            revenue_gbp_per_hour=found.gbp_per_hour,
            formula=found.formula,
            limits=list(found.limits),
        )


class SettledOut(BaseModel):
    """Runs that are over, valued on what really was, beside what was estimated when they began."""

    runs: int
    waiting: Annotated[int, Field(description="runs that are over, whose values are not known yet")]
    carbon_saved_kg: float
    estimated_carbon_saved_kg: float
    cost_saved_gbp: float
    estimated_cost_saved_gbp: float

    @classmethod
    def of(cls, found: SettledTotals) -> SettledOut:
        """From the totals."""
        return cls(
            runs=found.settled,
            waiting=found.waiting,
            carbon_saved_kg=found.saved_g / 1e3,
            estimated_carbon_saved_kg=found.estimated_g / 1e3,
            cost_saved_gbp=found.saved_gbp,
            estimated_cost_saved_gbp=found.estimated_gbp,
        )


class SystemMetrics(BaseModel):
    """Of this process, and of the key's workspace (the demo's without one)."""

    time: datetime
    uptime_percent: float | None
    uptime: UptimeOut
    decision_time: Annotated[Duration, Field(description="processor time of deciding a whole queue")]
    dispatch_time: Annotated[Duration, Field(description="wall time until a plan or an order was on disk")]
    demo: bool
    recorded: bool
    jobs_total: int
    jobs_optimized: Annotated[int, Field(description="jobs the plan runs later than it would at once")]
    carbon_saved_kg: Annotated[float, Field(description="estimated saving against running at once")]
    carbon_saved_percent: float
    cost_saved_gbp: float
    bound_carbon_kg: float
    gap_percent: float
    sla_compliance_percent: Annotated[float | None, Field(description="planned in time, of those that could be")]
    settled: SettledOut
    rate_card: RateCardOut
    provenance: ProvenanceWord
    api_requests: int


class Tick(BaseModel):
    """What the half-hour's work did: workspaces by what became of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"ticked_at": "2026-01-08T17:31:00Z", "provenance": "live", "next_fetch_due": "2026-01-08T18:01:00Z",
                 "workspaces": {"planned": 2, "up to date": 0, "skipped": 0, "failed": 0}, "runs_settled": 3}
            ]
        }
    )  # fmt: skip

    ticked_at: datetime
    workspaces: dict[str, int]
    runs_settled: int
    provenance: ProvenanceWord
    next_fetch_due: datetime | None
