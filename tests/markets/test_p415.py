"""The P415 statement by hand: turn-down, over- and under-delivery, negative prices, missing periods."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from gridflex.errors import InputError
from gridflex.markets.p415 import HABIT, Statement, Terms, Volumes, habit_mwh, per_mwh, settle

START = datetime(2026, 1, 8, 17, tzinfo=UTC)
NAN = float("nan")


def volumes(
    baseline: list[float],
    metered: list[float],
    sold: list[float],
    price: list[float],
    system: list[float],
    start: datetime = START,
) -> Volumes:
    return Volumes(start, *(np.array(column) for column in (baseline, metered, sold, price, system)))


def worked() -> Statement:
    # 1 MWh sold at 120 and delivered; 1 sold, 0.6 delivered and 0.4 bought back at 200; more than sold at −50.
    return settle(
        volumes([2.0, 2.0, 2.0], [1.0, 1.4, 0.5], [1.0, 1.0, 1.0], [120.0, 110.0, 90.0], [150.0, 200.0, -50.0]),
        Terms(share=0.6, fees_gbp=10, scrp_gbp_per_mwh=98.53),
        shifted_by_habit_mwh=3.2,
        run="II",
    )


def test_trade_imbalance_share_and_fees() -> None:
    found = worked()
    assert found.deviation_mwh.tolist() == pytest.approx([1.0, 0.6, 1.5])
    assert found.trade_gbp.tolist() == pytest.approx([120, 110, 90])
    assert found.imbalance_gbp.tolist() == pytest.approx([0, -80, -25])
    assert found.gross_gbp == pytest.approx(215)
    assert found.to_site_gbp == pytest.approx(0.6 * 215 - 10)
    assert found.to_site_under_p510_gbp == pytest.approx(0.6 * (215 - 3.1 * 98.53) - 10)


def test_both_volumes_stand_beside_the_sentence_about_habit() -> None:
    first, rules, sums = worked().sentences
    assert first == (
        "3.100 MWh depart from the baseline and earn; 3.200 MWh are shifted by routine and do not. "
        "Your habit is in the baseline."
    )
    assert HABIT in first
    assert "Rules as of 8 January 2026: P376, P415 in force." in rules
    assert "£0 to the trader" in rules
    assert sums.startswith("£119.00 = 60% of £215.00 − £10.00 fees")


def test_routine_against_its_own_baseline_earns_nothing() -> None:
    found = settle(volumes([1.5, 1.5], [1.5, 1.5], [0, 0], [NAN, NAN], [80, NAN]), Terms(fees_gbp=0), 12.0)
    assert found.settled.all()
    assert found.gross_gbp == 0
    assert found.shifted_by_habit_mwh == 12


def test_missing_readings_and_prices_are_unsettled_and_said() -> None:
    found = settle(volumes([2, 2, NAN], [1, NAN, 1], [1, 1, 1], [100, 100, 100], [50, 50, 50]), Terms(share=1))
    assert found.settled.tolist() == [True, False, False]
    assert found.gross_gbp == 100
    assert "2 of 3 periods are unsettled" in found.sentences[-1]
    priceless = settle(volumes([2], [1.5], [1], [100], [NAN]), Terms(share=1))
    assert not priceless.settled.any()
    assert priceless.gross_gbp == 0


def test_periods_paid_elsewhere_count_nothing_here() -> None:
    both = volumes([2, 2], [1, 1], [1, 1], [100, 100], [0, 0])
    found = settle(both, Terms(share=1), elsewhere=np.array([True, False]))
    assert (found.gross_gbp, found.deviation_total_mwh) == (100, 1)
    assert found.rows()["counted"] == [False, True]


def test_rows_add_up_to_the_figures_on_a_day_with_50_periods() -> None:
    autumn = datetime(2026, 10, 24, 23, tzinfo=UTC)
    count = 50
    rng = np.random.default_rng(5)
    found = settle(
        Volumes(
            autumn, *(rng.uniform(0, 2, count) for _ in range(3)), *(rng.uniform(-90, 300, count) for _ in range(2))
        ),
        Terms(),
    )
    rows = found.rows()
    assert rows["settlement_period"] == list(range(1, 51))
    assert set(rows["settlement_date"]) == {"2026-10-25"}
    assert rows["uk_time"][2:6] == [f"2026-10-25 {t}" for t in ("01:00", "01:30", "01:00", "01:30")]
    total = sum(float(str(gbp)) for name in ("trade_gbp", "imbalance_gbp") for gbp in rows[name])
    assert total == pytest.approx(found.gross_gbp)
    assert len({len(column) for column in rows.values()}) == 1


def test_a_day_of_46_periods_ends_with_46() -> None:
    spring = datetime(2026, 3, 29, tzinfo=UTC)
    column = [1.0] * 46
    rows = settle(volumes(column, column, column, column, column, spring), Terms()).rows()
    assert (rows["settlement_period"][0], rows["settlement_period"][-1]) == (1, 46)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError):
        volumes([1, 1], [1], [1], [1], [1])
    with pytest.raises(InputError):
        volumes([-1], [1], [1], [1], [1])
    for wrong in ({"share": 1.2}, {"fees_gbp": -1.0}, {"scrp_gbp_per_mwh": NAN}):
        with pytest.raises(InputError):
            Terms(**wrong)


def test_habit_is_what_left_the_half_hours_of_run_at_once() -> None:
    assert habit_mwh(np.array([4000.0, 0, 1000]), np.array([1000.0, 3000, 1000])) == pytest.approx(1.5)
    assert per_mwh(np.array([0.12, -0.05])).tolist() == pytest.approx([120, -50])
