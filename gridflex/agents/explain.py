"""A decision in a person's words, with the figures in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.decisions import BY_ORDER, Action, Rationale
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.planning.plan import Plan
from gridflex.planning.policies.peer import PeerSlidingMean
from gridflex.planning.policies.run_at_once import RunAtOnce
from gridflex.planning.rationale import ACTIONS, RATIONALES
from gridflex.planning.uncertainty import odds_of

_ORDERED = {
    Rationale.WINDOW_ORDERED: "An energy window is ordered for it",
    Rationale.SLOT_SOLD: "A grid agent has booked it",
}


@dataclass(frozen=True)
class Explained:
    """One job's decision. Energy and power are the meter's, with the site's PUE.

    Intensities and prices are means over the whole run, savings against its baseline.
    ``gate_intensity`` is that of its earliest half-hour; ``parts`` counts the stretches a run that
    pauses is done in (else 1). ``chance_worse`` is the chance (0 to 1) that a run which is not over
    turns out dirtier than its baseline, None where it is not moved; ``tie`` where saving or loss is
    smaller than its own mean error, ``odds`` both in words. ``stands`` where a fresh plan would have
    it run at another time, but for too little gain.
    """

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
    parts: int
    latest_start: datetime
    baseline_start: datetime
    baseline_intensity: float
    intensity: float
    gate_intensity: float
    baseline_price: float
    price: float
    saved_g: float
    saved_gbp: float
    chance_worse: float | None
    tie: bool
    odds: str
    stands: bool
    sentence: str

    @property
    def saved_share(self) -> float:
        """Share of the baseline's carbon that is saved; 0 where the baseline is zero."""
        return 1 - self.intensity / self.baseline_intensity if self.start and self.baseline_intensity else 0.0


def explain(decisions: Decisions, rows: Iterable[int]) -> list[Explained]:
    """The decisions of the given rows of the queue, in that order."""
    chosen = np.fromiter(rows, np.int64)
    part = decisions.plan.take(chosen)
    odds = odds_of(part)
    known = zip(chosen.tolist(), part.end.tolist(), odds.told.tolist(), odds.tie.tolist(), strict=True)
    return [_explained(decisions, row, end, chance, tie) for row, end, chance, tie in known]


def odds_words(chance_worse: float, tie: bool, instead: str = "running now") -> str:
    """The chance of being worse than ``instead``, in words; a tie is called a tie."""
    if tie:
        return f"a tie with {instead}"
    beyond = "under " if chance_worse < 0.005 else "over " if chance_worse > 0.995 else ""
    return f"chance of being worse {beyond}{min(max(round(100 * chance_worse), 1), 99)} %"


def _explained(decisions: Decisions, row: int, end: float, chance: float, tie: bool) -> Explained:
    plan, job = decisions.plan, decisions.frame.iloc[row]
    queue, horizon = plan.queue, plan.horizon
    placed = bool(plan.placed[row])
    kwh = float(queue.energy_kwh[row])
    start = horizon.at(plan.start[row]) if placed else None
    is_open = not np.isnan(chance) and end > horizon.now_index
    instead = "running now" if queue.baseline[row] == horizon.now_index else "not waiting"
    gate = min(max(int(queue.earliest[row]), 0), len(horizon) - 1)
    found = Explained(
        row=row,
        job_id=str(job["job_id"]),
        kind=str(job["kind"]),
        priority=str(job["priority"]),
        energy_kwh=kwh,
        power_kw=float(queue.power_kw[row]),
        duration_hours=float(job["duration_hours"]),
        release=job["release"].to_pydatetime(),
        deadline=None if pd.isna(job["deadline"]) else job["deadline"].to_pydatetime(),
        action=ACTIONS[decisions.action[row]],
        rationale=RATIONALES[decisions.rationale[row]],
        start=start,
        end=horizon.start + HALF_HOUR * end if placed else None,
        parts=_stretches(plan, row),
        latest_start=horizon.at(queue.latest[row]),
        baseline_start=horizon.at(queue.baseline[row]),
        baseline_intensity=float(plan.baseline_g[row]) / kwh,
        intensity=float(plan.carbon_g[row]) / kwh,
        gate_intensity=float(horizon.intensity[gate]),
        baseline_price=float(plan.baseline_gbp[row]) / kwh,
        price=float(plan.cost_gbp[row]) / kwh,
        saved_g=float(plan.saved_g[row]),
        saved_gbp=float(plan.saved_gbp[row]),
        chance_worse=chance if is_open else None,
        tie=is_open and tie,
        odds=odds_words(chance, tie, instead) if is_open else "",
        stands=decisions.stands is not None and bool(decisions.stands[row]),
        sentence="",
    )
    return replace(found, sentence=_sentence(found, decisions))


