"""The forecast of last resort: the week's profile and what is unusual right now."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridflex.errors import PlanError
from gridflex.planning.profile_forecast import fill_gaps, profile_forecast

DAY = 48
SHAPE = 150 + 50 * np.sin(np.arange(DAY) / DAY * 2 * np.pi)


def test_a_week_that_repeats_goes_on() -> None:
    assert profile_forecast(np.tile(SHAPE, 7), 96) == pytest.approx(np.tile(SHAPE, 2))


def test_an_anomaly_of_the_last_three_hours_fades_over_twelve() -> None:
    history = np.tile(SHAPE, 7)
    history[-6:] += 70  # of seven days one: it lifts the profile by 10, so the anomaly is 60
    ahead = profile_forecast(history, DAY)
    assert ahead[0] == pytest.approx(SHAPE[0] + 60 * np.exp(-0.5 / 12))
    assert ahead[23] == pytest.approx(SHAPE[23] + 60 * np.exp(-1))
    assert ahead[47] == pytest.approx(SHAPE[47] + 10 + 60 * np.exp(-2))


def test_the_profile_is_the_mean_of_the_days_that_are_known() -> None:
    first, second = np.full(DAY, 100.0), np.full(DAY, 200.0)
    second[:3] = np.nan
    first[40] = np.nan
    ahead = profile_forecast(np.concatenate((first, second)), DAY)
    fade = np.exp(-(np.arange(DAY) + 1) / 24)
    profile = np.full(DAY, 150.0)
    profile[:3], profile[40] = 100, 200
    assert ahead == pytest.approx(profile + 50 * fade)


def test_only_the_last_seven_days_count() -> None:
    old = np.full(10 * DAY, 900.0)
    assert profile_forecast(np.concatenate((old, np.tile(SHAPE, 7))), DAY) == pytest.approx(SHAPE)


def test_a_part_of_a_day_more_than_one_is_used() -> None:
    history = np.concatenate((np.full(12, 300.0), np.full(DAY, 100.0)))
    profile = np.where(np.arange(DAY) < 36, 100.0, 200.0)  # the older half-hours are those before now's time of day
    fade = np.exp(-(np.arange(DAY) + 1) / 24)
    assert profile_forecast(history, DAY) == pytest.approx(profile - 100 * fade)


def test_an_unknown_present_has_no_anomaly() -> None:
    history = np.tile(SHAPE, 2)
    history[-6:] = np.nan
    assert profile_forecast(history, 10) == pytest.approx(SHAPE[:10])


def test_it_never_falls_below_zero() -> None:
    history = np.full(2 * DAY, 20.0)
    history[-6:] = 0
    history[:6] = 0
    history[DAY : DAY + 6] = 0
    assert profile_forecast(history, DAY).min() == 0


@pytest.mark.parametrize("known", [0, 1, DAY - 1])
def test_less_than_a_day_is_refused(known: int) -> None:
    with pytest.raises(PlanError, match="at least one day"):
        profile_forecast(np.full(known, 100.0), 10)


def test_a_half_hour_of_the_day_never_seen_is_refused() -> None:
    history = np.tile(SHAPE, 3)
    history[5::DAY] = np.nan
    with pytest.raises(PlanError, match="every half-hour of the day"):
        profile_forecast(history, 10)


@given(arrays(np.float64, st.integers(DAY, 8 * DAY), elements=st.floats(0, 500)), st.integers(0, 200))
def test_it_is_finite_and_of_the_length_asked_for(history: np.ndarray, count: int) -> None:
    ahead = profile_forecast(history, count)
    assert ahead.shape == (count,)
    assert np.isfinite(ahead).all()
    assert (ahead >= 0).all()


def test_inner_gaps_are_filled_on_a_line_and_ends_stay_open() -> None:
    nan = np.nan
    filled = fill_gaps(np.array([nan, 10, nan, nan, 40, 50, nan, 30, nan]))
    assert filled.tolist()[1:8] == [10, 20, 30, 40, 50, 40, 30]
    assert np.isnan(filled[[0, 8]]).all()


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [np.nan, 5.0, np.nan]])
def test_too_little_to_draw_a_line(values: list[float]) -> None:
    given = np.array(values)
    assert np.array_equal(fill_gaps(given), given, equal_nan=True)
    assert fill_gaps(given) is not given
