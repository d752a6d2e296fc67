"""The rate card as the first GridFlex stated it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from gridflex.errors import InputError
from gridflex.markets.rate_card import RateCard, RateCardValue, rate_card_value

EVENING = datetime(2026, 1, 8, 17, 30, tzinfo=UTC)
NIGHT = datetime(2026, 1, 8, 2, tzinfo=UTC)


def value(intensity: float, now: datetime, energy: tuple[float, ...] = (400.0, 350.0)) -> RateCardValue:
    jobs = tuple(f"job-{i}" for i in range(len(energy)))
    return rate_card_value(jobs, np.array(energy), np.array(energy) / 5, intensity, now)


@pytest.mark.parametrize(
    ("intensity", "now", "service", "rate"),
    [
        (240, EVENING, "Dynamic Moderation", 17.50),
        (240, NIGHT, "Dynamic Containment", 9.50),
        (200, EVENING, "Dynamic Containment", 9.50),
        (100, NIGHT, "Dynamic Containment", 9.50),
        (80, EVENING, "Demand Turn Up", 12.00),
        (80, NIGHT, "Demand Turn Up", 12.00),
    ],
)
def test_service_and_rate(intensity: float, now: datetime, service: str, rate: float) -> None:
    found = value(intensity, now)
    assert (found.service, found.rate) == (service, rate)
    assert found.capacity_mwh == 0.75
    assert found.gbp_per_hour == pytest.approx(0.75 * rate)


def test_the_formula_shows_its_figures_and_its_limits() -> None:
    found = value(240, EVENING)
    assert found.formula == (
        "750.0 kWh ÷ 1,000 = 0.750 “MW” × £17.50/MW/h (Dynamic Moderation at 240 g/kWh) = £13.12 an hour"
    )
    assert "MWh" in found.limits[0]
    assert found.power_mw == pytest.approx(0.15)


def test_peak_is_uk_time_and_editable() -> None:
    summer = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    assert RateCard().is_peak(summer)
    assert not RateCard().is_peak(datetime(2026, 7, 1, 19, tzinfo=UTC))
    assert not RateCard(peak_from=17).is_peak(summer)
    with pytest.raises(InputError):
        RateCard(peak_from=20, peak_to=16)


def test_nothing_deferred_is_nothing_and_nonsense_is_refused() -> None:
    assert value(240, EVENING, ()).gbp_per_hour == 0
    for energy in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError):
            value(240, EVENING, (energy,))
