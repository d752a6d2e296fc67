"""A called event from routine to net, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.domain.market_data import FlexibilityCall
from gridflex.errors import InputError
from gridflex.markets.baseline import BaselineRule, Metered
from gridflex.markets.event_case import EventCase, EventPrices, event_case
from gridflex.markets.events import CalledEvent
from gridflex.markets.firm import SitePlan
from gridflex.markets.p415 import Terms
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import COST_ONLY
from gridflex.planning.queue import Queue

NOW = datetime(2026, 1, 15, 15, tzinfo=UTC)
EVENT = CalledEvent(NOW + timedelta(hours=2), NOW + timedelta(hours=3), 1.0)
COUNT = 12
PRICE = np.array([0.2] * 4 + [0.3, 0.3] + [0.15] * 6)


def routine(queue_of: Callable[..., Queue]) -> SitePlan:
    # Two jobs of 1 MW run from 17:00 to 18:00; run at once they would have run at 15:00.
    return SitePlan(queue_of([(1000, 2, 0, 10), (1000, 2, 0, 10)]), np.array([4, 4]), COUNT)


def history() -> Metered:
    """Fourteen days of the same routine: 1 MWh in each half-hour from 17:00 to 18:00, nothing else."""
    first = NOW - timedelta(days=14)
    return Metered(first, np.array([float(uk_time(m).hour == 17) for m in half_hours(first, 14 * 48)]))


def case(queue_of: Callable[..., Queue], calls: tuple[FlexibilityCall, ...] = ()) -> EventCase:
    horizon = Horizon.of(NOW, np.full(COUNT, 150.0), PRICE)
    prices = EventPrices(np.array([100.0, 110.0]), np.array([90.0, 90.0]), "scenario")
    return event_case(
        routine(queue_of),
        horizon,
        history(),
        EVENT,
        prices,
        terms=Terms(share=0.5, fees_gbp=5),
        objective=COST_ONLY,
        calls=calls,
    )


def test_an_event_from_routine_to_net(queue_of: Callable[..., Queue]) -> None:
    found = case(queue_of)
    assert found.answer.moved.tolist() == [True, False]
    assert found.baseline.baseline_mwh.tolist() == pytest.approx([1, 1])
    assert found.statement.volumes.metered_mwh.tolist() == pytest.approx([0.5, 0.5])
    assert found.statement.gross_gbp == pytest.approx(0.5 * 100 + 0.5 * 110)
    # Both jobs left 15:00 to 16:00 by habit: 2 MWh that earn nothing.
    assert found.statement.shifted_by_habit_mwh == pytest.approx(2.0)
    # 1 MWh at 0.30 becomes 1 MWh at 0.15; the rebound is in the bill.
    assert found.net.bill_change_gbp == pytest.approx(150)
    assert found.net.net_gbp == pytest.approx(150 + 0.5 * 105 - 5)
    assert found.event_plan.cost_gbp.sum() == pytest.approx(150 + 300)


def test_the_dearer_buyer_of_each_half_hour_gets_it(queue_of: Callable[..., Queue]) -> None:
    call = FlexibilityCall("E", EVENT.start, EVENT.start + timedelta(minutes=30), 100.0, 400.0)
    found = case(queue_of, (call,))
    assert found.to_flexibility.tolist() == [True, False]
    assert found.flexibility.total_gbp == pytest.approx(200)
    assert found.statement.gross_gbp == pytest.approx(55)
    assert found.net.net_gbp == pytest.approx(150 + 200 + 0.5 * 55 - 5)
    held = {holding.service: holding.mw[4:6].tolist() for holding in found.net.holdings}
    assert held == {"P415 wholesale": [0, 1], "Demand Flexibility Service": [1, 0]}


def test_a_loss_stays_with_the_trader_where_nobody_else_pays(queue_of: Callable[..., Queue]) -> None:
    horizon = Horizon.of(NOW, np.full(COUNT, 150.0), PRICE)
    prices = EventPrices(np.array([-100.0, 110.0]), np.array([90.0, 90.0]), "scenario")
    found = event_case(routine(queue_of), horizon, history(), EVENT, prices, terms=Terms(0.5), objective=COST_ONLY)
    assert found.to_flexibility.tolist() == [False, False]
    # 0.5 MWh sold at −100 and 0.5 MWh at 110; nothing is left out because it lost money.
    assert found.statement.gross_gbp == pytest.approx(-50 + 55)


def test_without_history_there_is_no_baseline(queue_of: Callable[..., Queue]) -> None:
    horizon = Horizon.of(NOW, np.full(COUNT, 150.0), PRICE)
    prices = EventPrices(np.zeros(2), np.zeros(2), "scenario")
    with pytest.raises(InputError, match="needs 5 days"):
        event_case(
            routine(queue_of), horizon, Metered(NOW, np.empty(0)), EVENT, prices, rule=BaselineRule(adjustment_hours=0)
        )
