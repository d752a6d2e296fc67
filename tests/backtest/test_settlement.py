"""Estimated against settled: the miss splits exactly; errors by lead by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridflex.backtest.knowledge import ErrorModel, Issued, Perfect
from gridflex.backtest.runner import run
from gridflex.backtest.settlement import EstimatedAndSettled, error_by_lead
from gridflex.backtest.study import BEST_WINDOW
from tests.backtest.conftest import Job, study


def test_the_miss_splits_in_two() -> None:
    found = EstimatedAndSettled(np.array([100.0, 50, 0]), np.array([60.0, 70, 0]), np.array([40.0, 45, 0]))
    assert found.miss_g == pytest.approx(20)
    assert found.from_forecast_g == pytest.approx(65)
    assert found.from_replanning_g == pytest.approx(-45)
    assert found.from_forecast_g + found.from_replanning_g == pytest.approx(found.miss_g)
    assert 0 <= found.explained_by_job <= 1


def test_without_replanning_the_forecast_explains_it_all(
    wave: np.ndarray, make_jobs: Callable[[int, int], list[Job]]
) -> None:
    made = study(make_jobs(40, 8), wave, ErrorModel(wave, 1))
    once = replace(BEST_WINDOW, rolling=False)
    result = run(made, [once]).result
    assert result is not None
    found = result.of(once)
    split = EstimatedAndSettled(found.outcome.first_saved_g, found.saved_g, found.outcome.kept_saved_g)
    assert split.miss_g != 0
    assert split.from_replanning_g == pytest.approx(0, abs=1e-6)
    assert split.explained_by_job == pytest.approx(1)


def test_a_perfect_estimate_misses_nothing() -> None:
    same = np.array([1.0, 2.0])
    assert EstimatedAndSettled(same, same, same).explained_by_job == 1.0


def test_errors_by_lead_by_hand() -> None:
    settled = np.array([100.0, 110, 120, 130])
    said = {0: np.array([100.0, 120, 110]), 1: np.array([110.0, 115, 150])}
    found = error_by_lead(Issued(said, Perfect(np.full(4, np.nan)), 0), settled, (0, 1, 2))
    # Lead 0: 0, 0. Lead half an hour: +10, −5. Lead an hour: −10, +20.
    assert found.lead_h.tolist() == [0, 0.5, 1]
    assert found.count.tolist() == [2, 2, 2]
    assert found.mean_absolute.tolist() == pytest.approx([0, 7.5, 15])
    assert found.bias.tolist() == pytest.approx([0, 2.5, 5])
    assert found.rms.tolist() == pytest.approx([0, np.sqrt(62.5), np.sqrt(250)])
    nothing = error_by_lead(Perfect(settled), settled, (0, 9))
    assert np.isnan(nothing.mean_absolute[1])
