from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from gridflex.planning.pareto import pareto
from gridflex.planning.plan import evaluate
from gridflex.planning.planner import Solver
from gridflex.planning.policies.base import Placement, Rules
from tests.planning.queues import horizon_of, queue_of, random_horizon, random_queue, seeds

RULES = Rules(minimum_gain=0.0)


def supported(points: np.ndarray) -> set[tuple[float, float]]:
    """Corners of the lower left hull of all (carbon, cost)."""
    prices = np.concatenate(([1e-9], np.geomspace(1e-7, 1, 20_000)))
    best = (points[:, 1][:, None] + prices * points[:, 0][:, None]).argmin(axis=0)
    return {tuple(np.round(points[row], 6)) for row in best}


@settings(max_examples=25)
@given(seed=seeds)
def test_every_supported_plan_is_found_and_no_other(seed: int) -> None:
    queue, horizon = random_queue(seed, 4, 14, longest=3, slack=4, pausing=False), random_horizon(seed, 14)
    queue = queue.take(queue.placeable)
    ways = [range(int(first), int(last) + 1) for first, last in zip(queue.earliest, queue.latest, strict=True)]
    plans = [evaluate("all", queue, horizon, Placement(np.array(start, dtype=int))) for start in product(*ways)]
    corners = supported(np.array([(plan.carbon_g.sum(), plan.cost_gbp.sum()) for plan in plans]))
    found = pareto(Solver("best-window", queue, horizon, RULES), most=1000)
    points = {(round(point.carbon_g, 6), round(point.cost_gbp, 6)) for point in found}
    assert corners <= points
    hull = sorted(points)
    slopes = np.diff([cost for _, cost in hull]) / np.diff([carbon for carbon, _ in hull])
    assert (slopes < 0).all()
    assert (np.diff(slopes) >= -1e-9 * np.abs(slopes[:-1])).all()


def test_the_widest_gaps_come_first_and_the_number_is_kept() -> None:
    queue, horizon = random_queue(1, 60, 40), random_horizon(1, 40)
    found = pareto(Solver("interruptible", queue, horizon, RULES), most=7)
    assert 3 <= len(found) <= 7
    assert [point.cost_gbp for point in found] == sorted(point.cost_gbp for point in found)
    assert found[0].carbon_g > found[-1].carbon_g
    assert all(point.delay_hours >= 0 and point.plan.placed.any() for point in found)


def test_where_the_cheapest_is_the_cleanest_there_is_one_plan() -> None:
    horizon = horizon_of([200.0, 100.0], [0.2, 0.1])
    (only,) = pareto(Solver("best-window", queue_of({"latest": 1}), horizon, RULES))
    assert (only.carbon_g, only.delay_hours) == (pytest.approx(500.0), 0.5)
