from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.domain.decisions import Rationale
from gridflex.errors import PlanError
from gridflex.planning.certificate import lower_bound
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY, COST_ONLY, Objective
from gridflex.planning.plan import load_in_use
from gridflex.planning.planner import Solution, cap_price, first_come_plan, make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import UNPLACED, Rules
from gridflex.planning.queue import Queue
from gridflex.planning.rationale import labels
from gridflex.planning.site_cap import site_cap, usage
from tests.planning.queues import (
    START,
    assert_keeps_the_rules,
    horizon_of,
    queue_of,
    random_horizon,
    random_queue,
    seeds,
)

T = 30


def assert_keeps_the_cap(solution: Solution, headroom: Floats | float = 0.0) -> None:
    """No half-hour exceeds the cap but those critical jobs overload alone, and there they are alone."""
    plan, cap = solution.plan, solution.cap
    assert cap is not None
    used = load_in_use(plan.queue, plan.start, plan.parts, cap.load, len(plan.horizon))
    always = load_in_use(plan.queue, np.where(cap.always, plan.start, UNPLACED), None, cap.load, len(plan.horizon))
    flexible = used - always
    assert (flexible <= np.maximum(cap.limit - always - headroom, 0.0) + 1e-6).all()
    assert (flexible[cap.broken] <= 1e-6).all()
    assert cap.broken.tolist() == (always > cap.limit * (1 + 1e-9)).tolist()


@pytest.mark.parametrize("policy", list(POLICIES))
@settings(max_examples=10)
@given(seed=seeds, cap=st.sampled_from([60.0, 100.0, 200.0]), gpus=st.booleans())
def test_every_policy_keeps_cap_and_rules_and_stays_above_the_bound(
    policy: str, seed: int, cap: float, gpus: bool
) -> None:
    queue, horizon = random_queue(seed, 25, T), random_horizon(seed, T)
    objective = Objective(delay_cost=0.2 * (seed % 2))
    rules = Rules(objective, threshold=170.0, minimum_gain=0.01)
    rules = replace(rules, cap_gpus=cap / 10) if gpus else replace(rules, cap_kw=cap)
    solution = make_plan(policy, queue, horizon, rules)
    assert_keeps_the_rules(solution.plan)
    assert_keeps_the_cap(solution)
    certificate = solution.certificate
    price = cap_price(solution.plan, solution.cap, objective) if solution.cap else None
    bound = lower_bound(solution.plan, objective, solution.cap, price)
    assert bound <= certificate.value + 1e-9 * abs(certificate.value)
    assert certificate.bound_g <= certificate.planned_g


@settings(max_examples=10)
@given(seed=seeds)
def test_jobs_with_a_minimum_run_and_restarts_keep_them_under_a_cap(seed: int) -> None:
    queue = random_queue(seed, 20, T)
    queue = replace(queue, min_run=np.full(20, 2), restart_kwh=np.where(np.arange(20) % 2 == 0, 3.0, 0.0))
    solution = make_plan("interruptible", queue, random_horizon(seed, T), Rules(CARBON_ONLY, cap_kw=120.0))
    assert_keeps_the_rules(solution.plan)
    assert_keeps_the_cap(solution)
    if solution.plan.parts is not None:
        for job in np.flatnonzero(solution.plan.parts.any(axis=1)):
            ends = np.flatnonzero(np.diff(solution.plan.parts[job].astype(int), prepend=0, append=0))
            assert (ends[1::2] - ends[::2]).min() >= min(2, queue.slots[job])


def optimum(queue: Queue, horizon: Horizon, objective: Objective, cap_kw: float) -> float | None:
    """The best plan of unbroken runs by mixed-integer programming; None where not all jobs fit."""
    import highspy

    values = objective.values(horizon)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 1e-9)
    power = [0.0 * model.addVariable(0, 0) for _ in range(len(horizon))]
    for job in range(len(queue)):
        choices = []
        for start in range(int(queue.earliest[job]), int(queue.latest[job]) + 1):
            weight = np.clip(queue.length[job] - np.arange(queue.slots[job]), 0, 1)
            cost = float(weight @ values[start : start + queue.slots[job]]) * queue.power_kw[job] / 2
            cost += objective.delay_cost / 2 * (start - queue.earliest[job])
            choice = model.addBinary(obj=cost)
            choices.append(choice)
            for row in range(start, start + int(queue.slots[job])):
                power[row] += float(queue.power_kw[job]) * choice
        model.addConstr(sum(choices) == 1)
    for total in power:
        model.addConstr(total <= cap_kw)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(model.getInfo().objective_function_value)


