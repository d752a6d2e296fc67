"""Avoided cost by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from gridflex.markets.avoided import avoided_cost
from gridflex.planning.horizon import Horizon
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import Queue


def test_by_job_and_in_total(queue_of: Callable[..., Queue]) -> None:
    # 100 kW for 1 h moves from 0.30 and 0.20 to 0.10 and -0.05; 40 kW for 1.5 half-hours stays; one is not placed.
    price = np.array([0.30, 0.20, 0.10, -0.05, 0.10])
    horizon = Horizon.of(datetime(2026, 1, 8, 17, tzinfo=UTC), np.full(5, 150.0), price)
    queue = queue_of([(100, 2, 0, 3), (40, 1.5, 0, 3), (10, 1, 0, 3)])
    plan = evaluate("by hand", queue, horizon, Placement(np.array([2, 0, UNPLACED])))
    found = avoided_cost(plan, "test tariff")
    assert found.job_id.tolist() == ["job-0", "job-1"]
    assert found.gbp.tolist() == pytest.approx([50 * (0.30 + 0.20) - 50 * (0.10 - 0.05), 0.0])
    assert found.price_at_baseline.tolist() == pytest.approx([0.25, (0.30 + 0.5 * 0.20) / 1.5])
    assert found.price_when_it_runs[0] == pytest.approx(0.025)
    assert found.total_gbp == pytest.approx(22.5)
    assert found.moved_kwh == 100
    assert "100 kWh of 1 moved job" in found.formula
    assert "£22.50, at the test tariff" in found.formula


def test_a_day_on_which_nothing_waits_says_so(queue_of: Callable[..., Queue]) -> None:
    horizon = Horizon.of(datetime(2026, 1, 8, 17, tzinfo=UTC), np.full(5, 150.0), np.full(5, 0.20))
    plan = evaluate("by hand", queue_of([(100, 2, 0, 3)]), horizon, Placement(np.array([0])))
    assert avoided_cost(plan, "test tariff").formula == "No job waits, so nothing is avoided: £0.00, at the test tariff"
