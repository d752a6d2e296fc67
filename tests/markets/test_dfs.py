"""The Demand Flexibility Service by hand: only with a requirement, from 0.1 MW, per MWh delivered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.domain.market_data import FlexibilityCall
from gridflex.markets.dfs import flexibility_pay

START = datetime(2026, 1, 8, 16, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def call(price: float | None) -> FlexibilityCall:
    return FlexibilityCall("E1", START + HOUR / 2, START + HOUR * 1.5, 150.0, price, "live")


def test_only_called_half_hours_above_the_threshold_pay() -> None:
    # Not called; 0.2 MWh at 250; under 0.1 MW; after the call.
    found = flexibility_pay(START, np.array([0.2, 0.2, 0.049, 0.2]), [call(250.0)])
    assert found.gbp.tolist() == pytest.approx([0, 50, 0, 0])
    assert found.reason.tolist() == [
        "no requirement is published",
        "",
        "under 0.1 MW against the baseline",
        "no requirement is published",
    ]
    assert found.total_gbp == 50
    assert found.sentence == "£50.00 for 0.200 MWh delivered"


def test_exactly_the_threshold_pays() -> None:
    assert flexibility_pay(START, np.array([0.0, 0.05]), [call(100.0)]).total_gbp == pytest.approx(5)


def test_without_a_price_a_scenario_may_stand_in() -> None:
    deviation = np.array([0.0, 0.2])
    assert flexibility_pay(START, deviation, [call(None)]).sentence == "£0: no requirement is published"
    assert flexibility_pay(START, deviation, [call(None)]).reason[1] == "the requirement names no price"
    assert flexibility_pay(START, deviation, [call(None)], 300.0).total_gbp == pytest.approx(60)


def test_a_missing_reading_and_a_deviation_upwards_pay_nothing() -> None:
    found = flexibility_pay(START, np.array([0.0, np.nan, -0.5]), [call(250.0)])
    assert found.total_gbp == 0
    assert found.reason[1:].tolist() == ["a reading is missing", "under 0.1 MW against the baseline"]
    assert flexibility_pay(START, np.array([]), []).sentence == "£0: nothing was delivered"
