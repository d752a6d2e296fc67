from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridflex.domain.decisions import Action, Rationale
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import UNPLACED, Placement, Rules
from gridflex.planning.rationale import labels
from tests.planning.queues import horizon_of, queue_of

RULES = Rules(threshold=150.0)
CHEAP, DEAR = 0.10, 0.13


@pytest.mark.parametrize(
    ("intensity", "price", "start", "action", "rationale"),
    [
        (150.0, 0.12, 0, Action.EXECUTE_NOW, Rationale.OPTIMAL_CONDITIONS),
        (151.0, CHEAP, 2, Action.DEFER, Rationale.HIGH_CARBON),
        (151.0, DEAR, 2, Action.DEFER, Rationale.HIGH_CARBON),
        (151.0, CHEAP, 0, Action.EXECUTE_NOW, Rationale.NO_BENEFIT),
        (90.0, DEAR, 0, Action.EXECUTE_NOW, Rationale.HIGH_PRICE),
        (90.0, DEAR, 2, Action.DEFER, Rationale.HIGH_PRICE),
        (90.0, CHEAP, 2, Action.DEFER, Rationale.FORECAST_BETTER),
        (90.0, CHEAP, UNPLACED, Action.UNPLACED, Rationale.NO_ROOM),
    ],
)
def test_a_free_job(intensity: float, price: float, start: int, action: Action, rationale: Rationale) -> None:
    horizon = horizon_of([intensity, 80, 60, 50], [price] * 4)
    plan = evaluate("by hand", queue_of({"latest": 3}), horizon, Placement(np.array([start])))
    assert labels(plan, RULES, horizon.price).words() == ([action], [rationale])


def test_jobs_that_may_not_wait_or_have_no_place() -> None:
    queue = queue_of(
        {"fixed": True, "latest": 0},
        {"earliest": 3, "latest": 2},
        {"earliest": 3, "latest": 1, "late": True},
        {"earliest": 9, "latest": 3},
    )
    horizon = horizon_of([300.0, 80, 60, 50])
    plan = evaluate("by hand", queue, horizon, Placement(np.array([0, UNPLACED, UNPLACED, UNPLACED])))
    assert labels(plan, RULES, horizon.price).words()[1] == [
        Rationale.SLA_CRITICAL,
        Rationale.BEYOND_HORIZON,
        Rationale.PAST_DEADLINE,
        Rationale.BEYOND_HORIZON,
    ]


def test_without_a_threshold_nothing_is_above_it() -> None:
    horizon = horizon_of([300.0, 80])
    plan = evaluate("by hand", queue_of({"latest": 1}), horizon, Placement(np.array([1])))
    found = labels(plan, replace(RULES, threshold=None), horizon.price)
    assert found.words() == ([Action.DEFER], [Rationale.FORECAST_BETTER])


def test_a_run_that_pauses_waits_though_it_starts_at_once() -> None:
    horizon = horizon_of([100.0, 300, 80])
    queue = queue_of({"length": 2.0, "latest": 1, "interruptible": True})
    placement = Placement(np.array([0]), np.array([[True, False, True]]))
    plan = evaluate("by hand", queue, horizon, placement)
    assert labels(plan, RULES, horizon.price).words() == ([Action.DEFER], [Rationale.FORECAST_BETTER])


def test_the_limit_on_the_price_can_be_moved() -> None:
    horizon = horizon_of([100.0, 90], [DEAR, DEAR])
    plan = evaluate("by hand", queue_of({"latest": 1}), horizon, Placement(np.array([0])))
    assert labels(plan, RULES, horizon.price, price_limit=0.2).words()[1] == [Rationale.OPTIMAL_CONDITIONS]
