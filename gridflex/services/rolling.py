"""The rolling re-plan: the plan in force, whether a new one replaces it, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gridflex.agents.commitments import Commitments
from gridflex.agents.kept_runs import stored_placement, with_kept_worth
from gridflex.agents.orchestrator import Decisions, labelled
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR, epoch_half_hour, floor_half_hour, uk_time
from gridflex.planning.certificate import certify, lower_bound, plan_value
from gridflex.planning.horizon import Bools
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.planner import Solution
from gridflex.planning.policies.base import Placement
from gridflex.planning.replan import MARGIN, Cause, Replan, differs, exceeds, replan

NO_GAIN_SUFFICES = 1e9
"""As a margin: a share of its cost that no plan gains."""


@dataclass(frozen=True)
class Rolled:
    """What a re-plan found for the runs that had not begun.

    ``gain`` in the objective's unit is what the rules' own new plan would gain, ``share`` the
    same over those runs' cost as planned before; ``moved`` counts runs that it moves, or would.
    ``waits``: it would replace the old plan, and is only proposed.
    """

    cause: Cause
    gain: float
    share: float
    in_grams: bool
    moved: int
    waits: bool = False

    @property
    def replaced(self) -> bool:
        """Whether the new plan took the old one's place."""
        return not self.waits and self.cause not in (Cause.SAME, Cause.SMALL_GAIN)

    @property
    def sentence(self) -> str:
        """What was done and why: The plan stands: moving 3 runs would gain £0.02 (0.1 %), under the margin of 1 %."""
        amount = (fmt.carbon if self.in_grams else fmt.money)(abs(self.gain))
        runs = fmt.plural(self.moved, "run")
        match self.cause:
            case Cause.SAME:
                return "The plan stands: nothing better is known."
            case Cause.SMALL_GAIN if self.gain < 0:
                return (
                    f"The plan stands: placed anew, {runs} would {'emit' if self.in_grams else 'cost'} {amount} more."
                )
            case Cause.SMALL_GAIN if self.share > MARGIN:
                return "The plan stands: a new one would leave a run without a place."
            case Cause.SMALL_GAIN:
                margin = f"not above the margin of {fmt.percent(MARGIN)}"
                return f"The plan stands: moving {runs} would gain {amount} ({fmt.percent(self.share)}), {margin}."
            case Cause.GAIN:
                margin = f"above the margin of {fmt.percent(MARGIN)}"
                if self.waits:
                    share = fmt.percent(self.share)
                    return f"A better plan would move {runs} and gain {amount} ({share}), {margin}: it waits for a yes."
                return f"A better plan moves {runs} and gains {amount} ({fmt.percent(self.share)}), {margin}."
            case Cause.CAP_EXCEEDED:
                return f"A new plan moves {runs}: the old one no longer kept its cap."
            case Cause.FIRST_PLAN | Cause.MORE_PLACED:
                return "A new plan: runs that had no place have one."
            case Cause.WINDOW_LEFT:
                return f"A new plan moves {runs}: one could no longer run when it was planned."


def in_force(fresh: Decisions, before: Commitments, price_limit: float) -> Decisions:
    """The stored plan on the grid as ``fresh`` knows it; ``fresh`` itself where both are the same."""
    return _standing(fresh, stored_placement(before, fresh.plan.horizon), before, price_limit)


def proposed(fresh: Decisions, before: Commitments, price_limit: float) -> tuple[Decisions, Rolled, Decisions | None]:
    """As ``rolled``, but a mere gain is not taken: the stored plan stands, and the better one comes third.

    A plan that can no longer stand is replaced at once; limits and windows go before approval.
    """
    taken, found = rolled(fresh, before, price_limit)
    if found.cause is not Cause.GAIN:
        return taken, found, None
    kept, again = rolled(fresh, before, price_limit, NO_GAIN_SUFFICES)
    return (kept, again, None) if again.replaced else (kept, replace(found, waits=True), taken)


