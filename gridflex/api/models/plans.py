"""A queue, a plan, and what it is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gridflex.agents.orchestrator import Decisions
from gridflex.api.models.grid import ProvenanceWord
from gridflex.api.models.jobs import EXAMPLE, MOST_JOBS, JobDecision, NewJob
from gridflex.domain.controls import Controls
from gridflex.services.headline import decision_sentence, totals, worth_sentence
from gridflex.services.proof_lines import certificate_line
from gridflex.services.sla import sla

JobIds = Annotated[list[str], Field(max_length=MOST_JOBS)]
CONTROLS_HELP = "all of the rules: what is left out takes its default; without any the workspace's own are kept"


class Optimise(BaseModel):
    """What to optimise. All jobs of the queue are planned together: they share the grid and the site's cap."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"job_ids": ["demo-01", "demo-02"]}, {"controls": {"threshold": 120}}]},
    )

    job_ids: Annotated[JobIds | None, Field(description="whose decisions to answer with; all where left out")] = None
    controls: Annotated[Controls | None, Field(description=CONTROLS_HELP)] = None


class DryRun(Optimise):
    """What to plan without writing anything; ``jobs`` stand in for the workspace's queue."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"jobs": [EXAMPLE], "controls": {"threshold": 120}}]})

    jobs: Annotated[list[NewJob] | None, Field(min_length=1, max_length=MOST_JOBS)] = None


class NewJobs(BaseModel):
    """Jobs to take in, beside those in the queue or, with ``replace``, instead of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"jobs": [EXAMPLE], "replace": False}]})

    jobs: Annotated[list[NewJob], Field(min_length=1, max_length=MOST_JOBS)]
    replace: bool = False


class Summary(BaseModel):
    """Sums over all jobs of a plan. Savings are estimates against running at once, under this forecast."""

    jobs: int
    execute_now: Annotated[int, Field(description="jobs that run now")]
    advised: Annotated[int, Field(description="jobs that should start now and wait for a person's word")]
    deferred: Annotated[int, Field(description="jobs that wait and have not begun")]
    later: Annotated[int, Field(description="jobs that start when they are released")]
    completed: int
    unplaced: int
    cancelled: int
    baseline_carbon_gco2: float
    carbon_saved_gco2: float
    carbon_saved_percent: float
    baseline_cost_gbp: float
    cost_saved_gbp: float
    bound_carbon_gco2: Annotated[float, Field(description="the least any plan of the placed jobs could emit, gCO2")]
    share_of_possible_percent: Annotated[float, Field(description="carbon saved, of the most that could be")]
    gap_percent: Annotated[float, Field(description="the plan is within this of the best possible for its objective")]
    sla_in_time: int
    sla_possible: Annotated[int, Field(description="jobs whose deadline could be met when they came")]
    policy: str
    threshold_gco2_kwh: float
    provenance: ProvenanceWord
    forecast_issued: datetime | None
    decision_time_ms: Annotated[float, Field(description="processor time of deciding the whole queue")]
    sentences: list[str]

    @classmethod
    def of(cls, decisions: Decisions) -> Summary:
        """What a set of decisions adds up to."""
        sums, proof, kept = totals(decisions), decisions.certificate, sla(decisions)
        share = proof.share_of_possible_percent
        said = (decision_sentence(decisions, sums), worth_sentence(sums, None), certificate_line(decisions))
        return cls(
            jobs=sums.jobs,
            execute_now=sums.now,
            advised=sums.advised,
            deferred=sums.waiting,
            later=sums.later,
            completed=sums.done,
            unplaced=sums.unplaced,
            cancelled=sums.cancelled,
            baseline_carbon_gco2=sums.baseline_g,
            carbon_saved_gco2=sums.saved_g,
            carbon_saved_percent=100 * sums.saved_share,
            baseline_cost_gbp=sums.baseline_gbp,
            cost_saved_gbp=sums.saved_gbp,
            bound_carbon_gco2=proof.bound_g,
            share_of_possible_percent=share,
            gap_percent=proof.gap_percent,
            sla_in_time=kept.in_time,
            sla_possible=kept.possible,
            policy=decisions.plan.policy,
            threshold_gco2_kwh=decisions.threshold,
            provenance=decisions.view.provenance.word,  # type: ignore[arg-type]
            forecast_issued=decisions.view.fetched_at,
            decision_time_ms=decisions.took_ms,
            sentences=[sentence for sentence in said if sentence],
        )


class PlanOut(BaseModel):
    """A plan. ``recorded`` says whether it is in the store and the audit trail, ``demo`` whether any job is made up."""

    recorded: bool
    demo: bool
    workspace_id: Annotated[str | None, Field(description="the workspace's public name; its key opens it")]
    dispatch_time_ms: Annotated[float | None, Field(description="until the plan was on disk; null for a dry run")]
    summary: Summary
    decisions_total: int
    decisions: list[JobDecision]


class QueueOut(BaseModel):
    """The queue as it is decided now; ``jobs`` is the page asked for."""

    total_jobs: int
    deferrable_jobs: int
    critical_jobs: int
    total_energy_kwh: Annotated[float, Field(description="at the meter, with the site's PUE")]
    by_status: dict[str, int]
    demo: bool
    recorded: bool
    queue: str
    demand_forecast: Annotated[str | None, Field(description="the expected peak of arriving load, where it is known")]
    provenance: ProvenanceWord
    offset: int
    jobs: list[JobDecision]
