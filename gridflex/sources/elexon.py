"""Wholesale prices from Elexon's Insights Solution: the market index, and the system price.

https://data.elexon.co.uk/bmrs/api/v1, no key (BMRS data licence). Both tell the past: they
settle and backtest, and are never used ahead. Of the two index providers the one without
volume sends zeros, so prices are weighted by volume.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import httpx

from gridflex.domain.halfhours import (
    floor_half_hour,
    half_hours_between,
    half_hours_of_uk_day,
    settlement_period,
    uk_time,
)
from gridflex.domain.market_data import MWH, PriceSeries, series_of
from gridflex.domain.settlement_runs import settlement_run
from gridflex.errors import InputError
from gridflex.sources.carbon_parse import Notes, stamp
from gridflex.sources.http import JsonClient, Patience, utc_now
from gridflex.sources.price_rows import dated, number_of, price_of, rows_in, within

SERVICE = "Elexon Insights service"
MARKET_INDEX, SYSTEM_PRICE = "Market index price (Elexon)", "System price (Elexon)"
LONGEST_RANGE = timedelta(days=7)
MAX_MWH = 1e6


class ElexonApi:
    """Asks Elexon. Threads may share it; close it when done."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._client = JsonClient(SERVICE, base_url, transport=transport, patience=patience, clock=clock)

    def market_index(self, start: datetime, end: datetime) -> PriceSeries:
        """Volume-weighted index price of the half-hours from ``start`` up to ``end``, in pieces of a week.

        A half-hour without volume has no price. Raises SourceError, and InputError for an empty range.
        """
        start, end = _range(start, end)
        notes, points = Notes(), dict[datetime, float]()
        for first, last in _weeks(start, end):
            asked = {"from": stamp(first), "to": stamp(last), "format": "json"}
            body = self._client.get("/balancing/pricing/market-index", asked)
            points |= within(read_market_index(body, notes), first, last, SERVICE)
        count = half_hours_between(start, end)
        return series_of(MARKET_INDEX, points, start, count, "as published", notes.sentences())

    def system_price(self, day: date, seen: datetime) -> PriceSeries:
        """System price of each half-hour of a UK day, with the settlement run it is from when read at ``seen``.

        Raises SourceError, also where the day has not begun.
        """
        moments = half_hours_of_uk_day(day)
        notes = Notes()
        body = self._client.get(f"/balancing/settlement/system-prices/{day.isoformat()}", {"format": "json"})
        points = within(read_system_price(body, notes), moments[0], moments[-1] + (moments[1] - moments[0]), SERVICE)
        run = settlement_run(day, uk_time(seen).date())
        return series_of(SYSTEM_PRICE, points, moments[0], len(moments), run, notes.sentences())

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day."""
        return self._client.requests_on(day)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def read_market_index(body: object, notes: Notes) -> dict[datetime, float]:
    """GBP/kWh by half-hour, providers weighted by their volume (MWh). Raises InvalidAnswer."""
    latest: dict[tuple[datetime, str], tuple[float, float]] = {}
    for when, row in dated(rows_in(body, "data"), "startTime", notes):
        price = price_of(row.get("price"), when, notes)
        volume = number_of(row.get("volume"), 0, MAX_MWH)
        if price is not None and volume:
            latest[when, str(row.get("dataProvider"))] = (price, volume)
    sums: dict[datetime, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (when, _), (price, volume) in latest.items():
        sums[when][0] += price * volume
        sums[when][1] += volume
    return {when: worth / volume / MWH for when, (worth, volume) in sums.items()}


def read_system_price(body: object, notes: Notes) -> dict[datetime, float]:
    """GBP/kWh by half-hour. A row whose settlement date and period do not fit its time is refused.

    Raises InvalidAnswer.
    """
    points: dict[datetime, float] = {}
    for when, row in dated(rows_in(body, "data"), "startTime", notes):
        day, period = settlement_period(when)
        if (row.get("settlementDate"), row.get("settlementPeriod")) != (day.isoformat(), period):
            notes.add("A row whose settlement period does not fit its time was refused", stamp(when))
            continue
        price = price_of(row.get("systemBuyPrice"), when, notes)
        if price is None:
            continue
        if row.get("systemSellPrice") not in (None, row.get("systemBuyPrice")):
            notes.add("Buy and sell price differ and the buy price was kept", stamp(when))
        points[when] = price / MWH
    return points


def _range(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    start, end = floor_half_hour(start), floor_half_hour(end)
    if end <= start:
        raise InputError("prices are asked for from a time to a later one")
    return start, end


def _weeks(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        stop = min(start + LONGEST_RANGE, end)
        yield start, stop
        start = stop
