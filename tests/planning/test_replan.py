from __future__ import annotations

import numpy as np
import pytest

from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import UNPLACED, Placement, Rules
from gridflex.planning.replan import Cause, replan
from gridflex.planning.site_cap import site_cap
from tests.planning.queues import horizon_of, queue_of

HORIZON = horizon_of([100.0, 90.0, 50.0, 98.0, 300.0])
QUEUE = queue_of({"latest": 3}, {"latest": 3, "interruptible": True, "length": 2.0})


def new_plan(*start: int, parts: list[list[int]] | None = None) -> Plan:
    table = None if parts is None else np.array(parts, dtype=bool)
    return evaluate("new", QUEUE, HORIZON, Placement(np.array(start), table))


def old(*start: int) -> Placement:
    return Placement(np.array(start))


def test_the_first_plan_is_taken() -> None:
    found = replan(old(UNPLACED, UNPLACED), new_plan(2, 1), CARBON_ONLY)
    assert (found.cause, found.replaced, found.changed.any()) == (Cause.FIRST_PLAN, True, False)


def test_the_same_plan_stays() -> None:
    found = replan(old(2, 1), new_plan(2, 1), CARBON_ONLY)
    assert (found.cause, found.replaced, found.gain) == (Cause.SAME, False, 0.0)


def test_a_small_gain_does_not_change_a_plan_and_a_large_one_does() -> None:
    """The old plan costs 98 x 5 + 140 x 5 g, the new one saves 48 x 5 of them: 20 %."""
    kept = replan(old(3, 1), new_plan(2, 1), CARBON_ONLY, margin=0.21)
    assert (kept.cause, kept.replaced, kept.plan.start.tolist()) == (Cause.SMALL_GAIN, False, [3, 1])
    assert kept.gain == pytest.approx(240.0)
    changed = replan(old(3, 1), new_plan(2, 1), CARBON_ONLY, margin=0.2)
    assert (changed.cause, changed.plan.start.tolist()) == (Cause.GAIN, [2, 1])
    assert changed.changed.tolist() == [True, False]


def test_a_job_the_old_plan_did_not_know_takes_the_new_start() -> None:
    parts = [[0] * 5, [0, 1, 0, 1, 0]]
    found = replan(old(3, UNPLACED), new_plan(2, 1, parts=parts), CARBON_ONLY, margin=0.5)
    assert not found.replaced
    assert found.plan.start.tolist() == [3, 1]
    assert found.plan.parts is not None
    assert found.plan.parts[1].tolist() == [False, True, False, True, False]


def test_a_plan_that_left_its_window_cannot_stand() -> None:
    late = queue_of({"earliest": 1, "latest": 3}, {"latest": 3, "length": 2.0})
    new = evaluate("new", late, HORIZON, Placement(np.array([2, 1])))
    assert replan(old(0, 1), new, CARBON_ONLY).cause is Cause.WINDOW_LEFT
    assert replan(old(4, 1), new, CARBON_ONLY).cause is Cause.WINDOW_LEFT


def test_a_plan_that_would_break_the_cap_cannot_stand() -> None:
    cap = site_cap(QUEUE, HORIZON, Rules(cap_kw=15.0))
    assert replan(old(2, 1), new_plan(0, 1), CARBON_ONLY, cap=cap).cause is Cause.CAP_EXCEEDED
    assert replan(old(0, 1), new_plan(0, 1), CARBON_ONLY, cap=cap).cause is Cause.SAME
