"""Readings on aligned half-hours, gaps filled and said to be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.agents.forecast_error import SD_OF_MAE, forecast_sd
from gridflex.agents.grid_columns import LONGEST_ESTIMATE, complete, lay_out
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.provenance import Provenance
from tests.bench import START

NAN = np.nan
LIVE, CACHED, ESTIMATED, SAMPLE = Provenance


def test_readings_find_their_rows_by_time_in_any_order_and_zero_is_a_value() -> None:
    rows = [Reading(START + HALF_HOUR * i, float(i), None) for i in (3, 1, -1, 5)] + [Reading(START, 9.0, 0.0)]
    actual, forecast = lay_out(rows, START, 5)
    assert actual[0] == 0
    assert np.isnan(actual[1:]).all()
    assert np.array_equal(forecast, [9, 1, NAN, 3, NAN], equal_nan=True)


def test_the_measured_value_stands_above_the_forecast() -> None:
    columns = complete(START, np.array([10.0, NAN]), np.array([99.0, 20.0]), LIVE)
    assert columns is not None
    assert columns.intensity.tolist() == [10, 20]
    assert columns.forecast.tolist() == [99, 20]


def test_nothing_known_completes_to_nothing() -> None:
    empty = np.full(5, NAN)
    assert complete(START, empty, empty, LIVE) is None


def test_an_end_beyond_a_week_is_not_estimated() -> None:
    actual = np.full(48 * 8 + LONGEST_ESTIMATE, NAN)
    actual[: 48 * 8] = 100
    assert complete(START, actual, np.full_like(actual, NAN), CACHED) is not None
    longer = np.append(actual, NAN)
    assert complete(START, longer, np.full_like(longer, NAN), CACHED) is None


known = st.lists(st.one_of(st.none(), st.floats(1, 500)), min_size=60, max_size=120)


@given(known, st.sampled_from([LIVE, CACHED]))
def test_what_was_published_stays_and_the_rest_says_estimated(values: list[float | None], word: Provenance) -> None:
    published = np.array([NAN if value is None else value for value in values])
    columns = complete(START, np.full(len(values), NAN), published, word)
    if columns is None:
        return
    has = ~np.isnan(published)
    assert np.array_equal(columns.intensity[has], published[has])
    assert (columns.provenance[has] == word).all()
    assert (columns.provenance[~has] == ESTIMATED).all()
    assert np.isfinite(columns.intensity).all()
    assert np.array_equal(columns.forecast, columns.intensity)
    assert columns.start == START


def test_the_error_of_a_forecast_has_the_published_size() -> None:
    lead = np.arange(1, 97) / 2
    sd = forecast_sd(lead, np.full(96, LIVE, np.uint8))
    assert (sd / SD_OF_MAE).mean() == pytest.approx(24.2, abs=0.2)
    assert forecast_sd(np.zeros(1), np.full(1, LIVE, np.uint8))[0] == pytest.approx(10 * SD_OF_MAE)


def test_an_estimate_is_surer_near_what_was_published() -> None:
    codes = np.full(60, LIVE, np.uint8)
    codes[[5, 30, *range(40, 60)]] = ESTIMATED
    sd = forecast_sd(np.zeros(60), codes) / SD_OF_MAE
    assert sd[4] == pytest.approx(10)
    assert sd[5] == sd[30] == pytest.approx(10 + 33 * (1 - np.exp(-0.5 / 8)))
    assert (np.diff(sd[39:]) > 0).all()
    assert sd[59] == pytest.approx(10 + 33 * (1 - np.exp(-10 / 8)))
    nothing = forecast_sd(np.zeros(3), np.full(3, ESTIMATED, np.uint8))
    assert nothing == pytest.approx(43 * SD_OF_MAE)


def test_a_day_is_needed_to_estimate_an_end() -> None:
    values = np.full(49, 100.0)
    values[-1] = NAN
    assert complete(START, values[1:], np.full(48, NAN), LIVE) is None
    assert complete(START, values, np.full(49, NAN), LIVE) is not None
    assert complete(START + timedelta(days=1), values[:-1], np.full(48, NAN), LIVE) is not None