def _sentence(job: Explained, decisions: Decisions) -> str:
    now = decisions.view.now
    if job.action is Action.CANCEL:
        return "Cancelled by a person; it does not run."
    if job.start is None:
        return _unplaced(job, now)
    clock, begun = fmt.day_clock(job.start, now), job.start < decisions.plan.horizon.now
    if job.rationale in BY_ORDER:
        where = " in another zone" if job.action is Action.SHIFT_REGION else ""
        runs = f"began at {clock}" if begun else f"runs {_when(job.start, now)}"
        return f"{_ORDERED[job.rationale]}: {runs}{where}. {_gain(job)}"
    if job.rationale is Rationale.OPERATOR:
        return f"A person chose this start ({clock}). {_gain(job)}"
    if job.start > job.baseline_start and (begun or job.action is Action.EXECUTE_NOW):
        return f"Waited until {clock}{'' if begun else ' and runs now'}. {_gain(job)}"
    if job.rationale is Rationale.SLA_CRITICAL:
        why = "Critical" if job.priority == "critical" else "May not wait"
        runs = f"began at {clock}" if begun else f"runs {_when(job.start, now)}"
        return f"{why}: {runs}, whatever the grid does ({fmt.intensity(job.intensity)} over the run)."
    if begun:
        return f"Began at {clock} without waiting ({fmt.intensity(job.intensity)} over the run)."
    return _planned(job, job.start, decisions)


def _planned(job: Explained, start: datetime, decisions: Decisions) -> str:
    """For a run still ahead that a rule placed."""
    now, threshold, gate = decisions.view.now, fmt.number(decisions.threshold), fmt.intensity(job.gate_intensity)
    when, gain = _when(start, now), _gain(job)
    until = f"Waits until {fmt.day_clock(start, now)}" if start > now else "Begins now and pauses"
    if job.stands:
        kept = "planned before: another start would gain too little."
        return f"{until} as {kept} {gain}" if job.action is Action.DEFER else f"Runs {when} as {kept}"
    if decisions.rules.threshold is None:
        deferred = job.action is Action.DEFER
        return f"{until}: the best time in its window. {gain}" if deferred else f"Runs {when}: {_no_better(decisions)}."
    match job.rationale:
        case Rationale.HIGH_CARBON:
            return f"{until}: {gate} is above the threshold of {threshold}. {gain}"
        case Rationale.FORECAST_BETTER:
            return f"{until}: below the threshold already, but better then. {gain}"
        case Rationale.HIGH_PRICE if job.action is Action.DEFER:
            return f"{until}: energy is dear now. {gain}"
        case Rationale.NO_BENEFIT:
            return f"Runs {when} although {gate} is above the threshold: {_no_better(decisions)}."
        case Rationale.HIGH_PRICE:
            return f"Runs {when}: {gate} is within the threshold. Energy is above its price limit, which moves nothing."
        case _:
            return f"Runs {when}: {gate} is at or below the threshold of {threshold} and the price is within its limit."


def _gain(job: Explained) -> str:
    """Means over the run, now against then, and what that saves."""
    cleaner, cheaper = job.saved_g >= 0, job.saved_gbp >= 0
    pounds = fmt.money(abs(job.saved_gbp))
    money = pounds if cheaper and cleaner else f"saves {pounds}" if cheaper else f"costs {pounds} more"
    return (
        f"Its run averages {fmt.intensity(job.intensity)} instead of {fmt.number(job.baseline_intensity)}. "
        f"{'Saves' if cleaner else 'Adds'} {fmt.carbon(abs(job.saved_g))} ({fmt.percent(abs(job.saved_share))}) "
        f"and {money}{'; ' * bool(job.odds)}{job.odds}." + (f" It runs in {job.parts} parts." if job.parts > 1 else "")
    )


def _when(start: datetime, now: datetime) -> str:
    return "now" if start <= now else f"at {fmt.day_clock(start, now)}"


def _no_better(decisions: Decisions) -> str:
    """Why a job above the threshold does not wait; true of policies that know no minimum gain, too."""
    if decisions.plan.policy == RunAtOnce.name:
        return "the policy starts every job at once"
    if decisions.plan.policy == PeerSlidingMean.name or not decisions.rules.minimum_gain:
        return "the policy found no better start"
    return f"no later window gains {fmt.percent(decisions.rules.minimum_gain)} or more"


def _stretches(plan: Plan, row: int) -> int:
    """Unbroken stretches of a job's run."""
    if plan.parts is None or not plan.parts[row].any():
        return 1
    return int((np.diff(plan.parts[row].astype(np.int8), prepend=0) == 1).sum())


def _unplaced(job: Explained, now: datetime) -> str:
    if job.rationale is Rationale.PAST_DEADLINE and job.deadline:
        return f"Cannot be done by its deadline of {fmt.day_clock(job.deadline, now)}, even if it started at once."
    if job.rationale is Rationale.NO_ROOM:
        return "Not placed: no start in its window has room under the site's power cap."
    return "Not placed yet: its run would end beyond the 48 hours that are known ahead."
