from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.planning.objective import CARBON_ONLY, COST_ONLY, Objective
from gridflex.planning.plan import evaluate
from gridflex.planning.policies import DEFAULT_POLICY, POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue
from tests.planning.queues import assert_keeps_the_rules, horizon_of, queue_of, random_horizon, random_queue, seeds

T = 30
CARBON = Rules(CARBON_ONLY, threshold=150.0, minimum_gain=0.0)


def starts(policy: str, queue: Queue, intensity: list[float], rules: Rules = CARBON) -> list[int]:
    found: list[int] = POLICIES[policy].place(queue, horizon_of(intensity), rules).start.tolist()
    return found


def test_the_default_is_listed_and_every_policy_says_what_it_does() -> None:
    assert DEFAULT_POLICY in POLICIES
    assert all(policy.name == name and policy.title and policy.sentence for name, policy in POLICIES.items())


@pytest.mark.parametrize("policy", list(POLICIES))
@given(seed=seeds, threshold=st.sampled_from([None, 100.0, 200.0]), whole=st.booleans())
def test_every_policy_keeps_the_rules(policy: str, seed: int, threshold: float | None, whole: bool) -> None:
    queue = random_queue(seed, 12, T, whole=whole)
    horizon = random_horizon(seed, T)
    rules = Rules(Objective(delay_cost=0.5 * (seed % 2)), threshold, minimum_gain=0.02)
    placement = POLICIES[policy].place(queue, horizon, rules)
    plan = evaluate(policy, queue, horizon, placement)
    assert_keeps_the_rules(plan)
    assert plan.placed.tolist() == queue.placeable.tolist()


@pytest.mark.parametrize("policy", list(POLICIES))
def test_a_run_under_way_stays_where_it_began_and_nothing_else_starts_in_the_past(policy: str) -> None:
    queue = queue_of(
        {"earliest": 1, "latest": 1, "fixed": True, "length": 3.0},
        {"earliest": 3, "latest": 8, "interruptible": True, "length": 2.0},
    )
    horizon = horizon_of([10.0, 10, 10, 300, 300, 200, 250, 100, 240, 90, 60], now_index=3)
    start = POLICIES[policy].place(queue, horizon, CARBON).start
    assert start[0] == 1
    assert start[1] >= 3


class TestThreshold:
    def test_at_or_below_it_a_job_runs(self) -> None:
        assert starts("threshold", queue_of({"latest": 3}), [150.0, 20, 20, 20]) == [0]

    def test_above_it_the_earliest_window_at_or_below_it_is_taken_not_the_best(self) -> None:
        assert starts("threshold", queue_of({"latest": 3}), [151.0, 160, 150, 20]) == [2]

    def test_the_whole_run_counts(self) -> None:
        job = queue_of({"length": 2.0, "latest": 3})
        assert starts("threshold", job, [200.0, 140, 190, 120, 170]) == [3]

    def test_a_part_filled_half_hour_counts_its_part(self) -> None:
        job = queue_of({"length": 1.5, "latest": 3})
        assert starts("threshold", job, [200.0, 100, 250, 300, 300]) == [1]

    def test_the_run_at_once_is_the_earliest_window_if_it_is_clean_enough_on_the_whole(self) -> None:
        assert starts("threshold", queue_of({"length": 3.0, "latest": 3}), [160.0, 100, 100, 20, 20, 20]) == [0]

    def test_a_mean_equal_to_the_threshold_is_at_it(self) -> None:
        job = queue_of({"length": 2.7, "latest": 3})
        assert starts("threshold", job, [200.0, 150, 150, 150, 20, 20], replace(CARBON, threshold=150.0)) == [1]

    def test_without_such_a_window_the_cleanest_is_taken_if_it_gains_enough(self) -> None:
        intensity = [200.0, 199, 190, 195]
        assert starts("threshold", queue_of({"latest": 3}), intensity, replace(CARBON, minimum_gain=0.05)) == [2]
        assert starts("threshold", queue_of({"latest": 3}), intensity, replace(CARBON, minimum_gain=0.06)) == [0]

    def test_with_the_gate_off_every_job_is_offered_its_cleanest_window(self) -> None:
        assert starts("threshold", queue_of({"latest": 3}), [90.0, 80, 40, 60], replace(CARBON, threshold=None)) == [2]

    def test_the_price_does_not_count(self) -> None:
        horizon = horizon_of([200.0, 140, 100], [0.1, 9.0, 0.1])
        assert POLICIES["threshold"].place(queue_of({"latest": 2}), horizon, Rules()).start.tolist() == [1]


class TestBestWindow:
    def test_the_gate_of_the_default_policy(self) -> None:
        jobs = queue_of({"latest": 3}, {"earliest": 1, "latest": 3})
        assert starts("threshold-best-window", jobs, [151.0, 149, 100, 60]) == [3, 1]
        assert starts("threshold-best-window", jobs, [151.0, 149, 100, 60], replace(CARBON, threshold=None)) == [3, 3]
        assert starts("best-window", jobs, [151.0, 149, 100, 60]) == [3, 3]

    def test_a_move_that_gains_less_than_the_minimum_is_not_made(self) -> None:
        assert starts("best-window", queue_of({"latest": 1}), [100.0, 97], replace(CARBON, minimum_gain=0.03)) == [1]
        assert starts("best-window", queue_of({"latest": 1}), [100.0, 97], replace(CARBON, minimum_gain=0.031)) == [0]

    def test_equal_costs_do_not_move_a_job(self) -> None:
        assert starts("best-window", queue_of({"latest": 2}), [100.0, 100, 100]) == [0]

    def test_money_weighs_carbon_at_its_price_and_waiting_at_its_cost(self) -> None:
        job = queue_of({"power_kw": 2.0, "latest": 1})
        horizon = horizon_of([200.0, 100], [0.10, 0.11])
        dear = Rules(Objective(carbon_price=101.0), minimum_gain=0.0)
        cheap = Rules(Objective(carbon_price=99.0), minimum_gain=0.0)
        hasty = Rules(Objective(carbon_price=101.0, delay_cost=0.001), minimum_gain=0.0)
        found = [POLICIES["best-window"].place(job, horizon, rules).start[0] for rules in (dear, cheap, hasty)]
        assert found == [1, 0, 0]

    def test_negative_prices_are_waited_for(self) -> None:
        horizon = horizon_of([0.0, 0.0], [-0.02, -0.05])
        rules = Rules(COST_ONLY, minimum_gain=0.03)
        assert POLICIES["best-window"].place(queue_of({"latest": 1}), horizon, rules).start.tolist() == [1]


