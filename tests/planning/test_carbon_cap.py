from __future__ import annotations

from dataclasses import replace
from math import isinf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.errors import PlanError
from gridflex.planning.objective import Objective
from gridflex.planning.planner import make_plan
from gridflex.planning.policies.base import Rules
from gridflex.planning.windows import start_costs
from tests.planning.queues import assert_keeps_the_rules, horizon_of, queue_of, random_horizon, random_queue, seeds

T = 30
COST = Rules(Objective(carbon_price=0.0), minimum_gain=0.0)


@pytest.mark.parametrize("policy", ["best-window", "interruptible"])
@settings(max_examples=20)
@given(seed=seeds, share=st.floats(0.3, 0.9))
def test_a_cap_within_reach_is_kept_at_nearly_the_least_cost(policy: str, seed: int, share: float) -> None:
    queue, horizon = random_queue(seed, 25, T, pausing=policy == "interruptible"), random_horizon(seed, T)
    free = make_plan(policy, queue, horizon, COST)
    energy = queue.energy_kwh[free.plan.placed].sum()
    least, greatest = free.certificate.bound_g / energy, free.certificate.planned_g / energy
    limit = least + share * (greatest - least)
    solution = make_plan(policy, queue, horizon, replace(COST, carbon_cap=limit))
    assert solution.carbon is not None
    assert solution.carbon.met
    assert solution.certificate.planned_g <= limit * energy * (1 + 1e-9)
    assert_keeps_the_rules(solution.plan)
    certificate = solution.certificate
    assert free.certificate.value <= certificate.value + 1e-9
    assert certificate.bound <= certificate.value
    # What is left of the limit is less than one job's carbon at the shadow price.
    one_job = float((queue.energy_kwh * horizon.intensity.max()).max()) / 1e6
    assert certificate.value - certificate.bound <= solution.carbon.shadow_price * one_job * 1.1 + 1e-9


def test_the_shadow_price_is_what_a_gram_more_would_save() -> None:
    """Ten jobs of 5 kWh: waiting saves 100 g/kWh and costs 0.01 GBP/kWh, so a tonne costs GBP 100."""
    queue = queue_of(*({"latest": 1} for _ in range(10)))
    horizon = horizon_of([200.0, 100.0], [0.10, 0.11])
    solution = make_plan("best-window", queue, horizon, replace(COST, carbon_cap=150.0))
    assert solution.carbon is not None
    assert solution.carbon.met
    assert solution.carbon.shadow_price == pytest.approx(100.0, rel=2e-3)
    assert solution.plan.start.sum() == 5
    assert solution.certificate.gap_percent == pytest.approx(0.0, abs=0.1)


def test_a_cap_that_does_not_bind_costs_nothing() -> None:
    solution = make_plan(
        "best-window", queue_of({"latest": 1}), horizon_of([200.0, 100.0]), replace(COST, carbon_cap_kg=2)
    )
    assert solution.carbon is not None
    assert (solution.carbon.met, solution.carbon.shadow_price) == (True, 0.0)


def test_what_is_out_of_reach_is_said_with_the_least_possible() -> None:
    horizon = horizon_of([200.0, 100.0], [0.1, 0.2])
    solution = make_plan("best-window", queue_of({"latest": 1}), horizon, replace(COST, carbon_cap=90.0))
    assert solution.carbon is not None
    assert not solution.carbon.met
    assert solution.carbon.least_g == pytest.approx(500.0)
    assert isinf(solution.carbon.shadow_price)
    assert solution.plan.start.tolist() == [1]


def test_single_job_rules_only_say_whether_they_keep_it() -> None:
    horizon = horizon_of([200.0, 100.0], [0.1, 0.2])
    solution = make_plan("run-at-once", queue_of({"latest": 1}), horizon, replace(COST, carbon_cap=150.0))
    assert solution.carbon is not None
    assert not solution.carbon.met
    assert solution.plan.start.tolist() == [0]


def test_carbon_and_site_cap_together() -> None:
    queue, horizon = random_queue(4, 25, T), random_horizon(4, T)
    rules = replace(COST, cap_kw=120.0)
    free = make_plan("best-window", queue, horizon, rules)
    energy = queue.energy_kwh[free.plan.placed].sum()
    limit = 0.5 * (free.certificate.planned_g + free.certificate.bound_g) / energy
    solution = make_plan("best-window", queue, horizon, replace(rules, carbon_cap=limit))
    assert solution.carbon is not None
    assert solution.carbon.met
    assert solution.plan.power_kw().max() <= 120.0 + 1e-6
    assert solution.certificate.value >= free.certificate.bound


def test_jobs_that_pause_are_mixed_too() -> None:
    queue = queue_of(*({"latest": 2, "length": 2.0, "interruptible": True} for _ in range(10)))
    horizon = horizon_of([200.0, 300.0, 100.0, 50.0], [0.10, 0.09, 0.11, 0.12])
    free = make_plan("interruptible", queue, horizon, COST)
    cap = 0.5 * (free.certificate.planned_g + free.certificate.bound_g) / queue.energy_kwh.sum()
    solution = make_plan("interruptible", queue, horizon, replace(COST, carbon_cap=cap))
    assert solution.carbon is not None
    assert solution.carbon.met
    assert len({tuple(row) for row in solution.plan.parts}) == 2 if solution.plan.parts is not None else True


def test_two_carbon_caps_at_once_are_refused() -> None:
    rules = replace(COST, carbon_cap=1.0, carbon_cap_kg=1.0)
    with pytest.raises(PlanError, match="set one of them"):
        make_plan("best-window", queue_of({"latest": 0}), horizon_of([1.0]), rules)


def test_the_least_possible_is_the_carbon_of_the_cleanest_starts() -> None:
    queue, horizon = random_queue(9, 20, T, pausing=False), random_horizon(9, T)
    solution = make_plan("best-window", queue, horizon, replace(COST, carbon_cap=1.0))
    _, grams = start_costs(horizon.intensity, queue)
    assert solution.carbon is not None
    assert solution.carbon.least_g == pytest.approx(grams[queue.placeable].min(axis=1).sum())
