"""Availability: eligibility with the failing test, the exclusive choice, and its range, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from gridflex.domain.market_data import ServiceLevel
from gridflex.errors import InputError
from gridflex.markets.availability import availability
from gridflex.markets.cells import Delivery, Rival
from gridflex.markets.efa import whole_blocks
from gridflex.markets.eligibility import Capability, offered_mw
from gridflex.markets.firm import SitePlan
from gridflex.markets.levels import Levels
from gridflex.markets.products import PRODUCTS
from gridflex.planning.queue import Queue
from tests.markets.conftest import product

START = datetime(2026, 1, 8, 15, tzinfo=UTC)
BLOCKS = whole_blocks(START, 8)
BATTERY = Capability(response_s=0.5, meter_s=1)
PERIOD = ("a test's period", "a test")
LEVELS = Levels(
    (
        ServiceLevel("DCL", None, 2.0, 1.0, 7.0, *PERIOD),
        ServiceLevel("DCL", 5, 4.0, 1.0, 7.0, *PERIOD),
        ServiceLevel("DRL", None, 15.0, 6.0, 25.0, *PERIOD),
        ServiceLevel("DRH", None, -6.5, -15.0, 6.0, *PERIOD),
        ServiceLevel("PSR", None, 3.9, None, None, *PERIOD),
    )
)


def site(queue_of: Callable[..., Queue], *rows: tuple[float, float, int, int]) -> SitePlan:
    queue = queue_of(list(rows))
    return SitePlan(queue, queue.earliest, 8)


@pytest.fixture
def big(queue_of: Callable[..., Queue]) -> SitePlan:
    # 2.4 MW that can pause for an hour, 1.5 MW more for half an hour only; all run through block 5.
    return site(queue_of, (2400, 8, 0, 2), (1500, 8, 0, 1))


def test_megawatts_are_floored_to_what_the_product_takes() -> None:
    dcl = product("DCL")
    assert offered_mw(3.9, dcl, aggregated=False) == 3
    assert offered_mw(0.999999, dcl, aggregated=False) == 0
    assert offered_mw(1 - 1e-12, dcl, aggregated=False) == 1
    assert offered_mw(0.037, dcl, aggregated=True) == 0.03
    assert offered_mw(0, dcl, aggregated=True) == 0
    for mw in (-1, 2001, float("nan"), float("inf")):
        with pytest.raises(InputError):
            offered_mw(mw, dcl, aggregated=False)


def test_each_product_says_which_test_it_fails(big: SitePlan) -> None:
    found = {cell.product.code: cell for cell in availability(big, BLOCKS, LEVELS).cells}
    assert list(found) == [product.code for product in PRODUCTS]
    assert found["DCL"].eligibility.failing == ("speed", "metering")
    assert found["DCL"].reason.startswith("needs a battery or UPS: full delivery in 1 s, jobs take 300 s")
    assert found["PQR"].eligibility.failing == ("speed",)
    assert found["PSR"].eligibility.failing == ()
    assert found["NSR"].eligibility.failing == ("size",)
    assert "0.000 MW firm turn-up is under the 1 MW smallest bid" in found["NSR"].reason


def test_duration_fails_where_only_the_longer_pause_is_missing(queue_of: Callable[..., Queue]) -> None:
    plan = site(queue_of, (3000, 8, 0, 1))
    cells = {cell.product.code: cell for cell in availability(plan, BLOCKS, LEVELS, BATTERY).cells}
    assert cells["DRL"].eligibility.failing == ("duration",)
    assert cells["DRL"].reason == "the power is not there for 60 min"
    assert cells["DCL"].eligibility.eligible


def test_slow_reserve_is_what_jobs_can_hold(big: SitePlan) -> None:
    found = availability(big, BLOCKS, LEVELS)
    assert [(cell.product.code, cell.chosen_mw) for cell in found.chosen] == [("PSR", 2)]
    assert found.typical_gbp == found.low_gbp == found.high_gbp == pytest.approx(2 * 4 * 3.9)


def test_one_megawatt_holds_one_service(big: SitePlan) -> None:
    # 3.9 MW for half an hour, 2.4 MW of them for an hour: DRL takes 2, DCL the third.
    found = availability(big, BLOCKS, LEVELS, BATTERY)
    assert {cell.product.code: cell.chosen_mw for cell in found.chosen} == {"DCL": 1, "DRL": 2}
    assert found.typical_gbp == pytest.approx(4 * (2 * 15 + 1 * 4))
    assert found.low_gbp == pytest.approx(4 * (2 * 6 + 1 * 1))
    assert found.high_gbp == pytest.approx(4 * (2 * 25 + 1 * 7))
    assert found.sentence == "£136.00 at typical prices, £52.00 to £228.00 at p5 to p95"
    held = {cell.product.code: cell.reason for cell in found.cells}
    assert held["PSR"] == "another service pays more"
    assert held["DML"] == "no price is known"


def test_delivery_and_the_aggregators_share_are_taken_off(big: SitePlan) -> None:
    pooled = Capability(0.5, 1, aggregated=True, aggregator_share=0.25)
    found = availability(big, BLOCKS, LEVELS, pooled, Delivery(0.9, 0.8))
    assert {cell.product.code: cell.chosen_mw for cell in found.chosen} == pytest.approx({"DCL": 1.5, "DRL": 2.4})
    assert found.typical_gbp == pytest.approx(4 * 0.9 * 0.8 * 0.75 * (2.4 * 15 + 1.5 * 4))
    assert found.sentence.endswith("after the aggregator's 25%")


def test_under_one_megawatt_is_zero_with_the_reason_unless_pooled(queue_of: Callable[..., Queue]) -> None:
    small = site(queue_of, (30, 8, 0, 4))
    alone = availability(small, BLOCKS, LEVELS)
    assert alone.typical_gbp == 0
    assert alone.sentence == "£0: no block holds the 1 MW that the smallest bid takes"
    pooled = availability(small, BLOCKS, LEVELS, Capability(aggregated=True))
    assert pooled.typical_gbp == pytest.approx(0.03 * 4 * 3.9 * 0.7)


def test_a_price_below_zero_is_never_chosen(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(5000, 2, 0, 8)])
    plan = SitePlan(queue, np.array([8]), 10)
    found = availability(plan, BLOCKS, LEVELS, BATTERY)
    cells = {cell.product.code: cell for cell in found.cells}
    assert cells["DRH"].eligibility.eligible
    assert cells["DRH"].reason == "it would cost money"
    assert found.sentence == "£0: nothing that may be offered pays"


def test_an_event_competes_for_the_same_megawatts(big: SitePlan) -> None:
    dear, cheap = (Rival("P415 wholesale", BLOCKS[0], 2.0, gbp) for gbp in (100.0, 10.0))
    found = availability(big, BLOCKS, LEVELS, rivals=[dear])
    # 3.9 MW can pause for half an hour. 1.9 MW of the event and 2 of slow reserve (£15.60 each) beat 2 and 1.
    assert found.rivals[0].chosen_mw == pytest.approx(1.9)
    assert found.rivals[0].gbp == pytest.approx(190)
    assert {cell.product.code: cell.chosen_mw for cell in found.chosen} == {"PSR": 2}
    other = availability(big, BLOCKS, LEVELS, rivals=[replace(cheap, mw=3.9)])
    assert {cell.product.code: cell.chosen_mw for cell in other.chosen} == {"PSR": 2}
    assert other.rivals[0].chosen_mw == pytest.approx(1.9)


def test_an_event_that_pays_less_than_nothing_is_not_called(big: SitePlan) -> None:
    found = availability(big, BLOCKS, LEVELS, rivals=[Rival("P415 wholesale", BLOCKS[0], 2.0, -5.0)])
    assert found.rivals[0].gbp == 0


def test_capability_and_delivery_are_checked() -> None:
    for wrong in ({"response_s": 0.0}, {"meter_s": float("inf")}, {"aggregator_share": 1.5}):
        with pytest.raises(InputError):
            Capability(**wrong)
    with pytest.raises(InputError):
        Delivery(1.1, 1.0)


def test_no_whole_block_is_no_value(big: SitePlan) -> None:
    found = availability(big, (), LEVELS)
    assert (found.cells, found.typical_gbp) == ((), 0)
    assert found.sentence == "£0: no product passes every test in any whole block"
