"""NESO's data portal: day-ahead auction results, and the Demand Flexibility Service's requirements.

https://api.neso.energy, CKAN 3, no key (NESO Open Data Licence). The live results' resource
rolls over each April, so it is looked up first. The portal asks for one request a second and
two of the datastore a minute at most; its gateway refuses SQL functions on dates, so ranges
are compared as text.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Lock

import httpx

from gridflex.domain.halfhours import uk_time
from gridflex.domain.market_data import AuctionResult, FlexibilityCall
from gridflex.errors import InvalidAnswer
from gridflex.sources.carbon_parse import Notes
from gridflex.sources.http import JsonClient, Patience, utc_now
from gridflex.sources.price_rows import Row, moment_of, number_of, rows_in

SERVICE = "NESO data portal"
AUCTIONS = "eac-auction-results"
LIVE_RESULTS = "596f29ac-0387-4ba4-a6d3-95c243140707"
"""The resource of the live summary in 2026/27, used where the package cannot be read."""

SUMMARY = "summary"
REQUIREMENTS = "3635fd80-49d7-4d02-964d-cc8c08d50302"
MOST_ROWS = 32_000
MAX_MW, MAX_PRICE = 100_000.0, 10_000.0
SHORTEST_PAUSE_S = 1.0
ONE_DAY, NOTHING = timedelta(days=1), timedelta()
COLUMNS = '"auctionProduct","deliveryStart","deliveryEnd","clearedVolume","clearingPrice"'


class NesoPortal:
    """Asks the portal. Threads may share it; close it when done. ``sleep`` keeps to the portal's pace."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = JsonClient(SERVICE, base_url, transport=transport, patience=patience, clock=clock)
        self._sleep = sleep
        self._asked = False
        self._pacing = Lock()

    def auction_results(self, start: datetime, end: datetime) -> tuple[tuple[AuctionResult, ...], tuple[str, ...]]:
        """Results of windows that start from ``start`` up to ``end``, in time order, and notes.

        Raises SourceError.
        """
        first, last = (f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in (start, end))
        sql = (
            f'SELECT {COLUMNS} FROM "{self._results_resource()}" WHERE "deliveryStart" >= \'{first}\' '
            f'AND "deliveryStart" < \'{last}\' ORDER BY "deliveryStart" LIMIT {MOST_ROWS}'
        )
        notes = Notes()
        results = read_auction_results(self._ask("/datastore_search_sql", {"sql": sql}), notes)
        return tuple(r for r in results if start <= r.start < end), notes.sentences()

    def flexibility_calls(self) -> tuple[tuple[FlexibilityCall, ...], tuple[str, ...]]:
        """The published requirements of the Demand Flexibility Service, newest first, and notes.

        Raises SourceError.
        """
        notes = Notes()
        body = self._ask("/datastore_search", {"resource_id": REQUIREMENTS, "limit": "500", "sort": "_id desc"})
        return read_flexibility_calls(body, notes), notes.sentences()

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day."""
        return self._client.requests_on(day)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _results_resource(self) -> str:
        resources = rows_in(self._ask("/package_show", {"id": AUCTIONS}), "result", "resources")
        live = [row for row in resources if row.get("datastore_active") and SUMMARY in str(row.get("name")).lower()]
        if not live:
            return LIVE_RESULTS
        newest = max(live, key=lambda row: str(row.get("last_modified") or row.get("created") or ""))
        return _resource_id(newest)

    def _ask(self, action: str, params: dict[str, str]) -> object:
        with self._pacing:
            if self._asked:
                self._sleep(SHORTEST_PAUSE_S)
            self._asked = True
        return self._client.get(f"/api/3/action{action}", params)


def _resource_id(row: Row) -> str:
    """The id, which goes into SQL: letters, digits and dashes alone."""
    found = str(row.get("id"))
    if not all(letter.isalnum() or letter == "-" for letter in found):
        raise InvalidAnswer(f"The {SERVICE} named a resource that cannot be one")
    return found


def read_auction_results(body: object, notes: Notes) -> list[AuctionResult]:
    """Results of an answer; numbers may be text. Raises InvalidAnswer where no row is usable."""
    results = []
    for row in rows_in(body, "result", "records"):
        start, end = moment_of(row.get("deliveryStart")), moment_of(row.get("deliveryEnd"))
        volume = number_of(row.get("clearedVolume"), 0, MAX_MW)
        price = number_of(row.get("clearingPrice"), -MAX_PRICE, MAX_PRICE)
        product = row.get("auctionProduct")
        if start is None or end is None or end <= start or not isinstance(product, str):
            notes.add("A result without a window or product was refused", row.get("deliveryStart"))
        elif volume is None or price is None:
            cell = f"{row.get('clearedVolume')!r} MW at {row.get('clearingPrice')!r}"
            notes.add("A result whose volume or price cannot be was refused", cell)
        else:
            results.append(AuctionResult(product[:8], start, end, volume, price))
    if not results:
        raise InvalidAnswer(f"The {SERVICE} sent no usable auction result")
    return results


def read_flexibility_calls(body: object, notes: Notes) -> tuple[FlexibilityCall, ...]:
    """Requirements of an answer, times in UTC. Raises InvalidAnswer for an answer without a list."""
    calls = []
    for row in rows_in(body, "result", "records"):
        start, end = (_utc_of(row.get(name), row.get("Delivery Date")) for name in ("From_UTC", "To_UTC"))
        if start is not None and end is not None and end <= start:
            end += ONE_DAY if _is_clock(row.get("To_UTC")) else NOTHING
        mw = number_of(row.get("Service Requirement MW"), 0, MAX_MW)
        if start is None or end is None or end <= start or mw is None:
            notes.add("A requirement without a window or size was refused", row.get("Event ID"))
            continue
        price = number_of(row.get("Guaranteed Acceptance Price GBP per MWh"), 0, MAX_PRICE)
        kind = str(row.get("Service Requirement Type") or "")[:40]
        calls.append(FlexibilityCall(str(row.get("Event ID") or "")[:40], start, end, mw, price, kind))
    return tuple(calls)


def _is_clock(value: object) -> bool:
    """Whether a cell holds a time of day alone."""
    return isinstance(value, str) and len(value.strip()) <= len("23:30:00") and ":" in value


def _utc_of(value: object, delivery_date: object) -> datetime | None:
    """A time in UTC: whole, or a UTC time of day on a UK delivery date. None for anything else."""
    if not _is_clock(value):
        return moment_of(value)
    found = moment_of(f"{str(delivery_date)[:10]}T{str(value).strip()}")
    # In summer the UK day begins at 23:00 UTC of the day before.
    if found is not None and uk_time(found).date() != found.date():
        found -= ONE_DAY
    return found