@settings(max_examples=12)
@given(seed=seeds, objective=st.sampled_from([CARBON_ONLY, Objective(), Objective(delay_cost=0.5)]))
def test_the_optimum_lies_between_bound_and_plan(seed: int, objective: Objective) -> None:
    queue, horizon = random_queue(seed, 9, 18, pausing=False), random_horizon(seed, 18)
    queue = queue.take(queue.placeable & ~queue.fixed)
    best = optimum(queue, horizon, objective, 80.0)
    solution = make_plan("best-window", queue, horizon, Rules(objective, minimum_gain=0.0, cap_kw=80.0))
    if best is None:
        assert not solution.plan.placed.all()
        return
    assert solution.plan.placed.all()
    certificate = solution.certificate
    slack = 1e-6 * max(abs(best), 1.0)
    assert certificate.bound - slack <= best <= certificate.value + slack
    assert certificate.value <= best + 0.1 * abs(best) + slack


def benchmark_queue(count: int, seed: int, own_slack: bool) -> tuple[Queue, Horizon, float]:
    """The queue of the capacity benchmark: 48 h, runs of up to 8 h, twice the mean power as the cap."""
    random = np.random.default_rng(seed)
    earliest, slots = random.integers(0, 32, count), random.integers(1, 17, count)
    power = random.uniform(10, 100, count)
    slack = random.integers(1, 49, count) if own_slack else np.full(count, 48)
    no = np.zeros(count, dtype=bool)
    ids = np.arange(count).astype(str).astype(object)
    queue = Queue(ids, power, slots.astype(float), slots, earliest, earliest + slack, earliest.copy(), no, no, no, no)
    shape = 200 + 80 * np.sin(np.arange(96) / 7) + random.normal(0, 10, 96)
    return queue, horizon_of(shape), float(2 * (power * slots).sum() / 96)


@pytest.mark.parametrize("own_slack", [False, True])
def test_the_linear_programme_and_the_lagrangian_agree_on_the_bound(own_slack: bool) -> None:
    from gridflex.planning.cap_lp import relaxed_plan
    from gridflex.planning.capped import relax
    from gridflex.planning.prices import lagrangian_prices

    queue, horizon, cap = benchmark_queue(1000, 42, own_slack)
    jobs, pauses = np.arange(len(queue)), np.zeros(len(queue), dtype=bool)
    relaxation = relax(queue, jobs, pauses, queue.power_kw, np.full(96, cap), horizon.intensity, 0.0)
    prices = lagrangian_prices(relaxation)
    plan = relaxed_plan(relaxation, prices)
    assert plan.excess == 0
    assert plan.value == pytest.approx(plan.prices.bound, rel=5e-5)
    assert prices.bound == pytest.approx(plan.value, rel=5e-4)
    assert prices.bound <= plan.value * (1 + 1e-9)


@pytest.mark.parametrize("tight", [0.68, 0.7, 0.72])
def test_under_a_tight_cap_a_crowded_relaxed_plan_finds_room_for_all(tight: float) -> None:
    """There is room: with every run near the best kept, the second plan has it, too (and takes twice as long)."""
    from gridflex.planning.cap_lp import relaxed_plan
    from gridflex.planning.capped import relax
    from gridflex.planning.prices import lagrangian_prices

    queue, horizon, cap = benchmark_queue(3000, 7, own_slack=True)
    jobs, pauses = np.arange(len(queue)), np.zeros(len(queue), dtype=bool)
    room = np.full(96, tight * cap)
    relaxation = relax(queue, jobs, pauses, queue.power_kw, room, horizon.intensity, 0.0)
    plan = relaxed_plan(relaxation, lagrangian_prices(relaxation))
    assert plan.excess == 0
    assert plan.value == pytest.approx(plan.prices.bound, rel=1e-3)


