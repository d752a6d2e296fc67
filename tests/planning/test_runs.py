from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.planning.runs import run_means, run_sums, run_weights, whole_and_fraction
from tests.planning.queues import run_cost

VALUES = np.array([100.0, 200.0, 50.0, 10.0])


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 1.0, 100.0),
        (0, 1.5, 200.0),
        (1, 2.2, 252.0),
        (3, 0.5, 5.0),
        (2, 4.0, 60.0),
        (-1, 2.0, 100.0),
        (-2, 1.5, 0.0),
        (-2, 0.5, 0.0),
        (5, 1.5, 0.0),
    ],
)
def test_a_run_weighs_its_last_half_hour_by_its_fraction(start: int, length: float, expected: float) -> None:
    assert run_sums(VALUES, np.array([start]), np.array([length]))[0] == pytest.approx(expected)


@given(st.integers(0, 40), st.floats(0.05, 9.0), st.integers(0, 99))
def test_prefix_sums_agree_with_a_loop_and_with_weights(start: int, length: float, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-50, 300, 50)
    found = run_sums(values, np.array([start]), np.array([length]))[0]
    assert found == pytest.approx(run_cost(values, start, length))
    weights = run_weights(np.array([start]), np.array([length]), len(values))[0]
    assert weights @ values == pytest.approx(found)
    assert weights.sum() == pytest.approx(length)


def test_a_mean_of_equal_values_is_that_value() -> None:
    assert run_means(np.full(9, 150.0), np.arange(3), np.array([1.0, 2.7, 5.3])) == pytest.approx([150.0] * 3)


def test_a_length_a_hair_below_a_whole_number_counts_as_whole() -> None:
    full, fraction = whole_and_fraction(np.array([0.1 * 3 * 10, 2.9999999999, 2.4]))
    assert full.tolist() == [3, 3, 2]
    assert fraction == pytest.approx([0.0, 0.0, 0.4], abs=1e-9)
