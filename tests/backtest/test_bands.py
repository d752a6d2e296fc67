"""Bands and projections: seeded, centred, wider where days go together."""

from __future__ import annotations

import numpy as np
import pytest

from gridflex.backtest.bands import draws_of_days, projection, share_band, sum_band
from gridflex.errors import InputError


def test_days_that_are_all_alike_have_no_band() -> None:
    band = sum_band(np.full(30, 12.5))
    assert (band.value, band.p5, band.p95) == pytest.approx((375, 375, 375))
    share = share_band(np.full(30, 2.0), np.full(30, 8.0))
    assert (share.value, share.p5, share.p95) == pytest.approx((0.25, 0.25, 0.25))


def test_a_band_holds_its_figure_and_is_the_same_each_time() -> None:
    days = np.random.default_rng(1).gamma(2, 10, 30)
    band = sum_band(days, seed=3)
    assert band.p5 < band.value < band.p95
    assert band == sum_band(days, seed=3)
    assert band != sum_band(days, seed=4)
    # For independent days the spread is near 1.645 standard deviations of the sum.
    assert (band.p95 - band.p5) / 2 == pytest.approx(1.645 * days.std() * np.sqrt(30), rel=0.3)


def test_spells_of_weather_make_the_band_wider() -> None:
    spells = np.repeat(np.random.default_rng(2).normal(10, 5, 12), 5)
    mixed = np.random.default_rng(3).permutation(spells)
    width = {name: sum_band(days).p95 - sum_band(days).p5 for name, days in (("spells", spells), ("mixed", mixed))}
    assert width["spells"] > 1.5 * width["mixed"]


def test_blocks_are_of_consecutive_days_on_a_circle() -> None:
    rows = draws_of_days(9, 12, seed=1, block=5, draws=50)
    assert rows.shape == (50, 12)
    steps = np.diff(rows, axis=1) % 9
    assert (steps[:, [0, 1, 2, 3, 5, 6, 7, 8, 10]] == 1).all()
    assert rows.min() >= 0
    assert rows.max() <= 8


def test_a_projection_is_scaled_to_its_days() -> None:
    band = projection(np.random.default_rng(5).normal(10, 2, 90), 30, seed=1)
    assert band.value == pytest.approx(300, rel=0.05)
    assert band.p5 < band.value < band.p95


def test_nothing_saved_and_too_few_days() -> None:
    assert share_band(np.zeros(10), np.zeros(10)).value == 0
    for days in (0, 6):
        with pytest.raises(InputError, match="needs 7 days"):
            sum_band(np.ones(days))