def test_runs_that_a_plan_makes_no_use_of_are_forgotten() -> None:
    from gridflex.planning.cap_columns import Considered
    from gridflex.planning.capped import relax

    queue, horizon, cap = benchmark_queue(200, 42, own_slack=True)
    jobs, pauses = np.arange(len(queue)), np.zeros(len(queue), dtype=bool)
    considered = Considered(relax(queue, jobs, pauses, queue.power_kw, np.full(96, cap), horizon.intensity, 0.0))
    considered.add(np.zeros(96), 0.05)
    (before,) = considered.groups()
    first = before.near.argmax(axis=1)
    share = np.zeros(before.near.shape)
    share[np.arange(len(first)), first] = 1.0
    considered.keep_used((before,), (share,))
    (after,) = considered.groups()
    assert before.near.sum() > len(first)
    assert (after.near.sum(axis=1) == 1).all()
    assert (after.near.argmax(axis=1)[after.of] == first[before.of]).all()


@pytest.mark.parametrize("own_slack", [False, True])
def test_a_benchmark_queue_is_planned_close_to_its_bound(own_slack: bool) -> None:
    queue, horizon, cap = benchmark_queue(1000, 42, own_slack)
    solution = make_plan("best-window", queue, horizon, Rules(CARBON_ONLY, minimum_gain=0.0, cap_kw=cap))
    assert solution.plan.placed.all()
    assert_keeps_the_cap(solution)
    assert solution.certificate.gap_percent < 0.3


def test_large_queues_are_dealt_and_repaired_as_well() -> None:
    queue, horizon, cap = benchmark_queue(3000, 7, own_slack=True)
    solution = make_plan("best-window", queue, horizon, Rules(CARBON_ONLY, minimum_gain=0.0, cap_kw=cap))
    assert solution.plan.placed.all()
    assert_keeps_the_cap(solution)
    assert solution.certificate.gap_percent < 0.1


def test_odd_lengths_at_a_tariff_with_many_starts_of_one_price_are_planned_close_to_the_bound() -> None:
    whole, grid, cap = benchmark_queue(3000, 7, own_slack=True)
    queue = replace(whole, length=whole.slots - np.random.default_rng(8).random(len(whole)))
    hour = np.arange(96) // 2 % 24
    horizon = horizon_of(grid.intensity, np.where((hour >= 10) & (hour < 14), 0.25, np.where(hour >= 20, 0.14, 0.16)))
    solution = make_plan("best-window", queue, horizon, Rules(COST_ONLY, minimum_gain=0.0, cap_kw=cap))
    assert solution.plan.placed.all()
    assert_keeps_the_cap(solution)
    assert solution.certificate.gap_percent < 0.1


def test_more_than_the_cap_has_room_for_leaves_few_out_and_the_cap_kept() -> None:
    """Three jobs of 40 kW want the same two half-hours under 100 kW; 300 more may wait."""
    tight = [{"job_id": f"tight-{i}", "power_kw": 40.0, "length": 2.0, "latest": 0} for i in range(3)]
    others = [{"job_id": f"free-{i}", "power_kw": 1.0 + i % 7, "length": 1.5, "latest": 40} for i in range(300)]
    horizon = horizon_of(200 + 80 * np.sin(np.arange(48) / 7))
    solution = make_plan("best-window", queue_of(*tight, *others), horizon, Rules(CARBON_ONLY, cap_kw=100.0))
    assert solution.plan.queue.job_id[~solution.plan.placed].tolist() in [["tight-0"], ["tight-1"], ["tight-2"]]
    assert_keeps_the_cap(solution)


@pytest.mark.parametrize("policy", ["best-window", "interruptible", "run-at-once"])
@settings(max_examples=5)
@given(seed=seeds)
def test_a_shuffled_queue_gives_the_same_totals(policy: str, seed: int) -> None:
    queue, horizon = random_queue(seed, 15, T), random_horizon(seed, T)
    shuffled = queue.take(np.random.default_rng(seed).permutation(len(queue)))
    rules = Rules(cap_kw=110.0)
    one, other = (make_plan(policy, each, horizon, rules).certificate for each in (queue, shuffled))
    assert one.value == pytest.approx(other.value, rel=1e-9)
    assert one.bound == pytest.approx(other.bound, rel=1e-9)


