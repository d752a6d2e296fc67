"""The markets as one view: live answers, what stands in for them, and the last good ones after a restart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gridflex.domain.halfhours import half_hours
from gridflex.errors import StoreError
from gridflex.services.markets import PUBLISHED, Markets, MarketView, published_view
from gridflex.sources.agile import AgileApi
from gridflex.sources.elexon import MARKET_INDEX, ElexonApi
from gridflex.sources.http import Patience
from gridflex.sources.market_feed import MarketFeed
from gridflex.sources.neso_portal import NesoPortal
from gridflex.store.database import Database
from gridflex.store.market import MarketStore
from gridflex.store.packing import pack

NOW = datetime(2026, 1, 8, 16, 40, tzinfo=UTC)
BLOCK_5 = {"deliveryStart": "2026-01-08T15:00:00", "deliveryEnd": "2026-01-08T19:00:00"}


class World:
    """The services: £80/MWh always, and one block of DML at £6."""

    def __init__(self) -> None:
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(500, json={})
        path, asked = request.url.path, request.url.params
        if path.endswith("market-index"):
            start = datetime.fromisoformat(asked["from"])
            count = (datetime.fromisoformat(asked["to"]) - start) // timedelta(minutes=30)
            rows = [{"startTime": f"{m:%Y-%m-%dT%H:%MZ}", "dataProvider": "A", "price": 80, "volume": 1}
                    for m in half_hours(start, count)]  # fmt: skip
            return httpx.Response(200, json={"data": rows})
        if "system-prices" in path:
            day = path.rsplit("/", 1)[1]
            row = {"settlementDate": day, "settlementPeriod": 1, "startTime": f"{day}T00:00Z", "systemBuyPrice": 70}
            return httpx.Response(200, json={"data": [row]})
        if path.endswith("standard-unit-rates/"):
            row = {"value_exc_vat": 20, "valid_from": "2026-01-08T16:30:00Z", "valid_to": "2026-01-08T17:00:00Z"}
            return httpx.Response(200, json={"results": [row], "next": None})
        if path.endswith("package_show"):
            return httpx.Response(200, json={"result": {"resources": []}})
        result = {"auctionProduct": "DML", "clearedVolume": 9, "clearingPrice": 6, **BLOCK_5}
        call = {"Event ID": "E1", "From_UTC": "2026-01-08T17:00:00", "To_UTC": "2026-01-08T18:00:00",
                "Service Requirement MW": 50}  # fmt: skip
        return httpx.Response(200, json={"result": {"records": [result if path.endswith("_sql") else call]}})


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database("sqlite://")
    yield made
    made.dispose()


@pytest.fixture
def start(database: Database) -> Iterator[Callable[..., tuple[Markets, World]]]:
    begun: list[Markets] = []

    def begin(now: datetime = NOW, down: bool = False) -> tuple[Markets, World]:
        world = World()
        world.down = down
        given = {"transport": httpx.MockTransport(world), "patience": Patience(retry_pause_s=0.001)}
        feed = MarketFeed(
            ElexonApi("https://elexon.test", **given),
            NesoPortal("https://portal.test", **given, sleep=lambda seconds: None),
            AgileApi("https://agile.test", **given),
            lambda: now,
            MarketStore(database),
            max_wait_s=5,
        )
        begun.append(Markets(feed))
        return begun[-1], world

    yield begin
    for markets in begun:
        markets.feed.stop()


def looked(markets: Markets, now: datetime = NOW) -> MarketView:
    """The view once everything that is due has come in or failed."""
    until = time.monotonic() + 5
    while any(s.refreshing for s in (markets.feed.auctions(), markets.feed.market_index(), markets.feed.calls())):
        assert time.monotonic() < until
        time.sleep(0.005)
    return markets.view(now)


def test_live_answers_price_the_revenue(start: Callable[..., tuple[Markets, World]]) -> None:
    markets, _ = start()
    found = looked(markets)
    level = found.levels.of("DML", 5)
    assert level is not None
    assert (level.typical, level.p5, level.p95) == (6, 6, 6)
    assert found.levels.of("DRL", 5) == PUBLISHED.of("DRL", 5), "what did not clear has its published level"
    assert found.wholesale.name == MARKET_INDEX
    assert found.sentence == (
        "Service prices: auction results (live), published levels where none cleared. "
        "Wholesale prices: Market index price (Elexon), live."
    )
    assert [call.mw for call in found.calls] == [50]
    # Yesterday's one settled period at 70 beside an index of 80, read the day after: before the first run.
    assert markets.view(NOW).system == (
        "system price of Wed 7 Jan: mean £70.00/MWh, £10.00 below the Market index price (Elexon) "
        "(run: indicative, before the first settlement run)"
    )
    assert markets.view(NOW).levels is found.levels, "worked out once an answer"
    assert markets.agile(13) is markets.agile(13)


def test_without_a_network_published_levels_stand_in_and_say_so(start: Callable[..., tuple[Markets, World]]) -> None:
    markets, _ = start(down=True)
    found = looked(markets)
    assert found.levels is PUBLISHED
    assert found.wholesale is published_view(NOW).wholesale
    assert "published levels, August 2025 to 1 August 2026" in found.sentence
    assert "Wholesale prices: sample" in found.sentence
    assert "The NESO data portal refused (500): no reason given" in found.problems
    assert markets.agile(13) is None
    assert found.system == "no system price could be read"


def test_the_last_good_answers_outlive_the_process(start: Callable[..., tuple[Markets, World]]) -> None:
    first, _ = start()
    before = looked(first)
    first.agile(13)
    first.feed.stop()
    second, _ = start(NOW + timedelta(hours=3), down=True)
    found = looked(second, NOW + timedelta(hours=3))
    assert found.levels.of("DML", 5) == before.levels.of("DML", 5)
    hour_ago = NOW - timedelta(hours=1)
    assert found.wholesale.values(hour_ago, 1).tolist() == before.wholesale.values(hour_ago, 1).tolist() == [0.08]
    assert "auction results (cached 3 h)" in found.sentence
    assert found.calls == before.calls
    agile = second.agile(13)
    assert agile is not None
    assert agile.values(NOW, 1)[0] == pytest.approx(0.2)


def test_what_another_version_kept_is_not_taken_for_an_answer(
    start: Callable[..., tuple[Markets, World]], database: Database
) -> None:
    MarketStore(database).keep("index", {"other": "form"}, NOW)
    markets, _ = start(down=True)
    looked(markets)
    state = markets.feed.market_index()
    assert state.value is None
    assert state.note == "Earlier answers could not be read"


def test_prices_are_revised_in_place_and_read_in_order(database: Database) -> None:
    store = MarketStore(database)
    later = NOW + timedelta(minutes=30)
    store.save_prices("index", {later: 0.2, NOW: -0.1})
    store.save_prices("index", {later: 0.3})
    store.save_prices("index", {})
    assert store.prices("index", NOW, later + timedelta(minutes=1)) == [(NOW, -0.1), (later, 0.3)]
    assert store.prices("other", NOW, later) == []
    assert store.recall("index") is None
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack(float("nan"))
    database.dispose()
    with pytest.raises(StoreError):
        MarketStore(database).prices("index", NOW, later)
