"""The sentences a decision is told in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.decisions import BY_ORDER, Action, Rationale
from gridflex.planning.policies.peer import PeerSlidingMean
from gridflex.planning.policies.run_at_once import RunAtOnce

if TYPE_CHECKING:
    from gridflex.agents.explain import Explained

_ORDERED = {
    Rationale.WINDOW_ORDERED: "An energy window is ordered for it",
    Rationale.SLOT_SOLD: "A grid agent has booked it",
}


def odds_words(chance_worse: float, tie: bool, instead: str = "running now") -> str:
    """The chance of being worse than ``instead``, in words; a tie is called a tie."""
    if tie:
        return f"within the forecast's error a tie with {instead}"
    beyond = "under " if chance_worse < 0.005 else "over " if chance_worse > 0.995 else ""
    return f"chance of being worse {beyond}{min(max(round(100 * chance_worse), 1), 99)} %"


def sentence(job: Explained, decisions: Decisions) -> str:
    """The decision with its reason and what it saves, true of the grid as it is known now."""
    if decisions.advised is not None and decisions.advised[job.row]:
        return f"Not started: it waits for a person's word. {_decided(job, decisions)}"
    return _decided(job, decisions)


def _decided(job: Explained, decisions: Decisions) -> str:
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
        if job.start == job.baseline_start:
            return f"A person chose this start ({clock}), the one it would have had without a plan."
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


def _unplaced(job: Explained, now: datetime) -> str:
    if job.rationale is Rationale.PAST_DEADLINE and job.deadline:
        return f"Cannot be done by its deadline of {fmt.day_clock(job.deadline, now)}, even if it started at once."
    if job.rationale is Rationale.NO_ROOM:
        return "Not placed: no start in its window has room under the site's cap."
    return "Not placed yet: its run would end beyond the 48 hours that are known ahead."
