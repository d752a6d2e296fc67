"""The first GridFlex's formula, worked by hand, each figure with why it is struck out."""

from __future__ import annotations

import numpy as np
import pytest

from gridflex.backtest.first_gridflex import REASONS, RULES, Claim, first_cycle, first_gridflex
from gridflex.errors import InputError

ENERGY = np.array([100.0, 50.0, 10.0])
MAY_WAIT = np.array([True, True, False])


def claims(intensity: float, price: float, forecast: float | None, threshold: float = 150.0) -> dict[str, Claim]:
    found = first_gridflex(ENERGY, MAY_WAIT, intensity, price, forecast, threshold)
    return {claim.name: claim for claim in found}


def test_one_cycle_times_ninety() -> None:
    found = claims(200.0, 0.10, 120.0)
    # 150 kWh × 0.10 × 30 % × 90, and 150 kWh × (200 − 120) g × 90.
    assert found["Cost saved in a month"].value == pytest.approx(150 * 0.03 * 90)
    assert found["Carbon saved in a month"].value == pytest.approx(150 * 0.080 * 90 / 1000)
    assert found["Carbon saved in a month"].unit == "t"
    assert found["Cost saved in a month"].reason == REASONS["cost"]


def test_without_a_forecast_half_of_the_carbon_is_assumed() -> None:
    assert claims(200.0, 0.10, None)["Carbon saved in a month"].value == pytest.approx(150 * 0.1 * 90 / 1000)


def test_a_dear_and_clean_moment_uses_its_other_constants() -> None:
    found = claims(100.0, 0.15, None)
    assert found["Cost saved in a month"].value == pytest.approx(150 * (0.15 - 0.084) * 90)
    assert found["Carbon saved in a month"].value == pytest.approx(150 * 0.020 * 90 / 1000)


@pytest.mark.parametrize(("intensity", "price", "forecast"), [(100.0, 0.10, 80.0), (200.0, 0.10, 260.0)])
def test_nothing_saved_is_replaced_by_constants(intensity: float, price: float, forecast: float) -> None:
    found = claims(intensity, price, forecast)
    assert found["Cost saved in a month"].value == pytest.approx(160 * 0.4 * price * 0.3 * 90)
    assert found["Carbon saved in a month"].value == pytest.approx(160 * 0.4 * intensity * 0.6 / 1000 * 90 / 1000)
    assert found["Carbon saved in a month"].reason == REASONS["constants"]


def test_a_cycle_is_claimed_job_by_job() -> None:
    cycle = first_cycle(ENERGY, MAY_WAIT, 200.0, 0.10, 120.0, 150.0)
    assert cycle.rule == ("dirty", "dirty", "now")
    assert cycle.gbp.tolist() == pytest.approx([3.0, 1.5, 0.0])
    assert cycle.kg.tolist() == pytest.approx([8.0, 4.0, 0.0])
    made_up = first_cycle(ENERGY, MAY_WAIT, 100.0, 0.10, 80.0, 150.0)
    assert made_up.rule == ("made_up",) * 3
    assert made_up.gbp.tolist() == pytest.approx([1.2, 0.6, 0.12])
    assert made_up.kg.tolist() == pytest.approx([2.4, 1.2, 0.24])
    assert {*cycle.rule, *made_up.rule} <= set(RULES)


def test_constants_are_named_as_such() -> None:
    found = claims(200.0, 0.10, 120.0)
    assert (found["Carbon reduction"].value, found["Uptime"].value, found["Jobs optimised"].value) == (60, 99.94, 450)
    assert all(claim.reason for claim in found.values())
    with pytest.raises(InputError):
        first_gridflex(np.empty(0), np.empty(0, bool), 200.0, 0.1, None, 150.0)
