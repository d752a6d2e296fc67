from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.halfhours import half_hours
from gridflex.errors import InputError
from gridflex.sources.sample_weather import Weather, half_hour_number, shocks

NOW = half_hour_number(datetime(2026, 1, 8, 17, tzinfo=UTC))
WEATHER = Weather(stream=7, memory_hours=20.0, rise_hours=1.0, unknown=0.4)


def test_half_hours_are_numbered_one_by_one_across_a_clock_change() -> None:
    moments = half_hours(datetime(2026, 3, 28, 20, tzinfo=UTC), 60)
    assert np.diff([half_hour_number(moment) for moment in moments]).tolist() == [1] * 59


def test_a_moment_has_the_number_of_its_half_hour() -> None:
    assert half_hour_number(datetime(2026, 1, 8, 17, 29, 59, tzinfo=UTC)) == NOW
    assert half_hour_number(datetime(1, 1, 1, 1, tzinfo=UTC)) == 2


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        half_hour_number(datetime(2026, 1, 8, 17))  # noqa: DTZ001


def test_shocks_are_standard_normal_and_independent() -> None:
    drawn = shocks(1, NOW, 100_000)
    assert abs(drawn.mean()) < 0.02
    assert drawn.std() == pytest.approx(1.0, abs=0.02)
    assert (np.abs(drawn) < 1.96).mean() == pytest.approx(0.95, abs=0.005)
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn, shocks(2, NOW, 100_000))[0, 1]) < 0.02


@given(first=st.integers(0, 40_000_000), skip=st.integers(0, 300), count=st.integers(1, 300))
def test_any_window_is_the_same_however_it_is_reached(first: int, skip: int, count: int) -> None:
    whole = shocks(3, first, skip + count)
    assert np.array_equal(shocks(3, first + skip, count), whole[skip:])
    weather = WEATHER.values(first, skip + count)
    assert np.allclose(WEATHER.values(first + skip, count), weather[skip:], rtol=0, atol=1e-12)


def test_weather_has_unit_spread_and_forgets_with_its_memory() -> None:
    values = Weather(stream=7, memory_hours=20.0, rise_hours=0.01).values(NOW, 400_000)
    assert values.std() == pytest.approx(1.0, abs=0.03)
    for hours in (2, 10, 20):
        correlation = np.corrcoef(values[2 * hours :], values[: -2 * hours])[0, 1]
        assert correlation == pytest.approx(np.exp(-hours / 20.0), abs=0.03)


def test_what_is_known_leaves_the_past_as_it_was_and_only_the_unknown_share_open() -> None:
    truth = WEATHER.values(NOW, 100)
    foreseen = WEATHER.values(NOW, 100, known_until=NOW + 40)
    assert np.array_equal(foreseen[:40], truth[:40])
    assert not np.isclose(foreseen[40:], truth[40:]).any()

    far = [
        (WEATHER.values(first + 300, 1, known_until=first) - WEATHER.values(first + 300, 1))[0]
        for first in range(NOW, NOW + 60_000, 60)
    ]
    assert np.var(far) == pytest.approx(0.4, rel=0.15)


def test_everything_is_known_once_it_is_over_and_nothing_hidden_before() -> None:
    truth = WEATHER.values(NOW, 10)
    assert np.array_equal(WEATHER.values(NOW, 10, known_until=NOW + 10), truth)
    all_open = Weather(stream=7, memory_hours=2.0, rise_hours=1.0, unknown=1.0)
    assert np.array_equal(all_open.values(NOW, 10, known_until=NOW - 1000), np.zeros(10))


def test_two_years_do_not_repeat() -> None:
    year = timedelta(days=365)
    one, other = (half_hour_number(datetime(2026, 1, 1, tzinfo=UTC) + k * year) for k in (0, 1))
    assert abs(np.corrcoef(WEATHER.values(one, 17_520), WEATHER.values(other, 17_520))[0, 1]) < 0.2
