"""What was known: error sizes as published, forecasts as issued, nothing from later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.backtest.knowledge import (
    PUBLISHED_MAE,
    Asked,
    ErrorModel,
    Issued,
    Perfect,
    Profile,
    written_out,
)
from gridflex.backtest.settlement import error_by_lead
from gridflex.backtest.snapshots import issued_forecasts
from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.errors import InputError
from gridflex.planning.profile_forecast import profile_forecast

START = datetime(2026, 1, 5, tzinfo=UTC)
LEVEL = np.full(20_000, 300.0)


def test_the_error_model_has_the_published_size_and_grows_with_lead() -> None:
    model = ErrorModel(LEVEL, seed=1)
    leads = tuple(range(1, 97))
    errors = error_by_lead(model, LEVEL, leads, every=5)
    assert errors.mean_absolute.mean() == pytest.approx(PUBLISHED_MAE, rel=0.03)
    assert abs(errors.bias.mean()) < 3
    assert errors.mean_absolute[0] < 10 < errors.mean_absolute[10] < errors.mean_absolute[90]
    assert model.at(7, 3)[0] == 300.0


def test_a_later_issue_knows_more_and_contradicts_nothing() -> None:
    # A martingale: the change from one issue to the next is uncorrelated with the error seen before.
    model = ErrorModel(LEVEL, seed=2)
    before = np.array([model.at(row, 25)[24] - 300 for row in range(0, 8000, 30)])
    later = np.array([model.at(row + 12, 13)[12] - 300 for row in range(0, 8000, 30)])
    assert np.abs(later).mean() < np.abs(before).mean()
    assert abs(np.corrcoef(before - later, later)[0, 1]) < 0.2


def test_equal_seeds_equal_forecasts_and_never_below_zero() -> None:
    low = np.full(500, 5.0)
    one, two = ErrorModel(low, 3), ErrorModel(low, 3)
    assert (one.at(10, 96) == two.at(10, 96)).all()
    assert min(float(one.at(row, 96).min()) for row in range(0, 400, 20)) >= 0
    assert not (one.at(10, 96) == ErrorModel(low, 4).at(10, 96)).all()
    assert len(one.at(490, 96)) == 10


def test_the_newest_forecast_counts_until_it_is_too_old() -> None:
    actual = np.arange(20.0)
    issued = Issued({4: np.array([40.0, 41, np.nan, 43]), 6: np.array([60.0, 61])}, Perfect(actual), longest_age=2)
    assert issued.at(3, 3).tolist() == [3, 4, 5]
    assert issued.at(4, 5).tolist() == [40, 41, 6, 43, 8]
    assert issued.at(5, 3).tolist() == [41, 6, 43]
    assert issued.at(6, 4).tolist() == [60, 61, 8, 9]
    assert issued.at(9, 2).tolist() == [9, 10]
    assert issued.at(19, 5).tolist() == [19]
    assert issued.share_seen(20) == pytest.approx(5 / 20)
    assert issued.name == "2 forecasts as issued, else perfect foresight"
    with pytest.raises(InputError):
        Issued({}, Perfect(actual))


def snapshot(minutes: int, *forecasts: float | None) -> CarbonSnapshot:
    fetched = START + timedelta(minutes=minutes)
    first = fetched.replace(minute=30 if fetched.minute >= 30 else 0)
    readings = [Reading(first + timedelta(minutes=30) * i, value, None) for i, value in enumerate(forecasts)]
    return CarbonSnapshot(0, fetched, tuple(readings), None)


def test_a_kept_answer_is_known_from_the_next_half_hour_on() -> None:
    # Fetched at 00:12: a decision at 00:00 could not have seen it, the one at 00:30 could.
    kept = [snapshot(12, 100, 110, None, 130), snapshot(60, 200, 210), snapshot(-300, 1, 2), snapshot(59, 150, 160)]
    issued = issued_forecasts(kept, START, 10, Perfect(np.zeros(10)))
    assert issued.at(0, 4).tolist() == [0, 0, 0, 0]
    assert issued.at(1, 4).tolist() == [110, 0, 130, 0]
    assert issued.at(2, 3).tolist() == [200, 210, 0]


def test_the_profile_sees_only_the_past() -> None:
    rng = np.random.default_rng(5)
    values = rng.uniform(50, 250, 900)
    profile = Profile(values)
    row = 500
    seen = profile.at(row, 96)
    changed = values.copy()
    changed[row + 1 :] = 999.0
    assert Profile(changed).at(row, 96) == pytest.approx(seen)
    assert seen[0] == values[row]
    assert seen[1:] == pytest.approx(profile_forecast(values[row + 1 - 336 : row + 1], 95))
    assert profile.at(3, 10).tolist() == [values[3]] * 10
    assert len(profile.at(890, 96)) == 10


@given(row=st.integers(0, 40), count=st.integers(1, 30))
def test_written_out_says_the_same(row: int, count: int) -> None:
    model = ErrorModel(np.linspace(50, 250, 48), 9)
    kept = written_out(model, 48, 30)
    assert kept.at(row, count) == pytest.approx(model.at(row, count))
    assert kept.name == model.name


def test_a_model_is_asked_within_the_period() -> None:
    asked = Asked(lambda row, count: np.arange(row, row + count, dtype=float), 20, "sample")
    assert asked.at(18, 96).tolist() == [18, 19]
