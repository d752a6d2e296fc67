"""Recorded where there is a record, the sample where there is none, and a routine for the baseline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from gridflex.agents.demo_queue import site_day
from gridflex.backtest.knowledge import ErrorModel, Issued
from gridflex.backtest.material import Material, material
from gridflex.backtest.routine import routine_history
from gridflex.backtest.runner import run
from gridflex.backtest.study import BEST_WINDOW, study_of
from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.provenance import Provenance
from gridflex.markets.baseline import BaselineRule, baseline
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Rules
from gridflex.sources.sample_grid import sample_forecast, sample_intensity, sample_snapshot

START = datetime(2026, 1, 5, tzinfo=UTC)
COUNT = 9 * 48


def made(points: int, snapshots: list[CarbonSnapshot] | None = None) -> Material:
    archived = [(START + i * HALF_HOUR, 100.0 + i % 48) for i in range(points)]
    return material(0, START, COUNT, archived, snapshots or [], sample_intensity, sample_forecast)


def test_without_a_record_it_is_the_sample_and_says_so() -> None:
    found = made(COUNT // 2)
    assert found.provenance is Provenance.SAMPLE
    assert found.intensity.values == pytest.approx(sample_intensity(0, START, COUNT))
    assert found.knowledge.at(96, 48) == pytest.approx(
        sample_forecast(0, START + timedelta(days=2), START + timedelta(days=2), 48)
    )
    assert found.sentence == "sample intensity; decided on the sample's forecasts"


def test_with_a_record_but_no_kept_forecasts_the_error_model_is_used() -> None:
    found = made(COUNT)
    assert found.provenance is Provenance.CACHED
    assert isinstance(found.knowledge, ErrorModel)
    few = made(COUNT, [sample_snapshot(0, START)])
    assert isinstance(few.knowledge, ErrorModel)


def test_kept_forecasts_are_used_where_most_were_seen() -> None:
    kept = [sample_snapshot(0, START + timedelta(hours=hour, minutes=12)) for hour in range(9 * 24)]
    found = made(COUNT, kept)
    assert isinstance(found.knowledge, Issued)
    assert found.sentence.startswith("recorded intensity; decided on 216 forecasts as issued, else profile")


def test_the_routine_of_a_demo_site_is_a_baselines_history() -> None:
    days = 12
    found = material(0, START, (days + 3) * 48, [], [], sample_intensity, sample_forecast)
    frame = pd.concat([site_day(day, START + timedelta(days=day)).iloc[::25] for day in range(days)], ignore_index=True)
    frame["job_id"] = [f"demo-{i}" for i in range(len(frame))]
    rules = Rules(CARBON_ONLY, None, 0.0)
    result = run(study_of("routine", frame, found.intensity, found.knowledge, rules), [BEST_WINDOW]).result
    assert result is not None
    history = routine_history(result, BEST_WINDOW)
    assert history.start == START + timedelta(days=2)
    energy = result.of(BEST_WINDOW).outcome.kwh(result.study.jobs, len(result.study))
    assert history.mwh.sum() == pytest.approx(energy[96:].sum() / 1000)
    usual = baseline(history, START + timedelta(days=11, hours=17), 4, BaselineRule(fewest_days=4))
    assert (usual.baseline_mwh >= 0).all()
    assert np.isfinite(usual.baseline_mwh).all()
