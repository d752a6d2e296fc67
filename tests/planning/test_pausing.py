from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.planning.pausing import cheapest_pausing, is_broken, part_costs
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import Placement
from tests.planning.queues import (
    all_pausing_costs,
    horizon_of,
    queue_of,
    random_horizon,
    random_queue,
    seeds,
    stretches,
)

T = 11
NO_PRICE = np.zeros(T)


@given(seeds, st.sampled_from([0.0, 3.0]), st.booleans(), st.booleans(), st.booleans())
def test_the_cheapest_half_hours_equal_trying_every_set(
    seed: int, delay_cost: float, whole: bool, restarts: bool, priced: bool
) -> None:
    random = np.random.default_rng(seed)
    queue = random_queue(seed, 5, T, longest=5, whole=whole)
    queue = queue.take(queue.placeable)
    if restarts:
        minimum, energy = random.integers(1, 4, len(queue)), random.choice([0.0, 4.0, 20.0], len(queue))
        queue = replace(queue, min_run=minimum, restart_kwh=energy)
    values = random_horizon(seed, T, ties=True).intensity
    price = random.integers(0, 90, T).astype(float) if priced else NO_PRICE
    load = random.uniform(1, 9, len(queue))
    parts, cost = cheapest_pausing(values, queue, delay_cost, price if priced else None, load)
    for job in range(len(queue)):
        tried = min(all_pausing_costs(values, queue, job, delay_cost, load[job] * price))
        assert cost[job] == pytest.approx(tried)
        rows = tuple(np.flatnonzero(parts[job]).tolist())
        assert len(rows) == queue.slots[job]
        assert min(stretches(rows)) >= min(queue.min_run[job], len(rows))
    waited = np.array([np.flatnonzero(row)[-1] for row in parts], dtype=int) - queue.earliest - queue.slots + 1
    told = part_costs(values, queue, parts) + delay_cost / 2 * waited + load * (parts @ price)
    assert told == pytest.approx(cost)


def test_a_time_limit_is_kept_free_after_the_last_half_hour() -> None:
    queue = queue_of({"length": 2.0, "slots": 4, "latest": 3, "interruptible": True})
    parts, cost = cheapest_pausing(np.array([5.0, 1, 1, 1, 1, 0, 0]), queue)
    assert np.flatnonzero(parts[0]).tolist() == [1, 2, 3, 4]
    assert cost[0] == pytest.approx(2 * 5.0)
    stretched, cost = cheapest_pausing(np.array([5.0, 1, 1, 1, 1, 0, 0]), replace(queue, min_run=np.array([2])))
    assert cost[0] == pytest.approx(2 * 5.0)
    assert stretched[0].sum() == 4


def test_each_resumption_pays_its_restart() -> None:
    queue = queue_of({"length": 2.5, "restart_kwh": 2.0, "latest": 6, "interruptible": True})
    horizon = horizon_of([100.0, 300, 200, 300, 50, 300, 300], [1.0] * 7)
    parts = np.array([[True, False, True, False, True, False, False]])
    plan = evaluate("by hand", queue, horizon, Placement(np.array([0]), parts))
    assert plan.carbon_g[0] == pytest.approx((100 + 200 + 0.5 * 50) * 5 + 2 * (200 + 50))
    assert plan.cost_gbp[0] == pytest.approx(2.5 * 5 + 4)
    assert plan.end[0] == pytest.approx(4.5)
    assert plan.completion_delay_hours[0] == pytest.approx(1.0)
    assert plan.power_kw().tolist() == [10, 0, 10, 0, 10, 0, 0]


def test_gaps_are_seen_wherever_they_are() -> None:
    rows = ["11100", "01110", "10110", "11010", "00000", "10001"]
    parts = np.array([[mark == "1" for mark in row] for row in rows])
    assert is_broken(parts).tolist() == [False, False, True, True, False, True]
