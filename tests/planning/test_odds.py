"""The chance that a moved job turns out dirtier, and whether a new plan is worth its change."""

from __future__ import annotations

from dataclasses import replace
from math import erfc, exp, sqrt

import numpy as np
import pytest

from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import Queue
from gridflex.planning.replan import Cause, differs, replan
from gridflex.planning.uncertainty import ENOUGH_ERRORS, MAE_OF_SD, measured_sd, odds_of
from tests.planning.queues import START, horizon_of, queue_of


def horizon(intensity: list[float], sd: list[float]) -> Horizon:
    return Horizon.of(START, np.array(intensity), sd=np.array(sd))


def plan_of(queue: Queue, at: Horizon, start: list[int], parts: list[list[int]] | None = None) -> Plan:
    table = None if parts is None else np.array(parts, dtype=bool)
    return evaluate("by hand", queue, at, Placement(np.array(start), table))


def test_errors_of_neighbouring_half_hours_nearly_cancel() -> None:
    odds = odds_of(plan_of(queue_of({}), horizon([104, 100], [10, 10]), [1]))
    sd = sqrt(10**2 + 10**2 - 2 * 10 * 10 * exp(-0.5 / 6))
    assert (odds.gain[0], odds.sd[0]) == pytest.approx((4, sd))
    assert odds.chance_worse[0] == pytest.approx(erfc(4 / sd / sqrt(2)) / 2) == pytest.approx(0.1587, abs=1e-3)
    assert (odds.tie[0], odds.told[0]) == (False, odds.chance_worse[0])


@pytest.mark.parametrize(("gain", "tie"), [(3.1, True), (3.3, False), (-3.1, True), (-3.3, False), (-50, False)])
def test_a_tie_is_a_difference_smaller_than_its_own_mean_error_either_way(gain: float, tie: bool) -> None:
    odds = odds_of(plan_of(queue_of({}), horizon([100 + gain, 100], [10, 10]), [1]))
    assert odds.sd[0] * MAE_OF_SD == pytest.approx(3.19, abs=0.01)
    assert odds.tie[0] == tie
    assert (odds.chance_worse[0] > 0.5) == (gain < 0)


def test_half_hours_that_both_runs_use_cancel_out() -> None:
    odds = odds_of(plan_of(queue_of({"length": 2}), horizon([100, 500, 60], [10, 200, 10]), [1]))
    # Only the first and the third half-hour count, each by half.
    sd = sqrt(0.25 * (100 + 100 - 200 * exp(-1 / 6)))
    assert (odds.gain[0], odds.sd[0]) == pytest.approx((20, sd))


def test_what_is_measured_and_what_is_not_moved_is_told_no_chance() -> None:
    odds = odds_of(plan_of(queue_of({}, {}), horizon([100, 60, 80], [0, 0, 9]), [1, 0]))
    assert odds.chance_worse[0] == 0
    assert np.isnan(odds.told).all()
    assert np.isnan(odds.gain[1])


def test_a_baseline_before_the_horizon_counts_at_what_it_was_valued() -> None:
    queue = replace(queue_of({}), baseline=np.array([-5]))
    plan = replace(plan_of(queue, horizon([100, 60], [10, 10]), [1]), baseline_g=np.array([5 * 90.0]))
    assert odds_of(plan).gain[0] == pytest.approx(30)


def test_a_restart_counts_against_the_gain() -> None:
    queue = queue_of({"length": 2, "interruptible": True, "restart_kwh": 1.0})
    plan = plan_of(queue, horizon([100, 100, 80, 100], [5] * 4), [0], [[1, 0, 1, 0]])
    assert odds_of(plan).gain[0] == pytest.approx((1000 - (500 + 400 + 80)) / 10)


def test_part_of_a_plan_is_its_rows() -> None:
    plan = plan_of(queue_of({}, {"length": 2}, {}), horizon([100, 60, 80, 90], [9] * 4), [1, 2, UNPLACED])
    part = plan.take(np.array([1, 0]))
    assert part.start.tolist() == [2, 1]
    assert part.queue.job_id.tolist() == ["job-1", "job-0"]
    assert part.carbon_g == pytest.approx([5 * 170, 5 * 60])
    assert odds_of(part).chance_worse == pytest.approx(odds_of(plan).chance_worse[[1, 0]])


def test_runs_differ_in_start_or_in_parts() -> None:
    queue, at = queue_of({"length": 2}, {"length": 2}, {"length": 2}), horizon([1.0] * 6, [0] * 6)
    whole = plan_of(queue, at, [0, 1, 2])
    none = [0] * 6
    pausing = plan_of(queue, at, [0, 1, 3], [[1, 0, 1, 0, 0, 0], none, none])
    assert differs(whole, pausing).tolist() == differs(pausing, whole).tolist() == [True, False, True]
    assert not differs(whole, whole).any()
    assert not differs(pausing, pausing).any()


def test_leaving_a_job_out_is_no_gain() -> None:
    at = horizon_of([100, 50])
    queue = queue_of({"latest": 1}, {"latest": 1})
    fewer = evaluate("by hand", queue, at, Placement(np.array([1, UNPLACED])))
    found = replan(Placement(np.array([1, 1])), fewer, CARBON_ONLY)
    assert (found.replaced, found.cause, found.plan.start.tolist()) == (False, Cause.SMALL_GAIN, [1, 1])


def test_the_published_error_stands_until_enough_was_seen() -> None:
    published: Floats = np.array([12.0, 13.0, 14.0])
    lead = np.array([0.0, 0.5, 1.0])
    seen = np.repeat(lead, [ENOUGH_ERRORS, ENOUGH_ERRORS - 1, 0])
    errors = np.where(np.arange(len(seen)) % 2, 5.0, -3.0)
    assert measured_sd(lead, published, seen, errors) == pytest.approx([sqrt((25 + 9) / 2), 13, 14])