@given(seed=seeds, cap=st.sampled_from([70.0, 150.0]))
def test_first_come_is_what_one_job_after_another_gives(seed: int, cap: float) -> None:
    queue, horizon = random_queue(seed, 60, T), random_horizon(seed, T)
    kept = site_cap(queue, horizon, Rules(cap_kw=cap))
    assert kept is not None
    free = kept.free.copy()
    start = np.where(kept.always, queue.earliest, UNPLACED)
    rows = [row for row in range(len(queue)) if queue.placeable[row] and not kept.always[row]]
    for row in sorted(rows, key=lambda row: (queue.earliest[row], queue.job_id[row])):
        slots = int(queue.slots[row])
        for at in range(int(queue.earliest[row]), T - slots + 1):
            if (free[at : at + slots] >= queue.power_kw[row] - 1e-6).all():
                start[row] = at
                free[at : at + slots] -= queue.power_kw[row]
                break
        else:
            start[row] = queue.earliest[row]
    assert first_come_plan(queue, horizon, kept).start.tolist() == start.tolist()


def test_critical_jobs_run_and_the_half_hours_they_overload_are_told_and_left_alone() -> None:
    queue = queue_of(
        {"power_kw": 80.0, "length": 2.0, "critical": True, "fixed": True, "latest": 0},
        {"power_kw": 30.0, "critical": True, "fixed": True, "latest": 0},
        {"power_kw": 10.0, "latest": 2},
    )
    solution = make_plan("run-at-once", queue, horizon_of([100.0, 200, 300]), Rules(cap_kw=100.0))
    assert solution.cap is not None
    assert solution.cap.broken.tolist() == [True, False, False]
    assert solution.plan.start.tolist() == [0, 0, 1]


def test_a_run_under_way_goes_on_whatever_the_cap() -> None:
    queue = queue_of({"power_kw": 80.0, "length": 3.0, "fixed": True, "latest": 0}, {"earliest": 1, "latest": 4})
    horizon = horizon_of([100.0] * 6, now_index=1)
    solution = make_plan("best-window", queue, horizon, Rules(cap_kw=50.0))
    assert solution.plan.start.tolist() == [0, 3]


def test_a_job_that_may_not_wait_but_is_not_critical_needs_room() -> None:
    queue = queue_of(
        {"power_kw": 80.0, "critical": True, "fixed": True, "latest": 0},
        {"power_kw": 30.0, "fixed": True, "latest": 0},
    )
    horizon = horizon_of([100.0, 100])
    solution = make_plan("best-window", queue, horizon, Rules(cap_kw=100.0))
    assert solution.plan.start.tolist() == [0, UNPLACED]
    assert labels(solution.plan, Rules(), horizon.price).words()[1][1] is Rationale.NO_ROOM


@pytest.mark.parametrize("policy", list(POLICIES))
def test_jobs_are_rearranged_until_all_fit(policy: str) -> None:
    """Only one arrangement holds all three: the late-comer needs the half-hour the first would take."""
    queue = queue_of(
        {"power_kw": 60.0, "latest": 2},
        {"power_kw": 60.0, "latest": 1, "earliest": 1},
        {"power_kw": 60.0, "latest": 0},
    )
    solution = make_plan(policy, queue, horizon_of([200.0, 160, 190]), Rules(cap_kw=100.0, minimum_gain=0.0))
    assert solution.plan.start.tolist() == [2, 1, 0]


def test_what_cannot_be_placed_is_named() -> None:
    queue = queue_of({"power_kw": 120.0, "latest": 2}, {"latest": 2})
    horizon = horizon_of([300.0, 200, 100])
    for policy in POLICIES:
        solution = make_plan(policy, queue, horizon, Rules(cap_kw=100.0))
        assert solution.plan.placed.tolist() == [False, True]
        assert labels(solution.plan, Rules(), horizon.price).words()[1][0] is Rationale.NO_ROOM
        assert solution.certificate.baseline_g == pytest.approx(300 * 5)


