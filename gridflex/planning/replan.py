"""Whether a new plan is worth changing the old one for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridflex.planning.certificate import plan_value
from gridflex.planning.horizon import Bools
from gridflex.planning.objective import Objective
from gridflex.planning.plan import Plan, evaluate, load_in_use
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import SLACK
from gridflex.planning.site_cap import TOLERANCE, SiteCap

MARGIN = 0.01
"""Least share of the old plan's cost a change must gain (assumed): forecasts move by more each half-hour."""


class Cause(StrEnum):
    """Why a plan was kept or replaced."""

    SAME = "same"
    SMALL_GAIN = "small_gain"
    FIRST_PLAN = "first_plan"
    GAIN = "gain"
    WINDOW_LEFT = "window_left"
    CAP_EXCEEDED = "cap_exceeded"
    MORE_PLACED = "more_placed"


@dataclass(frozen=True, eq=False)
class Replan:
    """The plan to follow, whether it is the new one, why, and what changed.

    ``gain`` is in the objective's unit: the old plan's cost on the present forecast minus the
    new one's. ``changed`` marks jobs whose run differs from the old plan's; jobs the old plan
    did not know always take the new one's.
    """

    plan: Plan
    replaced: bool
    cause: Cause
    gain: float
    changed: Bools


def replan(
    old: Placement, new: Plan, objective: Objective, margin: float = MARGIN, cap: SiteCap | None = None
) -> Replan:
    """Keep the old plan unless the new one gains more than ``margin`` of its cost, or the old one cannot stand.

    ``old`` has the new plan's rows, and the horizon's; UNPLACED where the old plan did not
    know a job or found no place for it.
    """
    kept = _with_new_jobs(old, new)
    known = old.start != UNPLACED
    changed = known & differs(kept, new)
    gain = plan_value(kept, objective) - plan_value(new, objective)
    cause = _must_change(kept, new, known, cap)
    if cause is None:
        # A job that is left out costs nothing: that is no gain.
        worth = gain > margin * abs(plan_value(kept, objective)) and new.placed.sum() >= kept.placed.sum()
        cause = Cause.GAIN if worth else Cause.SMALL_GAIN if changed.any() else Cause.SAME
    replaced = cause not in (Cause.SAME, Cause.SMALL_GAIN)
    return Replan(new if replaced else kept, replaced, cause, gain, changed & replaced)


def _with_new_jobs(old: Placement, new: Plan) -> Plan:
    """The old plan on the present forecast, jobs it had no place for as the new plan has them."""
    fresh = old.start == UNPLACED
    parts = None
    if old.parts is not None or new.parts is not None:
        none = np.zeros((len(new.start), len(new.horizon)), dtype=np.bool_)
        parts = none if old.parts is None else old.parts.copy()
        parts[fresh] = False if new.parts is None else new.parts[fresh]
    return evaluate(new.policy, new.queue, new.horizon, Placement(np.where(fresh, new.start, old.start), parts))


def differs(one: Plan, other: Plan) -> Bools:
    """Jobs that run at other times."""
    moved: Bools = np.not_equal(one.start, other.start)
    if one.parts is None and other.parts is None:
        return moved
    parts = (plan.parts if plan.parts is not None else np.zeros((len(moved), 1), np.bool_) for plan in (one, other))
    return moved | np.not_equal(*parts).any(axis=1)


def _must_change(kept: Plan, new: Plan, known: Bools, cap: SiteCap | None) -> Cause | None:
    """Why the old plan cannot stand; None where it can."""
    if not known.any():
        return Cause.FIRST_PLAN
    queue = kept.queue
    late = kept.end > queue.latest + queue.length + SLACK
    if (known & ((kept.start < queue.earliest) | late)).any():
        return Cause.WINDOW_LEFT
    if cap is not None and exceeds(kept, cap):
        return Cause.CAP_EXCEEDED
    return Cause.MORE_PLACED if new.placed.sum() > kept.placed.sum() else None


def exceeds(plan: Plan, cap: SiteCap) -> bool:
    """Whether a plan breaks the cap in a half-hour that critical jobs alone do not."""
    used = load_in_use(plan.queue, plan.start, plan.parts, cap.load, len(plan.horizon))
    return bool((~cap.broken & (used > cap.limit * (1 + TOLERANCE))).any())
