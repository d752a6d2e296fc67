from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gridflex.beckn.goods import Catalog
from gridflex.beckn.joining import MAX_READ
from gridflex.beckn.windows import Window, read_windows

NOW = datetime(2025, 11, 17, 8, tzinfo=UTC)


def item(number: int = 1, **attributes: Any) -> dict[str, Any]:
    grid = {"gridArea": "Cambridge-East", "renewableMix": 80, "carbonIntensity": 120, "carbonIntensityUnit": "gCO2/kWh"}
    given: dict[str, Any] = {
        "beckn:gridParameters": grid,
        "beckn:timeWindow": {"start": "10:00:00Z", "end": "14:00:00Z", "duration": "PT4H"},
        "beckn:capacityParameters": {"availableCapacity": 5.0, "capacityUnit": "MW", "reservationRequired": False},
    }
    return {
        "beckn:id": f"item-{number}",
        "beckn:descriptor": {"schema:name": f"Window {number}"},
        "beckn:provider": {"beckn:id": "provider-1", "beckn:descriptor": {"schema:name": "Provider"}},
        "beckn:availableAt": [{"address": {"addressLocality": "Cambridge", "addressRegion": "East England"}}],
        "beckn:itemAttributes": given | attributes,
    }


def offer(number: int = 1, price: Any = None, unit: str = "per_kWh", items: list[str] | None = None) -> dict[str, Any]:
    return {
        "beckn:id": f"offer-{number}",
        "beckn:provider": "provider-1",
        "beckn:items": items or [f"item-{number}"],
        "beckn:price": price or {"currency": "GBP", "value": 0.102},
        "beckn:offerAttributes": {"beckn:unit": unit, "beckn:priceStability": "stable"},
    }


def catalog(items: Any = None, offers: Any = None, **changes: Any) -> Catalog:
    given = {
        "beckn:id": "c",
        "beckn:validity": {"schema:startDate": "2025-11-17T00:00:00Z", "schema:endDate": "2025-11-17T23:59:59Z"},
        "beckn:items": [item()] if items is None else items,
        "beckn:offers": [offer()] if offers is None else offers,
    }
    return Catalog.model_validate(given | changes)


def one(**changes: Any) -> Window:
    (window,), unread = read_windows([catalog(**changes)], NOW)
    assert unread == ()
    return window


def why_not(**changes: Any) -> str:
    windows, (unread,) = read_windows([catalog(**changes)], NOW)
    assert windows == ()
    return unread.reason


def test_a_window_in_full():
    window = one()
    assert (window.item_id, window.offer_id, window.name, window.provider_name) == (
        "item-1",
        "offer-1",
        "Window 1",
        "Provider",
    )
    assert (window.start, window.end, window.hours) == (NOW.replace(hour=10), NOW.replace(hour=14), 4)
    assert (window.intensity, window.renewable_percent, window.price, window.capacity_mw) == (120, 80, 0.102, 5)
    assert (window.locality, window.region, window.price_stability) == ("Cambridge", 10, "stable")
    assert not window.reservation_required


@pytest.mark.parametrize(
    ("price", "unit", "expected"),
    [
        ({"currency": "GBP", "value": "0.102"}, "per_kWh", 0.102),
        ({"currency": "GBP", "price": 0.102}, "per_kWh", 0.102),
        ({"currency": "gbp", "value": 102}, "per_MWh", 0.102),
        ({"currency": "GBP", "value": -0.01}, "per_kWh", -0.01),
    ],
)
def test_prices_as_peers_write_them(price, unit, expected):
    assert one(offers=[offer(price=price, unit=unit)]).price == pytest.approx(expected)


@pytest.mark.parametrize(
    ("price", "unit", "reason"),
    [
        ({"currency": "EUR", "value": 0.1}, "per_kWh", "priced in EUR; only GBP is compared"),
        ({"currency": "USD", "value": 0.1}, "per_kWh", "priced in USD; only GBP is compared"),
        ({"currency": "GBP"}, "per_kWh", "the offer has no price"),
        ({"currency": "GBP", "value": 0.1}, "per_hour", "priced per_hour, not per kWh"),
        ({"currency": "GBP", "value": 102}, "per_kWh", "a price of 102 GBP/kWh cannot be"),
    ],
)
def test_a_price_that_cannot_be_compared_is_refused_with_its_reason(price, unit, reason):
    assert why_not(offers=[offer(price=price, unit=unit)]) == reason


def grid(**changes: Any) -> dict[str, Any]:
    return item(**{"beckn:gridParameters": {"renewableMix": 80, "carbonIntensity": 120} | changes})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (grid(carbonIntensity=None), "no carbon intensity is stated"),
        (grid(carbonIntensity=-1), "a carbon intensity of -1 gCO2/kWh cannot be"),
        (grid(carbonIntensity=5000), "a carbon intensity of 5000 gCO2/kWh cannot be"),
        (grid(carbonIntensityUnit="lb/MWh"), "carbon intensity in lb/MWh, not gCO2/kWh"),
        (grid(renewableMix=101), "the renewable mix is not a per cent from 0 to 100"),
        (grid(renewableMix=None), "the renewable mix is not a per cent from 0 to 100"),
        (item(**{"beckn:capacityParameters": {"capacityUnit": "MW"}}), "the available capacity is not stated"),
        (item(**{"beckn:capacityParameters": {"availableCapacity": -1}}), "the available capacity is not stated"),
        (
            item(**{"beckn:capacityParameters": {"availableCapacity": 1, "capacityUnit": "hp"}}),
            "capacity in hp, not MW or kW",
        ),
        (item(**{"beckn:capacityParameters": None}), "it is no energy window: grid or capacity parameters are missing"),
        (item(**{"beckn:timeWindow": None}), "it does not say when it is"),
        (item(**{"beckn:timeWindow": {"start": "ten"}}), "'ten' is not a time; write it like 2026-01-08T17:00Z"),
        (
            item(**{"beckn:timeWindow": {"start": "2025-11-17T10:00:00Z", "end": "2025-11-17T10:00:00Z"}}),
            "it does not end after it starts, or is longer than a week",
        ),
        (
            item(**{"beckn:timeWindow": {"start": "2025-11-17T10:00:00Z", "end": "2025-12-17T10:00:00Z"}}),
            "it does not end after it starts, or is longer than a week",
        ),
    ],
)
def test_figures_that_cannot_be_are_refused_with_their_reason(bad, reason):
    assert why_not(items=[bad]) == reason


