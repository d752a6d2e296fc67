"""One job's own chart: what every possible start would cost, the chosen one marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.agents.explain import Explained, explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.windows import start_costs
from gridflex.services.axis import Axis, time_axis


@dataclass(frozen=True, eq=False)
class JobDetail:
    """Candidate starts from the earliest to the latest: whole-run carbon (kg) and energy cost (GBP)."""

    job: Explained
    axis: Axis
    carbon_kg: Floats
    cost_gbp: Floats
    chosen: int | None
    issued: str
    alt: str


def job_detail(decisions: Decisions, row: int) -> JobDetail:
    """Everything about one decision."""
    plan = decisions.plan
    one = plan.queue.take(np.array([row]))
    horizon = plan.horizon
    first, last = int(one.earliest[0]), max(int(one.latest[0]), int(one.earliest[0]))
    _, grams = start_costs(horizon.intensity, one)
    _, pounds = start_costs(horizon.price, one)
    job = explain(decisions, [row])[0]
    kg = np.where(np.isfinite(grams[0, first : last + 1]), grams[0, first : last + 1] / 1e3, np.nan)
    chosen = int(plan.start[row]) - first if plan.placed[row] else None
    issued = decisions.view.fetched_at
    said = f"Forecast of {fmt.date_clock(issued)}, " if issued else ""
    return JobDetail(
        job=job,
        axis=time_axis(horizon.at(first), len(kg)),
        carbon_kg=kg,
        cost_gbp=np.where(np.isnan(kg), np.nan, pounds[0, first : last + 1]),
        chosen=chosen if chosen is not None and 0 <= chosen < len(kg) else None,
        issued=f"{said}{decisions.view.provenance.word}; price: {decisions.view.price_name}.",
        alt=f"Carbon of job {job.job_id} for each of {len(kg)} possible starts; the chosen one is marked.",
    )
