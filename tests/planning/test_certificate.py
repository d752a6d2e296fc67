from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.planning.certificate import lower_bound, plan_value
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.planner import make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from tests.planning.queues import horizon_of, queue_of, random_horizon, random_queue, seeds

T = 30
OBJECTIVES = [CARBON_ONLY, Objective(), Objective(delay_cost=0.3)]


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(seed=seeds)
def test_no_policy_beats_the_bound_and_the_exact_ones_reach_it(objective: Objective, seed: int) -> None:
    queue, horizon = random_queue(seed, 12, T), random_horizon(seed, T)
    rules = Rules(objective, minimum_gain=0.0)
    solutions = {name: make_plan(name, queue, horizon, rules) for name in POLICIES}
    exact = solutions["interruptible"]
    bound = lower_bound(exact.plan, objective)
    assert plan_value(exact.plan, objective) == pytest.approx(bound, rel=1e-9, abs=1e-9)
    assert exact.certificate.gap_percent == pytest.approx(0.0, abs=1e-6)
    for solution in solutions.values():
        certificate = solution.certificate
        assert certificate.value >= bound - 1e-9 * abs(bound)
        assert certificate.planned_g >= certificate.bound_g
        assert certificate.share_of_possible_percent <= 100 + 1e-9


@given(seeds)
def test_best_window_reaches_the_bound_where_no_job_can_pause(seed: int) -> None:
    queue, horizon = random_queue(seed, 12, T, pausing=False), random_horizon(seed, T)
    solution = make_plan("best-window", queue, horizon, Rules(minimum_gain=0.0))
    assert solution.certificate.gap_percent == pytest.approx(0.0, abs=1e-6)


@given(seeds, st.sampled_from(list(POLICIES)))
def test_the_order_of_the_queue_does_not_matter(seed: int, policy: str) -> None:
    queue, horizon = random_queue(seed, 12, T), random_horizon(seed, T, ties=True)
    shuffled = queue.take(np.random.default_rng(seed).permutation(len(queue)))
    values = [make_plan(policy, each, horizon, Rules()).certificate.value for each in (queue, shuffled)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)


def test_a_worked_example() -> None:
    queue = queue_of({"power_kw": 2.0, "latest": 2}, {"earliest": 9, "latest": 2}, {"fixed": True, "latest": 0})
    horizon = horizon_of([300.0, 200, 100], [0.1, 0.2, 0.4])
    certificate = make_plan("threshold", queue, horizon, Rules(threshold=250.0)).certificate
    assert certificate.baseline_g == certificate.baseline_capped_g == 300 + 1500
    assert certificate.planned_g == 200 + 1500
    assert certificate.bound_g == 100 + 1500
    assert certificate.saved_g == 100
    assert certificate.share_of_possible_percent == pytest.approx(50.0)
    assert certificate.saved_gbp == pytest.approx(-0.1)
    assert certificate.value == pytest.approx(0.2 + 0.5 + 1700 * 245 / 1e6)


def test_where_nothing_can_be_saved_all_of_it_is() -> None:
    certificate = make_plan("best-window", queue_of({"latest": 0}), horizon_of([100.0, 50]), Rules()).certificate
    assert certificate.share_of_possible_percent == 100.0


def test_a_queue_without_jobs_costs_nothing() -> None:
    certificate = make_plan("best-window", queue_of(), horizon_of([100.0, 50]), Rules()).certificate
    assert (certificate.value, certificate.gap_percent, certificate.share_of_possible_percent) == (0.0, 0.0, 100.0)