def test_a_cap_in_gpus_counts_gpus_and_ignores_jobs_without() -> None:
    queue = queue_of(
        {"gpus": 4, "latest": 2, "interruptible": True, "length": 2.0},
        {"gpus": 6, "latest": 2},
        {"gpus": 5, "latest": 2},
        {"latest": 2, "interruptible": True, "length": 2.0},
    )
    horizon = horizon_of([100.0, 300, 90, 200])
    for policy in ("best-window", "interruptible"):
        solution = make_plan(policy, queue, horizon, Rules(CARBON_ONLY, cap_gpus=10, minimum_gain=0.0))
        assert_keeps_the_cap(solution)
        assert solution.plan.placed.all()
    assert solution.plan.parts is not None
    assert np.flatnonzero(solution.plan.parts[3]).tolist() == [0, 2]


def test_headroom_for_arrivals_is_kept_free() -> None:
    queue, horizon = random_queue(3, 25, T), random_horizon(3, T)
    headroom = np.where(np.arange(T) < 15, 60.0, 0.0)
    solution = make_plan("best-window", queue, horizon, Rules(cap_kw=150.0), headroom)
    assert_keeps_the_cap(solution, headroom)


def test_moves_below_the_minimum_gain_are_undone_where_there_is_room() -> None:
    queue = queue_of({"power_kw": 60.0, "latest": 2}, {"power_kw": 60.0, "latest": 2, "job_id": "b"})
    rules = Rules(CARBON_ONLY, minimum_gain=0.05, cap_kw=100.0)
    start = make_plan("best-window", queue, horizon_of([100.0, 98, 97]), rules).plan.start.tolist()
    assert sorted(start) == [0, 2]


def test_a_cap_that_does_not_bind_changes_nothing() -> None:
    queue, horizon = random_queue(5, 40, T), random_horizon(5, T)
    for policy in POLICIES:
        rules = Rules(COST_ONLY, minimum_gain=0.02)
        free, capped = (make_plan(policy, queue, horizon, replace(rules, cap_kw=cap)) for cap in (None, 1e6))
        assert capped.certificate.value == pytest.approx(free.certificate.value, rel=1e-9)
        assert capped.certificate.bound == pytest.approx(free.certificate.bound, rel=1e-9)


def test_two_caps_at_once_are_refused() -> None:
    with pytest.raises(PlanError, match="set one of them"):
        make_plan("best-window", queue_of({}), horizon_of([1.0]), Rules(cap_kw=1.0, cap_gpus=1.0))


def test_an_empty_queue_has_a_plan() -> None:
    solution = make_plan("best-window", queue_of(), Horizon.of(START, np.ones(4)), Rules(cap_kw=1.0))
    assert len(solution.plan.start) == 0


def test_where_nothing_runs_the_site_draws_exactly_nothing() -> None:
    # 0.1 + 0.2 + 0.3 − 0.3 − 0.1 − 0.2 is not 0 in binary numbers.
    load = np.array([0.1, 0.2, 0.3])
    used = usage(np.array([0, 1, 2]), np.array([4, 4, 1]), load, 7)
    assert used[5:].tolist() == [0.0, 0.0]
    assert used[:5].tolist() == pytest.approx([0.1, 0.3, 0.6, 0.3, 0.2])


def test_where_every_half_hour_costs_the_same_the_plan_is_the_best_without_a_search() -> None:
    """One price for all: jobs due soonest go first, and all of them fit under the cap."""
    queue = queue_of(
        {"length": 4.0, "latest": 8},
        {"length": 2.0, "latest": 0},
        {"length": 2.0, "latest": 6, "interruptible": True},
    )
    horizon = horizon_of(np.full(12, 200.0), np.full(12, 0.2))
    for policy in ("best-window", "interruptible"):
        found = make_plan(policy, queue, horizon, Rules(COST_ONLY, None, 0.0, cap_kw=20))
        assert_keeps_the_rules(found.plan)
        assert_keeps_the_cap(found)
        assert found.plan.start.tolist() == [2, 0, 0]
        assert found.certificate.gap_percent == pytest.approx(0, abs=1e-9)
        assert found.certificate.value == pytest.approx(0.2 * 5 * (4 + 2 + 2))
