"""Elexon's prices: recorded answers, every fault of the replay, the clock changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gridflex.errors import InputError, InvalidAnswer, SourceError, UpstreamRefused
from gridflex.sources.elexon import ElexonApi
from gridflex.sources.http import Patience

QUICK = Patience(read_s=0.5, retry_pause_s=0.01)
START = datetime(2026, 1, 8, tzinfo=UTC)


def api(answer: Callable[[httpx.Request], Any]) -> ElexonApi:
    def respond(request: httpx.Request) -> httpx.Response:
        body = answer(request)
        return body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)

    return ElexonApi("https://elexon.test/bmrs/api/v1", transport=httpx.MockTransport(respond), patience=QUICK)


def index_row(number: int, price: object, volume: object = 1000.0, provider: str = "APXMIDP") -> dict[str, object]:
    start = START + timedelta(minutes=30) * number
    return {"startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}", "dataProvider": provider, "price": price, "volume": volume}


def test_the_recorded_answer(shared_dir: Path) -> None:
    path = shared_dir / "data" / "neso_api_samples" / "elexon_market_index_2026-01-08.rebuilt_from_csv.json"
    found = api(lambda _: json.loads(path.read_text())).market_index(START, START + timedelta(hours=3))
    assert found.gbp_per_kwh[:4].tolist() == pytest.approx([0.07414, 0.07443, 0.07528, 0.07481])
    assert np.isnan(found.gbp_per_kwh[4:]).all()
    assert (found.name, found.known, found.notes) == ("Market index price (Elexon)", 4, ())


def test_the_provider_without_volume_is_dropped_and_two_are_weighted() -> None:
    rows = [
        index_row(0, 0.0, 0.0, "N2EXMIDP"),
        index_row(0, 80.0),
        index_row(1, 60.0, 100.0, "N2EXMIDP"),
        index_row(1, 100.0, 300.0),
        index_row(2, 0.0, 0.0),
    ]
    found = api(lambda _: {"data": rows}).market_index(START, START + timedelta(hours=1.5))
    assert found.gbp_per_kwh[:2].tolist() == pytest.approx([0.08, 0.09])
    assert np.isnan(found.gbp_per_kwh[2])


def test_negative_prices_stand_and_impossible_ones_are_refused() -> None:
    rows = [index_row(0, -103.2), index_row(1, 1e9), index_row(2, "n/a"), index_row(3, None), index_row(4, True)]
    found = api(lambda _: {"data": rows}).market_index(START, START + timedelta(hours=2.5))
    assert found.gbp_per_kwh[0] == pytest.approx(-0.1032)
    assert found.known == 1
    assert found.notes == ("A price that cannot be one was refused: 1000000000.0 at 2026-01-08T00:30Z and 2 more",)


def test_long_ranges_are_asked_by_the_week() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> object:
        first = datetime.fromisoformat(request.url.params["from"])
        asked.append(request.url.params["from"])
        return {"data": [{"startTime": f"{first:%Y-%m-%dT%H:%MZ}", "dataProvider": "A", "price": 50, "volume": 1}]}

    found = api(answer).market_index(START, START + timedelta(days=16))
    assert asked == ["2026-01-08T00:00Z", "2026-01-15T00:00Z", "2026-01-22T00:00Z"]
    assert (len(found), found.known) == (16 * 48, 3)


@pytest.mark.parametrize(
    "body",
    [{}, {"data": []}, {"data": "x"}, [], {"data": [{"startTime": "never"}]}, {"data": [index_row(-90, 80.0)]}],
)
def test_unusable_answers_are_refused(body: object) -> None:
    with pytest.raises(InvalidAnswer):
        api(lambda _: body).market_index(START, START + timedelta(hours=1))


def test_another_days_answer_is_refused() -> None:
    rows = [index_row(number - 48, 80.0) for number in range(48)]
    with pytest.raises(InvalidAnswer, match="answered for 2026-01-07T00:00Z when asked for 2026-01-08T00:00Z"):
        api(lambda _: {"data": rows}).market_index(START, START + timedelta(days=1))


def test_an_empty_range_is_refused_and_errors_are_told() -> None:
    with pytest.raises(InputError):
        api(lambda _: {}).market_index(START, START)
    with pytest.raises(UpstreamRefused):
        api(lambda _: httpx.Response(429, json={"error": "slow down"})).market_index(START, START + timedelta(hours=1))


def system_rows(day: date, count: int, first: datetime) -> list[dict[str, object]]:
    return [
        {
            "settlementDate": day.isoformat(),
            "settlementPeriod": number + 1,
            "startTime": f"{first + timedelta(minutes=30) * number:%Y-%m-%dT%H:%M:%SZ}",
            "systemSellPrice": 80.0 + number,
            "systemBuyPrice": 80.0 + number,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("day", "count", "first"),
    [
        (date(2026, 3, 29), 46, datetime(2026, 3, 29, tzinfo=UTC)),
        (date(2026, 10, 25), 50, datetime(2026, 10, 24, 23, tzinfo=UTC)),
        (date(2026, 7, 1), 48, datetime(2026, 6, 30, 23, tzinfo=UTC)),
    ],
)
def test_a_day_has_its_46_48_or_50_periods(day: date, count: int, first: datetime) -> None:
    found = api(lambda _: {"data": system_rows(day, count, first)}).system_price(day, first + timedelta(days=60))
    assert (found.start, len(found), found.known) == (first, count, count)
    assert found.gbp_per_kwh[-1] == pytest.approx((80 + count - 1) / 1000)
    assert found.run == "R1, first reconciliation"


def test_a_row_at_odds_with_its_period_is_refused_and_unequal_prices_are_noted() -> None:
    rows = system_rows(date(2026, 1, 8), 3, START)
    rows[1]["settlementPeriod"] = 9
    rows[2]["systemSellPrice"] = 1.0
    found = api(lambda _: {"data": rows}).system_price(date(2026, 1, 8), START + timedelta(hours=2))
    assert found.known == 2
    assert found.run == "indicative, before the first settlement run"
    assert [note.split(":")[0] for note in found.notes] == [
        "A row whose settlement period does not fit its time was refused",
        "Buy and sell price differ and the buy price was kept",
    ]


def live(replay: Any) -> ElexonApi:
    return ElexonApi(f"{replay.url}/bmrs/api/v1", patience=QUICK)


def test_the_replayed_service(replay: Any) -> None:
    now = datetime.now(UTC)
    source = live(replay)
    index = source.market_index(now - timedelta(days=10), now - timedelta(hours=1))
    assert index.known > 0.95 * len(index)
    yesterday = (now - timedelta(days=1)).date()
    system = source.system_price(yesterday, now)
    assert system.known >= 44
    assert source.requests_on(now.date()) >= 3
    source.close()


@pytest.mark.parametrize("mode", ["gap", "short", "duplicate", "unsorted"])
def test_damaged_answers_keep_what_is_true(replay: Any, mode: str) -> None:
    now = datetime.now(UTC)
    source = live(replay)
    whole = source.market_index(now - timedelta(days=2), now - timedelta(hours=1))
    replay.fault(mode)
    damaged = source.market_index(now - timedelta(days=2), now - timedelta(hours=1))
    seen = np.isfinite(damaged.gbp_per_kwh)
    assert seen.any()
    assert damaged.gbp_per_kwh[seen] == pytest.approx(whole.gbp_per_kwh[seen])
    assert seen.all() == (mode in ("duplicate", "unsorted"))
    source.close()


BROKEN = ["500", "503", "400", "reset", "html", "garbage", "empty", "emptydata", "misdated", "timeout"]


@pytest.mark.parametrize("mode", [*BROKEN, "strings", "huge"])
def test_a_broken_index_is_a_source_error(replay: Any, mode: str) -> None:
    now = datetime.now(UTC)
    source = live(replay)
    replay.fault(mode)
    with pytest.raises(SourceError):
        source.market_index(now - timedelta(days=2), now - timedelta(hours=1))
    source.close()


@pytest.mark.parametrize("mode", BROKEN)
def test_a_broken_system_price_is_a_source_error(replay: Any, mode: str) -> None:
    now = datetime.now(UTC)
    source = live(replay)
    replay.fault(mode)
    with pytest.raises(SourceError):
        source.system_price((now - timedelta(days=1)).date(), now)
    source.close()
