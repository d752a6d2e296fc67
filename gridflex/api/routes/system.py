"""What answers here, how it is, and its figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from gridflex import __version__
from gridflex.api.metrics import jobs_moved, prometheus, sla_percent
from gridflex.api.models.system import (
    AgentsStatus,
    Component,
    Duration,
    Endpoint,
    Health,
    Information,
    RateCardOut,
    SettledOut,
    SystemMetrics,
    Tick,
    UptimeOut,
)
from gridflex.api.parts import Shared
from gridflex.api.visits import Operator, Reader
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.markets.rate_card import rate_card_value
from gridflex.services.headline import totals, waiting_jobs
from gridflex.services.settlement import settled_totals
from gridflex.services.system_view import agent_rows, source_rows

router = APIRouter(tags=["system"])
more = APIRouter(tags=["system"])
information = APIRouter(tags=["system"])


@information.get("")
def api_information(request: Request, parts: Shared) -> Information:
    """What answers here; at the root for ``Accept: application/json``, where a browser gets the dashboard."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    return Information(
        name="GridFlex",
        description=request.app.summary,
        version=__version__,
        docs="/docs",
        openapi="/openapi.json",
        changes_need_key=bool(parts.keys.operators),
        endpoints=[
            Endpoint(method=method.upper(), path=path, summary=" ".join(operation["description"].split()))
            for path, operations in paths.items()
            for method, operation in operations.items()
        ],
    )


@router.get("/health")
def health(parts: Shared) -> Health:
    """Whether the store answers and on what the agents decide; 503 where the store does not."""
    shared, now = parts.platform, parts.platform.clock()
    shared.trail.verify("")
    view = shared.grid.view(GB, now)
    return Health(
        status="healthy" if view.provenance is Provenance.LIVE else "degraded",
        version=__version__,
        time=now,
        provenance=view.provenance.word,  # type: ignore[arg-type]
        components=[Component.of(row) for row in source_rows(shared, GB)],
    )


@router.get("/agents/status")
def agents_status(visit: Reader) -> AgentsStatus:
    """The three agents, by what they last did, and their sources."""
    decisions = visit.decisions()
    return AgentsStatus(
        agents=[Component.of(row) for row in agent_rows(decisions)],
        sources=[Component.of(row) for row in source_rows(visit.parts.platform, visit.workspace.site.region)],
        decision_time_ms=decisions.took_ms,
    )


@router.get("/metrics/system")
def metrics_system(visit: Reader) -> SystemMetrics:
    """Counted and measured figures; none is a constant."""
    decisions, meter = visit.decisions(), visit.parts.meter
    sums, proof, waits = totals(decisions), decisions.certificate, waiting_jobs(decisions)
    queue, uptime = decisions.plan.queue, UptimeOut.of(visit.parts.checks.report())
    card = rate_card_value(
        tuple(queue.job_id[waits]), queue.energy_kwh[waits], queue.power_kw[waits], visit.view.intensity_now, visit.now
    )
    return SystemMetrics(
        time=visit.now,
        uptime_percent=uptime.uptime_percent,
        uptime=uptime,
        decision_time=Duration.of(meter.decisions),
        dispatch_time=Duration.of(meter.dispatches),
        demo=visit.workspace.is_demo,
        recorded=visit.kept,
        jobs_total=sums.jobs,
        jobs_optimized=jobs_moved(decisions),
        carbon_saved_kg=sums.saved_g / 1e3,
        carbon_saved_percent=100 * sums.saved_share,
        cost_saved_gbp=sums.saved_gbp,
        bound_carbon_kg=proof.bound_g / 1e3,
        gap_percent=proof.gap_percent,
        sla_compliance_percent=sla_percent(decisions),
        settled=SettledOut.of(settled_totals(visit.workspace)),
        rate_card=RateCardOut.of(card),
        provenance=decisions.view.provenance.word,  # type: ignore[arg-type]
        api_requests=meter.answered.total(),
    )


@more.get("/metrics", response_class=PlainTextResponse)
def metrics_prometheus(parts: Shared) -> PlainTextResponse:
    """Figures of this process as Prometheus reads them."""
    return PlainTextResponse(prometheus(parts), media_type="text/plain; version=0.0.4")


@more.post("/tick")
def tick(who: Operator) -> Tick:
    """The half-hour's work, for a scheduler: sources that are due are fetched, every workspace in use planned anew.

    Done once in a half-hour; asked again, it tells what was done, and 409 with Retry-After while it is being done.
    """
    view = who.parts.platform.grid.view(GB, who.now)
    done = who.parts.ticker.tick(who.now)
    return Tick(
        ticked_at=done.at,
        workspaces={str(outcome): count for outcome, count in done.outcomes.items()},
        runs_settled=done.settled,
        provenance=view.provenance.word,  # type: ignore[arg-type]
        next_fetch_due=view.next_due,
    )
