"""A decision in a person's words, with the figures in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.planning.rationale import ACTIONS, RATIONALES


@dataclass(frozen=True)
class Explained:
    """One job's decision. Intensities are means over the whole run; savings against its baseline."""

    row: int
    job_id: str
    kind: str
    priority: str
    energy_kwh: float
    power_kw: float
    duration_hours: float
    release: datetime
    deadline: datetime | None
    action: Action
    rationale: Rationale
    start: datetime | None
    end: datetime | None
    latest_start: datetime
    baseline_start: datetime
    baseline_intensity: float
    intensity: float
    gate_intensity: float
    baseline_price: float
    price: float
    saved_g: float
    saved_gbp: float
    sentence: str

    @property
    def saved_share(self) -> float:
        """Share of the baseline's carbon that is saved; 0 where the baseline is zero."""
        return 1 - self.intensity / self.baseline_intensity if self.start and self.baseline_intensity else 0.0


def explain(decisions: Decisions, rows: Iterable[int]) -> list[Explained]:
    """The decisions of the given rows of the queue, in that order."""
    return [_explained(decisions, int(row)) for row in rows]


def _explained(decisions: Decisions, row: int) -> Explained:
    plan, job = decisions.plan, decisions.frame.iloc[row]
    queue, horizon = plan.queue, plan.horizon
    placed = bool(plan.placed[row])
    kwh = float(queue.energy_kwh[row])
    start = horizon.at(plan.start[row]) if placed else None
    gate = min(int(queue.earliest[row]), len(horizon) - 1)
    found = Explained(
        row=row,
        job_id=str(job["job_id"]),
        kind=str(job["kind"]),
        priority=str(job["priority"]),
        energy_kwh=float(job["energy_kwh"]),
        power_kw=float(queue.power_kw[row]),
        duration_hours=float(job["duration_hours"]),
        release=job["release"].to_pydatetime(),
        deadline=None if pd.isna(job["deadline"]) else job["deadline"].to_pydatetime(),
        action=ACTIONS[decisions.action[row]],
        rationale=RATIONALES[decisions.rationale[row]],
        start=start,
        end=start + HALF_HOUR * float(queue.length[row]) if start else None,
        latest_start=horizon.at(queue.latest[row]),
        baseline_start=horizon.at(queue.baseline[row]),
        baseline_intensity=float(plan.baseline_g[row]) / kwh,
        intensity=float(plan.carbon_g[row]) / kwh,
        gate_intensity=float(horizon.intensity[gate]),
        baseline_price=float(plan.baseline_gbp[row]) / kwh,
        price=float(plan.cost_gbp[row]) / kwh,
        saved_g=float(plan.saved_g[row]),
        saved_gbp=float(plan.saved_gbp[row]),
        sentence="",
    )
    return replace(found, sentence=_sentence(found, decisions))


def _sentence(job: Explained, decisions: Decisions) -> str:
    now = decisions.view.now
    threshold = fmt.number(decisions.threshold)
    gate = fmt.intensity(job.gate_intensity)
    minimum = fmt.percent(decisions.rules.minimum_gain)
    if job.action is Action.CANCEL:
        return "Cancelled by a person; it does not run."
    if job.start is None:
        return _unplaced(job, now)
    when = "now" if job.start <= now else f"at {fmt.day_clock(job.start, now)}"
    until = f"Waits until {fmt.day_clock(job.start, now)}"
    gain = _gain(job)
    match job.rationale:
        case Rationale.SLA_CRITICAL:
            why = "Critical" if job.priority == "critical" else "May not wait"
            return f"{why}: runs {when}, whatever the grid does ({fmt.intensity(job.intensity)} over the run)."
        case Rationale.HIGH_CARBON:
            return f"{until}: {gate} is above the threshold of {threshold}. {gain}"
        case Rationale.FORECAST_BETTER:
            return f"{until}: below the threshold already, but better then. {gain}"
        case Rationale.HIGH_PRICE if job.action is Action.DEFER:
            return f"{until}: energy is dear now. {gain}"
        case Rationale.NO_BENEFIT:
            return f"Runs {when} although {gate} is above the threshold: no later window gains {minimum} or more."
        case Rationale.HIGH_PRICE:
            return f"Runs {when}: {gate} is within the threshold. Energy is above its price limit, which moves nothing."
        case Rationale.OPERATOR:
            return f"A person chose this start ({fmt.day_clock(job.start, now)}). {gain}"
        case _:
            return f"Runs {when}: {gate} is at or below the threshold of {threshold} and the price is within its limit."


def _gain(job: Explained) -> str:
    """Means over the run, now against then, and what that saves."""
    verb = "Saves" if job.saved_g >= 0 else "Costs"
    pounds = f"saves {fmt.money(job.saved_gbp)}" if job.saved_gbp >= 0 else f"costs {fmt.money(-job.saved_gbp)} more"
    return (
        f"Its run averages {fmt.intensity(job.intensity)} instead of {fmt.number(job.baseline_intensity)}. "
        f"{verb} {fmt.carbon(abs(job.saved_g))} ({fmt.percent(abs(job.saved_share))}) and {pounds}."
    )


def _unplaced(job: Explained, now: datetime) -> str:
    if job.rationale is Rationale.PAST_DEADLINE and job.deadline:
        return f"Cannot be done by its deadline of {fmt.day_clock(job.deadline, now)}, even if it started at once."
    if job.rationale is Rationale.NO_ROOM:
        return "Not placed: no start in its window has room under the site's power cap."
    return "Not placed yet: its run would end beyond the 48 hours that are known ahead."
