from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.halfhours import HALF_HOUR
from gridflex.errors import PlanError
from gridflex.planning.demand import (
    HOUR_OF_DAY,
    HOUR_OF_WEEK,
    YESTERDAY,
    DemandForecast,
    forecast_demand,
    power_of_jobs,
    spike,
    week_rows,
)
from gridflex.planning.demand_models import DAY, pinball, pooled_quantiles, same_as_yesterday, same_hour_of_day
from gridflex.planning.horizon import Floats

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
"""A Thursday."""
START = datetime(2026, 1, 8, 17, tzinfo=UTC)


def rows_before(days: int, now: datetime = NOW) -> np.ndarray:
    return week_rows(now - timedelta(days=days), days * DAY)


def noisy(days: int, shape: Floats, seed: int = 0, sd: float = 5) -> Floats:
    rng = np.random.default_rng(seed)
    return np.maximum(shape[rows_before(days)] + rng.normal(0, sd, days * DAY), 0)


def by_week() -> Floats:
    """Power that differs from day to day of the week and from hour to hour."""
    week = np.arange(336)
    return 100 + 20 * (week // DAY) + 40 * np.sin(week // 2 % 24 / 24 * 2 * np.pi)


def test_rows_are_half_hours_of_the_week_in_uk_time() -> None:
    assert week_rows(datetime(2026, 1, 5, tzinfo=UTC), 3).tolist() == [0, 1, 2]
    assert week_rows(datetime(2026, 7, 5, 22, 30, tzinfo=UTC), 2).tolist() == [335, 0]
    march = week_rows(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 2) - 6 * DAY
    october = week_rows(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2) - 6 * DAY
    assert march.tolist() == [1, 4]
    assert october.tolist() == [3, 2]


def test_a_history_that_repeats_is_forecast_exactly() -> None:
    week = by_week()
    history = week[rows_before(28)]
    forecast = forecast_demand(history, NOW)
    assert (forecast.start, forecast.method, forecast.history_days) == (START, HOUR_OF_WEEK, 28)
    expected = week[week_rows(START, DAY)]
    for band in (forecast.p10, forecast.p50, forecast.p90):
        np.testing.assert_allclose(band, expected, atol=1e-9)


def test_the_hour_of_the_week_is_used_from_three_weeks_on_only() -> None:
    assert forecast_demand(noisy(28, by_week()), NOW).method == HOUR_OF_WEEK
    assert forecast_demand(noisy(20, by_week()), NOW).method != HOUR_OF_WEEK


def test_the_best_on_the_last_week_is_used() -> None:
    workday = np.where(np.arange(336) >= 5 * DAY, 40.0, 100.0)
    assert forecast_demand(noisy(20, workday), NOW).method == HOUR_OF_DAY
    steps = np.repeat(np.cumsum(np.random.default_rng(1).normal(0, 30, 28)) + 500, DAY)
    assert forecast_demand(steps, NOW).method == YESTERDAY


def test_a_band_holds_four_fifths_of_what_comes() -> None:
    inside = []
    for seed in range(40):
        kw = noisy(29, by_week(), seed)
        rows = rows_before(29)
        bands = same_hour_of_day(kw[:-DAY], rows[:-DAY], rows[-DAY:])
        forecast = forecast_demand(kw[:-DAY], NOW - timedelta(days=1))
        inside.append(((kw[-DAY:] >= forecast.p10) & (kw[-DAY:] <= forecast.p90)).mean())
        assert (bands[0] <= bands[2]).all()
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_a_day_type_not_seen_yet_takes_the_hours_known() -> None:
    friday = NOW + timedelta(days=1)
    hours = week_rows(friday - timedelta(days=1), 2 * DAY) % DAY // 2
    forecast = forecast_demand(hours[:DAY].astype(float), friday)
    assert (forecast.method, forecast.history_days) == (HOUR_OF_DAY, 1)
    for band in (forecast.p10, forecast.p50, forecast.p90):
        np.testing.assert_allclose(band, hours[DAY:], atol=1e-12)


def test_yesterday_spreads_by_its_past_changes() -> None:
    kw = np.concatenate([np.full(DAY, level) for level in (10.0, 20.0, 15.0)])
    rows = rows_before(3)
    p10, p50, p90 = same_as_yesterday(kw, rows, rows[:DAY])
    np.testing.assert_allclose([p10[0], p50[0], p90[0]], [10, 17.5, 25])
    assert same_as_yesterday(kw[:DAY], rows[:DAY], rows[:DAY])[2].tolist() == [10.0] * DAY


@pytest.mark.parametrize(
    ("history", "count"), [(np.ones(47), 48), (np.full(96, np.nan), 48), (np.ones(96), 49), (np.empty(0), 48)]
)
def test_too_little_history_is_refused(history: Floats, count: int) -> None:
    with pytest.raises(PlanError, match="day of history"):
        forecast_demand(history, NOW, count)


def forecast_of(p50: Floats) -> DemandForecast:
    return DemandForecast(START, p50, p50, p50, YESTERDAY, 2)


def test_a_spike_meets_the_dirtiest_hour_or_not() -> None:
    power, intensity = np.full(48, 100.0), np.full(48, 150.0)
    power[5], intensity[4:6] = 240, (200, 260)
    found = spike(forecast_of(power), intensity)
    assert (found.start, found.kw, found.meets_dirtiest) == (START + 5 * HALF_HOUR, 240, True)
    intensity[20:22] = 300
    assert not spike(forecast_of(power), intensity).meets_dirtiest
    assert not spike(forecast_of(power), np.full(48, 150.0)).meets_dirtiest
    with pytest.raises(PlanError, match="intensity of each half-hour"):
        spike(forecast_of(power), intensity[1:])


def test_power_of_jobs_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "release": [START + timedelta(minutes=15), START - timedelta(hours=1), START + timedelta(hours=9)],
            "energy_kwh": [10.0, 6.0, 5.0],
            "duration_hours": [1.0, 2.0, 1.0],
        }
    )
    assert power_of_jobs(frame, START, 4).tolist() == pytest.approx([3 + 5, 3 + 10, 5, 0])
    assert power_of_jobs(frame.iloc[:0], START, 2).tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 86_400), st.floats(0.1, 24), st.floats(0.1, 500)), max_size=20))
def test_power_of_jobs_holds_all_energy(jobs: list[tuple[int, float, float]]) -> None:
    frame = pd.DataFrame(jobs, columns=["offset", "duration_hours", "energy_kwh"])
    frame["release"] = pd.Timestamp(START) + pd.to_timedelta(frame["offset"].astype(float), unit="s")
    kw = power_of_jobs(frame, START, 4 * DAY)
    assert (kw / 2).sum() == pytest.approx(frame["energy_kwh"].sum(), abs=1e-6)


@given(st.integers(0, 1000))
def test_pooled_quantiles_are_those_of_each_pool(seed: int) -> None:
    rng = np.random.default_rng(seed)
    errors, pools, wanted = rng.normal(size=60), rng.integers(0, 6, 60), rng.integers(0, 8, 10)
    for pool, found in zip(wanted, pooled_quantiles(errors, pools, wanted).T, strict=True):
        own = errors[pools == pool]
        np.testing.assert_allclose(
            found, np.quantile(own if len(own) >= 4 else errors, [0.1, 0.5, 0.9], method="weibull")
        )


def test_pinball_by_hand() -> None:
    bands = np.array([[8.0], [10.0], [15.0]])
    assert pinball(bands, np.array([12.0])) == pytest.approx((0.1 * 4 + 0.5 * 2 + 0.1 * 3) / 3)
