from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gridflex.beckn.orders import Order
from gridflex.beckn.terms import Terms, check, is_ours
from gridflex.errors import InvalidMessage, TermsBroken

AGREED = Terms(
    start=datetime(2025, 11, 17, 10, tzinfo=UTC),
    end=datetime(2025, 11, 17, 14, tzinfo=UTC),
    load_mw=1.2,
    price=0.102,
    intensity=120,
)


def order(price: Any = None, budget: float | None = None, offer: Any = None, **attributes: Any) -> Order:
    line: dict[str, Any] = {
        "beckn:lineId": "1",
        "beckn:orderedItem": "i",
        "beckn:orderItemAttributes": {f"beckn:{name}": value for name, value in attributes.items()},
    }
    if price is not None:
        line["beckn:orderItemAttributes"]["beckn:pricingParameters"] = price
    if offer is not None:
        line["beckn:acceptedOffer"] = {"beckn:id": "f", "beckn:price": offer}
    delivery = {"beckn:workloadMetadata": {"carbonBudget": budget}}
    return Order.model_validate(
        {
            "beckn:id": "o",
            "beckn:orderStatus": "INITIALIZED",
            "beckn:seller": "s",
            "beckn:buyer": "b",
            "beckn:orderItems": [line],
            "beckn:fulfillment": {"beckn:id": "x", "beckn:deliveryAttributes": delivery},
        }
    )


def test_the_invariants_by_hand():
    assert AGREED.cost_gbp == pytest.approx(489.6)
    assert AGREED.carbon_budget_kg == pytest.approx(576)


@pytest.mark.parametrize(
    "kept",
    [
        order(),
        order({"spotPrice": 0.102, "estimatedCost": 489.6}),
        order({"spotPrice": 0.09, "estimatedCost": 432.0}),
        order({"spotPrice": 0.1021}),
        order({"estimatedCost": 490.0}),
        order(offer={"currency": "GBP", "price": 0.102}),
        order(capacityParameters={"reservedCapacity": 1.2, "availableCapacity": 3.8}),
        order(capacityParameters={"reservedCapacity": 1200, "capacityUnit": "kW"}),
        order(capacityParameters={"availableCapacity": 1.2}),
        order(timeWindow={"start": "2025-11-17T10:00:00Z", "end": "2025-11-17T14:00:00Z"}),
        order(timeWindow={"start": "2025-11-17T08:00:00Z", "end": "2025-11-17T20:00:00Z"}),
        order(gridParameters={"carbonIntensity": 100}, budget=576),
    ],
)
def test_terms_that_are_kept(kept):
    check(kept, AGREED)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (order({"spotPrice": 0.132}), r"the price is now £0\.132/kWh, £0\.102 was offered"),
        (order(offer={"currency": "GBP", "price": 0.132}), "the price is now"),
        (order(offer={"currency": "EUR", "price": 0.1}), "now priced in EUR"),
        (order({"spotPrice": 0.1, "currency": "USD"}), "now priced in USD"),
        (order({"estimatedCost": 600.0}), r"a cost of £600\.00 does not follow .* £489\.60"),
        (order({"spotPrice": 0.09, "estimatedCost": 489.6}), "does not follow"),
        (order(capacityParameters={"reservedCapacity": 0.6}), r"0\.6 MW reserved, 1\.2 MW asked for"),
        (order(capacityParameters={"availableCapacity": 1.0}), "not enough capacity"),
        (order(timeWindow={"start": "2025-11-17T11:00:00Z"}), "starts after our run"),
        (order(timeWindow={"end": "2025-11-17T13:00:00Z"}), "ends before our run"),
        (order(gridParameters={"carbonIntensity": 180}), r"864\.0 kg at 180 g/kWh is over the carbon budget of 576\.0"),
        (order(budget=100), "the carbon budget came back as 100 kg"),
    ],
)
def test_terms_that_are_broken(broken, said):
    with pytest.raises(TermsBroken, match=said):
        check(broken, AGREED)


def test_a_time_that_is_none_is_no_term():
    with pytest.raises(InvalidMessage, match="not a time"):
        check(order(timeWindow={"start": "ten"}), AGREED)


def test_only_our_order_is_ours():
    is_ours(order(), "o")
    with pytest.raises(InvalidMessage, match="about order o, ours is other"):
        is_ours(order(), "other")
    with pytest.raises(InvalidMessage, match="without an id"):
        is_ours(order().model_copy(update={"id": None}), "o")
