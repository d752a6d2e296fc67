"""The data portal: recorded auction results, requirements, its pace, and what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gridflex.domain.market_data import AuctionResult
from gridflex.errors import InvalidAnswer, UpstreamRefused
from gridflex.sources.http import Patience
from gridflex.sources.neso_portal import LIVE_RESULTS, NesoPortal

FROM, TO = datetime(2026, 3, 31, 22, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
PACKAGE = {
    "result": {
        "resources": [
            {"id": "old", "name": "EAC Auction Results Summary 2025-26", "datastore_active": True, "created": "2025"},
            {"id": "new-1", "name": "EAC Auction Results Summary", "datastore_active": True, "created": "2026"},
            {"id": "units", "name": "Results by unit", "datastore_active": True, "created": "2027"},
        ]
    }
}


class Portal:
    """Answers package_show and the datastore, and remembers what it was asked and how long was slept."""

    def __init__(self, datastore: object, package: object = PACKAGE) -> None:
        self.datastore, self.package = datastore, package
        self.asked: list[httpx.URL] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        body = self.package if request.url.path.endswith("package_show") else self.datastore
        return body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)

    def open(self) -> NesoPortal:
        patience = Patience(retry_pause_s=0.001)
        transport = httpx.MockTransport(self)
        return NesoPortal("https://portal.test", transport=transport, patience=patience, sleep=self.slept.append)


def records(*rows: dict[str, object]) -> dict[str, object]:
    return {"success": True, "result": {"records": list(rows)}}


def result(**changes: object) -> dict[str, object]:
    return {
        "auctionProduct": "DML",
        "deliveryStart": "2026-04-01T02:00:00",
        "deliveryEnd": "2026-04-01T06:00:00",
        "clearedVolume": 250,
        "clearingPrice": 6.5,
    } | changes


def test_the_recorded_answer_with_numbers_as_text(shared_dir: Path) -> None:
    path = shared_dir / "data" / "neso_api_samples" / "neso_eac_datastore.rebuilt_from_csv.json"
    portal = Portal(json.loads(path.read_text()))
    found, notes = portal.open().auction_results(FROM, TO)
    assert found[0] == AuctionResult("DRH", FROM, datetime(2026, 4, 1, 2, tzinfo=UTC), 500.0, -9.19)
    assert len(found) == 3
    assert notes == ()


def test_the_live_resource_is_looked_up_and_the_pace_kept() -> None:
    portal = Portal(records(result()))
    portal.open().auction_results(FROM, TO)
    sql = portal.asked[1].params["sql"]
    assert 'FROM "new-1" WHERE "deliveryStart" >= \'2026-03-31T22:00:00\'' in sql
    assert portal.slept == [1.0]


def test_without_a_live_resource_the_known_one_is_asked() -> None:
    portal = Portal(records(result()), {"result": {"resources": []}})
    portal.open().auction_results(FROM, TO)
    assert LIVE_RESULTS in portal.asked[1].params["sql"]


def test_a_resource_name_cannot_carry_sql() -> None:
    row = {"id": '"; DROP', "name": "summary", "datastore_active": True}
    with pytest.raises(InvalidAnswer):
        Portal(records(result()), {"result": {"resources": [row]}}).open().auction_results(FROM, TO)


@pytest.mark.parametrize(
    "changes",
    [
        {"deliveryStart": "soon"},
        {"deliveryStart": None},
        {"deliveryEnd": "2026-04-01T01:00:00"},
        {"auctionProduct": None},
        {"clearedVolume": -1},
        {"clearingPrice": "n/a"},
        {"clearingPrice": 1e9},
        {"clearingPrice": None},
    ],
)
def test_what_cannot_be_is_refused_with_a_note(changes: dict[str, object]) -> None:
    found, notes = Portal(records(result(**changes), result(auctionProduct="DCL"))).open().auction_results(FROM, TO)
    assert [r.product for r in found] == ["DCL"]
    assert len(notes) == 1
    with pytest.raises(InvalidAnswer):
        Portal(records(result(**changes))).open().auction_results(FROM, TO)


def test_windows_outside_the_range_are_left_out() -> None:
    outside = result(deliveryStart="2026-05-01T02:00:00", deliveryEnd="2026-05-01T06:00:00")
    found, _ = Portal(records(result(), outside)).open().auction_results(FROM, TO)
    assert len(found) == 1


def test_the_portals_own_errors_are_told() -> None:
    refusal = {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}
    for status in (200, 404):
        with pytest.raises(UpstreamRefused, match="Not found"):
            Portal(httpx.Response(status, json=refusal)).open().auction_results(FROM, TO)


def call(**changes: object) -> dict[str, object]:
    return {
        "Event ID": "DFS-7",
        "From_UTC": "2026-04-03T16:00:00",
        "To_UTC": "2026-04-03T17:30:00",
        "Service Requirement MW": "200",
        "Service Requirement Type": "live",
        "Guaranteed Acceptance Price GBP per MWh": "",
    } | changes


@pytest.mark.parametrize(("price", "expected"), [("", None), (None, None), ("250", 250.0), (3000, 3000.0)])
def test_requirements(price: object, expected: float | None) -> None:
    row = call(**{"Guaranteed Acceptance Price GBP per MWh": price})
    source = Portal(records(row, call(From_UTC="?"))).open()
    found, notes = source.flexibility_calls()
    assert (found[0].event_id, found[0].mw, found[0].gbp_per_mwh, found[0].kind) == ("DFS-7", 200.0, expected, "live")
    assert (found[0].end - found[0].start).total_seconds() == 5400
    assert notes == ("A requirement without a window or size was refused: DFS-7",)
    assert source.requests_on(datetime.now(UTC).date()) == 1
    source.close()


@pytest.mark.parametrize(
    ("day", "begin", "end", "expected"),
    [
        ("2026-01-08", "16:30", "18:00", (datetime(2026, 1, 8, 16, 30, tzinfo=UTC), 1.5)),
        ("2026-07-08T00:00:00", "16:30:00", "18:00:00", (datetime(2026, 7, 8, 16, 30, tzinfo=UTC), 1.5)),
        ("2026-07-08", "23:00", "00:30", (datetime(2026, 7, 7, 23, tzinfo=UTC), 1.5)),
        ("2026-01-08", "23:00", "00:30", (datetime(2026, 1, 8, 23, tzinfo=UTC), 1.5)),
    ],
)
def test_a_utc_time_of_day_belongs_to_the_uk_delivery_date(
    day: str, begin: str, end: str, expected: tuple[datetime, float]
) -> None:
    row = call(**{"Delivery Date": day, "From_UTC": begin, "To_UTC": end})
    found = Portal(records(row)).open().flexibility_calls()[0][0]
    assert (found.start, (found.end - found.start).total_seconds() / 3600) == expected


def opened(body: object) -> Callable[[], object]:
    return Portal(body).open().flexibility_calls


def test_no_requirement_is_none_and_no_list_is_refused() -> None:
    assert opened(records())() == ((), ())
    with pytest.raises(InvalidAnswer):
        opened({"result": {}})()