def rolled(
    fresh: Decisions, before: Commitments, price_limit: float, margin: float = MARGIN
) -> tuple[Decisions, Rolled]:
    """Keep the stored plan unless ``fresh`` gains more than the margin, or the stored one cannot stand.

    Compared are the runs that can still be moved. A job the stored plan had no place for takes
    the new plan's.
    """
    plan, objective = fresh.plan, fresh.rules.objective
    now = epoch_half_hour(plan.horizon.now)
    movable = ~(before.begun(now) | before.pinned | before.cancelled)
    if not movable.any():
        return fresh, Rolled(Cause.SAME, 0.0, 0.0, objective == CARBON_ONLY, 0)
    stored = stored_placement(before, plan.horizon)
    parts = None if stored.parts is None else stored.parts[movable]
    found = replan(Placement(stored.start[movable], parts), plan.take(movable), objective, margin)
    if found.replaced:
        return fresh, _told(found, objective, int(found.changed.sum()))
    kept = _standing(fresh, _merged(plan, movable, found.plan), before, price_limit)
    moved = 0 if kept.stands is None else int(kept.stands.sum())
    if _breaks_cap(kept, fresh):
        return fresh, replace(_told(found, objective, moved), cause=Cause.CAP_EXCEEDED)
    return kept, _told(found, objective, moved)


def asleep(planned_at: datetime, now: datetime) -> tuple[datetime, datetime] | None:
    """From when until when nobody re-planned: whole half-hours after the plan's own; None where none was missed."""
    first, awake = floor_half_hour(planned_at) + HALF_HOUR, floor_half_hour(now)
    return (first, awake) if first < awake else None


def asleep_words(first: datetime, awake: datetime) -> str:
    """Asleep 03:00–07:30, plan kept; with dates where it was not one UK day, with both clocks' names over a change."""
    begun, ended = uk_time(first), uk_time(awake)
    clock = fmt.clock if begun.date() == ended.date() else fmt.date_clock
    names = ("", "") if begun.tzname() == ended.tzname() else (f" {begun.tzname()}", f" {ended.tzname()}")
    return f"asleep {clock(first)}{names[0]}–{clock(awake)}{names[1]}, plan kept"


def _told(found: Replan, objective: Objective, moved: int) -> Rolled:
    cost = abs(plan_value(found.plan, objective) + (found.gain if found.replaced else 0.0))
    share = found.gain / cost if cost else 0.0
    return Rolled(found.cause, found.gain, share, objective == CARBON_ONLY, moved)


def _merged(plan: Plan, movable: Bools, kept: Plan) -> Placement:
    """The whole queue's placement with the movable runs as kept."""
    start = plan.start.copy()
    start[movable] = kept.start
    if plan.parts is None and kept.parts is None:
        return Placement(start)
    parts = np.zeros((len(start), len(plan.horizon)), np.bool_) if plan.parts is None else plan.parts.copy()
    parts[movable] = False if kept.parts is None else kept.parts
    return Placement(start, parts)


def _standing(fresh: Decisions, placement: Placement, before: Commitments, price_limit: float) -> Decisions:
    """Decisions for another placement of the same queue; ``fresh`` itself where it is the same."""
    new = fresh.plan
    plan = with_kept_worth(evaluate(new.policy, new.queue, new.horizon, placement), before)
    stands = differs(plan, new)
    if not stands.any():
        return fresh
    action, rationale = labelled(plan, fresh.rules, fresh.view, price_limit, before)
    solution = None if fresh.solution is None else _certified(fresh.solution, plan, fresh.rules.objective)
    return replace(fresh, plan=plan, action=action, rationale=rationale, solution=solution, stands=stands)


def _certified(solution: Solution, whole: Plan, objective: Objective) -> Solution:
    """The solution with another plan; bounds found under the caps hold for it if it places the same jobs."""
    plan = whole.take(whole.queue.earliest >= 0)
    bound, bound_g = solution.certificate.bound, solution.certificate.bound_g
    if not np.array_equal(plan.placed, solution.plan.placed):
        bound, bound_g = lower_bound(plan, objective), lower_bound(plan, CARBON_ONLY)
    proof = certify(plan, objective, bound, bound_g, None if solution.cap is None else solution.first_come)
    carbon = None if solution.carbon is None else replace(solution.carbon, plan=plan)
    return replace(solution, plan=plan, certificate=proof, carbon=carbon)


def _breaks_cap(kept: Decisions, fresh: Decisions) -> bool:
    """Whether the kept plan breaks a limit that the new one keeps."""
    old, new = kept.solution, fresh.solution
    if old is None or new is None:
        return False
    if old.cap is not None and exceeds(old.plan, old.cap):
        return True
    return old.carbon is not None and new.carbon is not None and new.carbon.met and not old.carbon.met
