"""What a visitor may set, and the threshold that follows from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gridflex.domain.controls import Controls, Site, ThresholdMode


def test_a_fixed_threshold_is_the_number_set() -> None:
    assert Controls().threshold_in([10, 20, 30]) == 150
    assert Controls(threshold=80).threshold_in([]) == 80


@pytest.mark.parametrize(
    ("percent", "threshold"),
    [(1, 10), (10, 10), (20, 20), (25, 20), (30, 30), (50, 50), (95, 100), (100, 100)],
)
def test_a_relative_threshold_is_the_cleanest_share_of_what_lies_ahead(percent: float, threshold: float) -> None:
    controls = Controls(mode=ThresholdMode.RELATIVE, cleanest_percent=percent)
    assert controls.threshold_in([100, 30, 20, 50, 60, 40, 70, 10, 90, 80]) == threshold


def test_without_anything_ahead_a_relative_threshold_falls_back_to_the_fixed_one() -> None:
    assert Controls(mode=ThresholdMode.RELATIVE, threshold=120).threshold_in([]) == 120


@given(st.lists(st.floats(0, 900), min_size=1, max_size=96), st.floats(1, 100))
def test_a_relative_threshold_lets_about_its_share_run(ahead: list[float], percent: float) -> None:
    threshold = Controls(mode=ThresholdMode.RELATIVE, cleanest_percent=percent).threshold_in(ahead)
    assert threshold in ahead
    at_or_below = sum(value <= threshold for value in ahead)
    below = sum(value < threshold for value in ahead)
    wanted = len(ahead) * percent / 100
    assert at_or_below >= round(wanted)
    assert below <= max(wanted, 1)


@pytest.mark.parametrize(
    "given",
    [
        {"threshold": -1},
        {"threshold": float("nan")},
        {"threshold": float("inf")},
        {"threshold": 1001},
        {"cleanest_percent": 0},
        {"minimum_gain_percent": 101},
        {"price_limit": -0.01},
        {"carbon_price": 501},
        {"mode": "sometimes"},
        {"unheard": 1},
    ],
)
def test_rules_out_of_range_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Controls.model_validate(given)


@pytest.mark.parametrize(
    "given", [{"region": 18}, {"region": -1}, {"cap_kw": 0}, {"pue": 0.99}, {"pue": float("nan")}, {"power": 1}]
)
def test_a_site_out_of_range_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Site.model_validate(given)


def test_what_is_set_survives_storage() -> None:
    controls = Controls(policy="threshold", mode=ThresholdMode.RELATIVE, threshold=0, price_limit=0.2)
    assert Controls.model_validate(controls.model_dump(mode="json")) == controls
    site = Site(region=1, cap_kw=250.0, pue=1.2)
    assert Site.model_validate(site.model_dump(mode="json")) == site
