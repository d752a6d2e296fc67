from __future__ import annotations

import numpy as np
import pytest

from gridflex.planning.calibration import calibration
from gridflex.planning.figures import figures_of
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.work import cost_per_work
from tests.planning.queues import horizon_of, queue_of

HORIZON = horizon_of([100.0, 200, 50, 50, 300, 100], [0.1, 0.2, 0.1, 0.3, 0.1, 0.1])


def test_waits_makespan_peak_and_jobs_made_dirtier() -> None:
    queue = queue_of({"earliest": 1}, {"earliest": 1, "length": 1.5}, {}, {"power_kw": 99.0})
    plan = evaluate("by hand", queue, HORIZON, Placement(np.array([2, 4, 0, UNPLACED])))
    figures = figures_of(plan)
    assert figures.wait_p50_hours == pytest.approx(0.5)
    assert figures.wait_p95_hours == pytest.approx(np.percentile([0.0, 0.5, 1.5], 95))
    assert figures.makespan_hours == pytest.approx(5.5 / 2)
    assert figures.peak_kw == pytest.approx(10.0)
    assert figures.dirtier == 1
    assert figures.idle_gpu_hours is None


def test_gpus_that_stand_free_while_work_waits() -> None:
    queue = queue_of({"gpus": 4.0}, {"gpus": 8.0}, {"gpus": 2.0, "earliest": 5})
    plan = evaluate("by hand", queue, HORIZON, Placement(np.array([0, 2, 5])))
    assert figures_of(plan, cap_gpus=10.0).idle_gpu_hours == pytest.approx((6 + 8) / 2)


def test_figures_of_nothing() -> None:
    plan = evaluate("by hand", queue_of({}), HORIZON, Placement(np.array([UNPLACED])))
    figures = figures_of(plan)
    assert (figures.wait_p95_hours, figures.makespan_hours, figures.dirtier) == (0.0, 0.0, 0)


def test_cost_of_a_thousand_units_of_work() -> None:
    queue = queue_of({}, {}, {}, {})
    plan = evaluate("by hand", queue, HORIZON, Placement(np.array([2, 1, 0, UNPLACED])))
    found = cost_per_work(plan, np.array([1000.0, 3000.0, np.nan, 500.0]))
    assert found is not None
    assert found.units == 4000
    assert found.gbp == pytest.approx((0.5 + 1.0) / 4)
    assert found.g == pytest.approx((250 + 1000) / 4)
    assert (found.baseline_gbp, found.baseline_g) == (pytest.approx(1.0 / 4), pytest.approx(1000 / 4))
    assert cost_per_work(plan, np.full(4, np.nan)) is None


def test_of_those_told_ten_per_cent_how_many_were_worse() -> None:
    told = np.array([0.0, 0.04, 0.1, 0.12, 0.18, 0.19, 0.5, 1.0])
    worse = np.array([False, False, True, False, False, False, True, True])
    found = {row.low: row for row in calibration(told, worse)}
    assert set(found) == {0.0, 0.1, 0.5}
    assert (found[0.0].count, found[0.0].worse) == (2, 0.0)
    assert (found[0.1].count, found[0.1].told, found[0.1].worse) == (4, pytest.approx(0.1475), 0.25)
    assert (found[0.5].high, found[0.5].worse) == (1.0, 1.0)