def test_capacity_in_kilowatts_is_megawatts():
    assert (
        one(items=[item(**{"beckn:capacityParameters": {"availableCapacity": 500, "capacityUnit": "kW"}})]).capacity_mw
        == 0.5
    )


def test_a_window_over_midnight_belongs_to_the_day_it_starts():
    window = one(items=[item(**{"beckn:timeWindow": {"start": "22:00:00Z", "end": "06:00:00Z"}})])
    assert (window.start, window.end) == (NOW.replace(hour=22), NOW.replace(day=18, hour=6))


def test_a_day_round_window_is_24_hours():
    around = {"start": "00:00:00Z", "end": "23:59:59Z", "duration": "PT24H"}
    assert one(items=[item(**{"beckn:timeWindow": around})]).hours == 24


def test_yesterdays_catalogue_is_over():
    stale = {"schema:startDate": "2025-11-16T00:00:00Z", "schema:endDate": "2025-11-16T23:59:59Z"}
    assert why_not(**{"beckn:validity": stale}) == "it is over, and the catalogue holds for no later day"


def test_a_catalogue_of_several_days_means_the_next_run():
    week = {"schema:startDate": "2025-11-10T00:00:00Z", "schema:endDate": "2025-11-20T00:00:00Z"}
    assert one(**{"beckn:validity": week}).start == NOW.replace(hour=10)


def test_a_time_of_day_without_any_date_cannot_be_placed():
    assert why_not(**{"beckn:validity": None}) == "it has a time of day, and the catalogue no date"


def test_ancient_validity_is_not_counted_through_day_by_day():
    ancient = {"schema:startDate": "2000-01-01T00:00:00Z"}
    assert one(**{"beckn:validity": ancient}).start == NOW.replace(hour=10)
    never = {"schema:startDate": "0001-01-01T00:00:00Z"}
    assert why_not(**{"beckn:validity": never}) == "the year 1 cannot be meant"


def test_provider_on_the_catalogue_and_one_place_as_an_object():
    raw = item() | {"beckn:availableAt": {"address": {"addressLocality": "Leeds", "addressRegion": "Yorkshire"}}}
    del raw["beckn:provider"]
    window = one(items=[raw], **{"beckn:provider": {"beckn:id": "p-9", "beckn:descriptor": {"schema:name": "Nine"}}})
    assert (window.provider_id, window.provider_name, window.region, window.locality) == ("p-9", "Nine", 5, "Leeds")


def test_an_address_in_words_is_a_locality_and_no_region():
    window = one(items=[item() | {"beckn:availableAt": [{"address": "Stockholm"}]}])
    assert (window.locality, window.region) == ("Stockholm", None)


def test_the_provider_may_be_named_by_the_offer_alone():
    raw = item()
    del raw["beckn:provider"]
    assert one(items=[raw]).provider_id == "provider-1"
    assert why_not(items=[raw], offers=[offer() | {"beckn:provider": None}]) == "no provider is named"


def test_a_bad_item_costs_only_itself():
    bad = [17, {"beckn:id": ""}, grid(renewableMix="lots") | {"beckn:id": "item-2"}]
    windows, unread = read_windows([catalog(items=[*bad, item()], offers=[offer(items=["item-1", "item-2"])])], NOW)
    assert [window.item_id for window in windows] == ["item-1"]
    assert [one.item_id for one in unread] == ["not an object", "", "item-2"]


def test_an_item_without_an_offer_has_no_price_and_a_broken_offer_is_said():
    _, unread = read_windows([catalog(offers=["x"])], NOW)
    assert [one.reason for one in unread] == [
        "offer unreadable: message: Input should be a valid dictionary or instance of Offer",
        "no offer names it, so it has no price",
    ]


def test_two_offers_are_two_windows_and_a_repeated_pair_is_said():
    windows, unread = read_windows([catalog(offers=[offer(), offer(2, items=["item-1"]), offer()])], NOW)
    assert [window.key for window in windows] == ["item-1/offer-1", "item-1/offer-2"]
    assert [one.reason for one in unread] == ["offered twice under the same ids"]


def test_a_catalogue_without_end_is_cut():
    many = [item(n) for n in range(MAX_READ + 50)]
    everything = [offer(n, items=[f"item-{i}" for i in range(MAX_READ + 50)]) for n in range(30)]
    windows, unread = read_windows([catalog(items=many, offers=everything)] * 3, NOW)
    assert len(windows) + len(unread) == MAX_READ
