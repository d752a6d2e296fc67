from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.suggestion import suggest_threshold
from gridflex.planning.sweep import threshold_sweep
from tests.planning.queues import horizon_of, queue_of, random_horizon, random_queue, seeds

T = 30


@pytest.mark.parametrize("policy", list(POLICIES))
@given(seed=seeds)
def test_the_curves_are_the_plans_at_every_threshold(policy: str, seed: int) -> None:
    queue, horizon = random_queue(seed, 10, T), random_horizon(seed, T)
    horizon = replace(horizon, intensity=np.rint(horizon.intensity))
    rules = Rules(CARBON_ONLY, minimum_gain=0.05)
    thresholds = np.array([0.0, 60.0, 61.5, 120.0, 150.0, 200.0, 319.0, 400.0])
    sweep = threshold_sweep(policy, queue, horizon, rules, thresholds)
    movable = max(int((~queue.fixed & queue.placeable).sum()), 1)
    for row, threshold in enumerate(thresholds):
        rules = replace(rules, threshold=float(threshold))
        plan = evaluate(policy, queue, horizon, POLICIES[policy].place(queue, horizon, rules))
        assert sweep.deferred[row] == plan.waits.sum()
        assert sweep.carbon_g[row] == pytest.approx(plan.carbon_g.sum())
        assert sweep.cost_gbp[row] == pytest.approx(plan.cost_gbp.sum())
        assert sweep.delay_hours[row] == pytest.approx(plan.delay_hours.sum() / movable)
    assert sweep.baseline_g == pytest.approx(plan.baseline_g.sum())


def test_the_highest_threshold_that_keeps_nearly_all_of_the_gain_is_suggested() -> None:
    jobs = queue_of({"power_kw": 100.0, "latest": 3}, {"power_kw": 1.0, "earliest": 1, "latest": 3})
    horizon = horizon_of([300.0, 120, 50, 50])
    suggestion = suggest_threshold(
        threshold_sweep("threshold-best-window", jobs, horizon, Rules(CARBON_ONLY)), CARBON_ONLY
    )
    assert suggestion.threshold == 299
    assert "1 job waits" in suggestion.reason
    assert "100 %" in suggestion.reason


def test_no_threshold_is_suggested_where_none_gains_or_all_are_alike() -> None:
    rising = horizon_of([100.0, 200, 300])
    sweep = threshold_sweep("threshold", queue_of({"latest": 2}), rising, Rules())
    assert suggest_threshold(sweep, Objective()).threshold is None
    falling = horizon_of([300.0, 200, 100])
    sweep = threshold_sweep("best-window", queue_of({"latest": 2}), falling, Rules())
    assert "same plan" in suggest_threshold(sweep, Objective()).reason
