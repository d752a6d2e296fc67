"""The official words for carbon intensity: a value on a bound belongs to the upper band."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.bands import INDEX_WORDS, LOWER_BOUNDS, bounds_of, index_level, index_word


@pytest.mark.parametrize(
    ("year", "intensity", "word"),
    [
        (2023, 39, "very low"),
        (2023, 40, "low"),
        (2023, 120, "moderate"),
        (2023, 199, "moderate"),
        (2023, 200, "high"),
        (2023, 289.4, "high"),
        (2023, 289.6, "very high"),  # it is shown as 290
        (2023, 290, "very high"),
        (2022, 310, "very high"),
        (2026, 24, "very low"),
        (2026, 90, "moderate"),
        (2026, 143, "moderate"),
        (2026, 170, "high"),
        (2026, 230, "very high"),
        (2030, 0, "very low"),
    ],
)
def test_recorded_words(year: int, intensity: float, word: str) -> None:
    assert index_word(intensity, year) == word


def test_every_bound_opens_its_band() -> None:
    for year, bounds in LOWER_BOUNDS.items():
        for level, bound in enumerate(bounds, start=1):
            assert (index_level(bound - 1, year), index_level(bound, year)) == (level - 1, level)


def test_bounds_fall_from_year_to_year() -> None:
    years = sorted(LOWER_BOUNDS)
    assert years == list(range(2017, 2031))
    for before, after in itertools.pairwise(years):
        assert all(a > b for a, b in zip(LOWER_BOUNDS[before], LOWER_BOUNDS[after], strict=True))


@pytest.mark.parametrize(("year", "nearest"), [(2010, 2017), (2050, 2030)])
def test_outside_the_table_the_nearest_year_counts(year: int, nearest: int) -> None:
    assert bounds_of(year) == LOWER_BOUNDS[nearest]


@given(st.floats(0, 900), st.floats(0, 900), st.integers(2017, 2030))
def test_a_dirtier_grid_never_has_a_cleaner_word(one: float, other: float, year: int) -> None:
    low, high = sorted((one, other))
    assert index_level(low, year) <= index_level(high, year)
    assert index_word(high, year) == INDEX_WORDS[index_level(high, year)]