class TestInterruptible:
    def test_jobs_that_can_pause_use_their_cheapest_half_hours(self) -> None:
        jobs = queue_of(
            {"length": 2.0, "latest": 3, "interruptible": True},
            {"length": 2.0, "latest": 3},
            {"length": 2.0, "latest": 3, "interruptible": True, "fixed": True},
        )
        placement = POLICIES["interruptible"].place(jobs, horizon_of([100.0, 10, 90, 20, 95]), CARBON)
        assert placement.start.tolist() == [1, 1, 0]
        assert placement.parts is not None
        assert np.flatnonzero(placement.parts[0]).tolist() == [1, 3]
        assert not placement.parts[1:].any()

    def test_a_run_that_turns_out_unbroken_is_a_plain_start(self) -> None:
        job = queue_of({"length": 2.0, "latest": 3, "interruptible": True})
        placement = POLICIES["interruptible"].place(job, horizon_of([100.0, 10, 20, 90, 95]), CARBON)
        assert (placement.start.tolist(), placement.parts) == ([1], None)

    @given(seeds)
    def test_pausing_is_never_worse(self, seed: int) -> None:
        queue, horizon = random_queue(seed, 20, T), random_horizon(seed, T)
        carbon = [
            evaluate(name, queue, horizon, POLICIES[name].place(queue, horizon, CARBON)).carbon_g.sum()
            for name in ("interruptible", "best-window", "run-at-once")
        ]
        assert carbon[0] <= carbon[1] * (1 + 1e-12)
        assert carbon[1] <= carbon[2] * (1 + 1e-12)


def interpolated_mean(intensity: list[float], start: int, length: float) -> float:
    """Mean of the points joined by straight lines, by many small steps."""
    time = np.linspace(start, start + length, 20_001)
    return float(np.interp(time, np.arange(len(intensity)), intensity).mean())


class TestPeer:
    @given(seeds)
    def test_the_least_mean_of_the_interpolated_forecast(self, seed: int) -> None:
        intensity = random_horizon(seed, 14).intensity.tolist()
        length = float(np.random.default_rng(seed).uniform(0.3, 5))
        found = starts(
            "peer-sliding-mean", queue_of({"length": length, "latest": 13 - int(np.ceil(length))}), intensity
        )
        means = [interpolated_mean(intensity, at, length) for at in range(14 - int(np.ceil(length)))]
        assert means[found[0]] == pytest.approx(min(means), rel=1e-4)

    def test_it_needs_a_point_at_the_end_of_the_run_and_looks_47_hours_ahead(self) -> None:
        assert starts("peer-sliding-mean", queue_of({"latest": 2}), [100.0, 90, 10]) == [1]
        falling = np.linspace(300, 10, 110).tolist()
        assert starts("peer-sliding-mean", queue_of({"latest": 108}), falling) == [94]

    def test_a_job_for_which_it_finds_no_start_runs_at_once(self) -> None:
        assert starts("peer-sliding-mean", queue_of({"length": 3.0, "latest": 0}), [100.0, 90, 10]) == [0]


@given(seeds, st.floats(0.1, 8.0))
def test_scaling_the_intensities_scales_the_result(seed: int, factor: float) -> None:
    queue, horizon = random_queue(seed, 12, T), random_horizon(seed, T)
    scaled = replace(horizon, intensity=horizon.intensity * factor)
    for name in ("best-window", "interruptible", "peer-sliding-mean"):
        plain, more = (
            evaluate(name, queue, at, POLICIES[name].place(queue, at, CARBON)).carbon_g for at in (horizon, scaled)
        )
        assert more.sum() == pytest.approx(plain.sum() * factor, rel=1e-9)


def test_under_one_price_no_job_waits_for_the_last_bit_of_a_sum() -> None:
    """0.1 and 0.2 have no exact binary form; a day of each still ties with every other start."""
    for price in (0.1, 0.2, 0.14507):
        horizon = horizon_of(np.full(96, 200.0), np.full(96, price))
        queue = queue_of(*({"length": 0.5 * length, "latest": 60} for length in range(1, 60)))
        placed = POLICIES["best-window"].place(queue, horizon, Rules(COST_ONLY, None, 0.0))
        assert not placed.start.any(), price


def test_of_equal_windows_after_a_dear_hour_the_first_is_taken() -> None:
    horizon = horizon_of(np.full(40, 200.0), np.where(np.arange(40) < 2, 0.3, 0.1))
    queue = queue_of(*({"length": float(length), "latest": 25} for length in range(3, 12)))
    placed = POLICIES["best-window"].place(queue, horizon, Rules(COST_ONLY, None, 0.0))
    assert set(placed.start.tolist()) == {2}
