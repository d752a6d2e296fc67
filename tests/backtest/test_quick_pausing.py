"""The quicker way to pause is the planner's own placement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.backtest.deciding import planned_cost
from gridflex.backtest.quick_pausing import QuickInterruptible, parts_from_now
from gridflex.planning.cheapest_parts import cheapest_parts
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue, whole_slots

NOW = datetime(2026, 1, 8, tzinfo=UTC)
COUNT = 24


def queue_from(seed: int, jobs: int) -> Queue:
    rng = np.random.default_rng(seed)
    length = rng.choice([0.2, 1.0, 2.5, 3.0, 6.7], jobs)
    slots = whole_slots(length) + rng.integers(0, 2, jobs)
    zeros = np.zeros(jobs, np.int64)
    no = np.zeros(jobs, np.bool_)
    return Queue(
        job_id=np.array([f"j{i}" for i in range(jobs)], dtype=object),
        power_kw=rng.uniform(1, 50, jobs),
        length=length,
        slots=slots,
        earliest=zeros,
        latest=np.minimum(rng.integers(0, COUNT, jobs), COUNT - slots),
        baseline=zeros,
        fixed=rng.random(jobs) < 0.2,
        critical=no,
        interruptible=rng.random(jobs) < 0.7,
        late=no,
    )


@settings(deadline=None)
@given(seed=st.integers(0, 100_000), jobs=st.integers(1, 12), levels=st.sampled_from([3, 300]))
def test_it_places_as_the_policy_does(seed: int, jobs: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    # Few levels bring ties, and values below zero.
    horizon = Horizon.of(NOW, rng.integers(0, levels, COUNT).astype(float), rng.integers(-2, 3, COUNT) / 10)
    queue = queue_from(seed, jobs)
    for rules in (Rules(CARBON_ONLY, None, 0.0), Rules(Objective(), 150.0, 0.05)):
        quick, slow = (p.place(queue, horizon, rules) for p in (QuickInterruptible(), POLICIES["interruptible"]))
        values = rules.objective.values(horizon)
        costs = [planned_cost(values, queue, placement) for placement in (quick, slow)]
        assert costs[0] == pytest.approx(costs[1], abs=1e-9)
        # Rounding may decide a tie between two ends otherwise; without ties the placements are one.
        if levels == 300 and rules.objective == CARBON_ONLY:
            assert quick.start.tolist() == slow.start.tolist()


@settings(deadline=None)
@given(seed=st.integers(0, 100_000))
def test_it_costs_what_the_sweep_says(seed: int) -> None:
    queue = queue_from(seed, 8)
    values = np.random.default_rng(seed).normal(100, 60, COUNT)
    (mine, cost), (theirs, least) = parts_from_now(values, queue), cheapest_parts(values, queue)
    assert cost == pytest.approx(least)
    assert (mine == theirs).all()  # no two values are equal here


def test_what_it_does_not_know_goes_to_the_policy() -> None:
    horizon = Horizon.of(NOW, np.random.default_rng(1).uniform(50, 300, COUNT))
    queue = queue_from(3, 10)
    rules = Rules(CARBON_ONLY, None, 0.0)
    for other in (
        replace(queue, restart_kwh=np.full(10, 0.5)),
        replace(queue, min_run=np.full(10, 2)),
        replace(queue, earliest=np.minimum(queue.latest, 1)),
    ):
        quick, slow = (p.place(other, horizon, rules) for p in (QuickInterruptible(), POLICIES["interruptible"]))
        assert quick.start.tolist() == slow.start.tolist()
    delayed = Rules(Objective(delay_cost=1.0), None, 0.0)
    quick, slow = (p.place(queue, horizon, delayed) for p in (QuickInterruptible(), POLICIES["interruptible"]))
    assert quick.start.tolist() == slow.start.tolist()
