"""The price feed: each source asked once for all, and what is known when one is down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gridflex.domain.provenance import Provenance
from gridflex.errors import InputError
from gridflex.sources.agile import AgileApi
from gridflex.sources.elexon import ElexonApi
from gridflex.sources.http import Patience
from gridflex.sources.line import LineState
from gridflex.sources.market_feed import MarketFeed
from gridflex.sources.neso_portal import NesoPortal

NOW = datetime(2026, 1, 8, 16, 40, tzinfo=UTC)


class World:
    """All three services in one transport; counts what was asked and can go down."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.down = False
        self.now = NOW
        transport = httpx.MockTransport(self)
        given = {"transport": transport, "patience": Patience(retry_pause_s=0.001)}
        self.feed = MarketFeed(
            ElexonApi("https://elexon.test", **given),
            NesoPortal("https://portal.test", **given, sleep=lambda seconds: None),
            AgileApi("https://agile.test", **given),
            lambda: self.now,
            max_wait_s=5,
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.url.host] += 1
        return httpx.Response(500, json={}) if self.down else httpx.Response(200, json=self.body(request))

    def body(self, request: httpx.Request) -> object:
        path = request.url.path
        if path.endswith("market-index"):
            return {"data": [{"startTime": request.url.params["from"], "dataProvider": "A", "price": 80, "volume": 1}]}
        if "system-prices" in path:
            day = path.rsplit("/", 1)[1]
            row = {"settlementDate": day, "settlementPeriod": 1, "startTime": f"{day}T00:00Z", "systemBuyPrice": 70}
            return {"data": [row]}
        if path.endswith("standard-unit-rates/"):
            row = {"value_exc_vat": 20, "valid_from": "2026-01-08T16:30:00Z", "valid_to": "2026-01-08T17:00:00Z"}
            return {"results": [row], "next": None}
        if path.endswith("package_show"):
            return {"result": {"resources": []}}
        window = {"deliveryStart": "2026-01-08T15:00:00", "deliveryEnd": "2026-01-08T19:00:00"}
        result = {"auctionProduct": "DML", "clearedVolume": 9, "clearingPrice": 6, **window}
        return {"result": {"records": [result if path.endswith("_sql") else {"Event ID": "?"}]}}


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.feed.stop()


def settled(ask: object) -> LineState[object]:
    until = time.monotonic() + 5
    while (state := ask()).refreshing:  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.005)
    return state  # type: ignore[no-any-return]


def test_each_source_answers_and_is_asked_once_for_all(world: World) -> None:
    feed = world.feed
    for _ in range(3):
        agile = settled(lambda: feed.agile(13))
        index = settled(feed.market_index)
        system = settled(lambda: feed.system_price(NOW))
        auctions = settled(feed.auctions)
        calls = settled(feed.calls)
    assert {state.provenance for state in (agile, index, system, auctions, calls)} == {Provenance.LIVE}
    assert feed.agile(13).value.values(NOW, 1)[0] == pytest.approx(0.2)  # type: ignore[union-attr]
    assert feed.system_price(NOW).value.gbp_per_kwh[0] == pytest.approx(0.07)  # type: ignore[union-attr]
    assert feed.auctions().value[0][0].product == "DML"  # type: ignore[index]
    assert feed.calls().value == ((), ("A requirement without a window or size was refused: ?",))
    # The index in four weekly pieces and the system price of one day; a package, results and calls; one area.
    assert world.asked == {"elexon.test": 4 + 1, "portal.test": 3, "agile.test": 1}


def test_another_region_is_another_line_and_no_region_is_refused(world: World) -> None:
    settled(lambda: world.feed.agile(13))
    settled(lambda: world.feed.agile(1))
    assert world.asked["agile.test"] == 2
    with pytest.raises(InputError):
        world.feed.agile(18)


def test_a_source_that_is_down_leaves_the_last_answer(world: World) -> None:
    settled(world.feed.market_index)
    world.down = True
    world.now = NOW + timedelta(minutes=31)
    world.feed.market_index()
    state = settled(world.feed.market_index)
    assert state.provenance is Provenance.CACHED
    assert state.value is not None
    assert state.error == "The Elexon Insights service refused (500): no reason given"


def test_days_of_the_system_price_are_kept_within_bounds(world: World) -> None:
    for day in range(75):
        world.feed.system_price(NOW - timedelta(days=day))
    assert len(world.feed._days) == 70
