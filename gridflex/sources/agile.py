"""Octopus Agile, the one price published ahead: tomorrow's from about 16:00 UK time.

https://developer.octopus.energy, no key. A domestic tariff by distribution area, here a proxy
for what a half-hourly contract follows, taken without VAT and said so in its name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import httpx

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours_between
from gridflex.domain.market_data import PriceSeries, series_of
from gridflex.domain.regions import region_name
from gridflex.errors import InvalidAnswer
from gridflex.sources.carbon_parse import Notes, stamp
from gridflex.sources.http import JsonClient, Patience, utc_now
from gridflex.sources.price_rows import half_hour_of, price_of, rows_in

SERVICE = "Octopus Energy service"
PRODUCT = "AGILE-24-10-01"
"""The product code changes with the tariff's version."""

PENCE, PAGE_SIZE, MOST_PAGES = 100.0, 1500, 4
LONGEST_SPAN = timedelta(days=31)
"""A unit rate that lasts longer than this, or has no end, is cut at what was asked."""

AREAS = {
    1: "P",
    2: "N",
    3: "G",
    4: "F",
    5: "M",
    6: "D",
    7: "K",
    8: "E",
    9: "B",
    10: "A",
    11: "L",
    12: "H",
    13: "C",
    14: "J",
}
"""Distribution area (GSP group letter) of each region."""

STANDING_IN = {0: 13, 15: 13, 16: 2, 17: 7}
"""The whole grid and the nations have no area: London, South Scotland and South Wales stand in."""


def agile_name(region: int) -> str:
    """What the series is called on the screen. Raises InputError for a number that is no region."""
    named = region_name(region)
    area = STANDING_IN.get(region, region)
    place = named if area == region else f"{region_name(area)}, standing in for {named}"
    return f"Octopus Agile, {place} (domestic, without VAT: a proxy)"


class AgileApi:
    """Asks for Agile's unit rates. Threads may share it; close it when done."""

    def __init__(
        self,
        base_url: str,
        product: str = PRODUCT,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._product = product
        self._client = JsonClient(SERVICE, base_url, transport=transport, patience=patience, clock=clock)

    def unit_rates(self, region: int, start: datetime, end: datetime) -> PriceSeries:
        """Unit rates of the half-hours from ``start`` up to ``end``, GBP/kWh without VAT, NaN past publication.

        Raises SourceError, and InputError for a number that is no region.
        """
        name = agile_name(region)
        start, end = floor_half_hour(start), floor_half_hour(end)
        area = AREAS[STANDING_IN.get(region, region)]
        path = f"/products/{self._product}/electricity-tariffs/E-1R-{self._product}-{area}/standard-unit-rates/"
        asked = {"period_from": stamp(start), "period_to": stamp(end), "page_size": str(PAGE_SIZE)}
        notes, points = Notes(), dict[datetime, float]()
        for page in range(1, MOST_PAGES + 1):
            body = self._client.get(path, asked if page == 1 else asked | {"page": str(page)})
            points |= read_unit_rates(body, start, end, notes)
            if not (isinstance(body, dict) and body.get("next")):
                break
        if not points:
            raise InvalidAnswer(f"The {SERVICE} sent no usable price")
        return series_of(name, points, start, half_hours_between(start, end), "as published ahead", notes.sentences())

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day."""
        return self._client.requests_on(day)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def read_unit_rates(body: object, start: datetime, end: datetime, notes: Notes) -> dict[datetime, float]:
    """GBP/kWh without VAT of each half-hour that a rate is valid in. Raises InvalidAnswer."""
    points: dict[datetime, float] = {}
    for row in rows_in(body, "results"):
        first = half_hour_of(row.get("valid_from"))
        last = end if row.get("valid_to") is None else half_hour_of(row.get("valid_to"))
        if first is None or last is None or last <= first:
            notes.add("A rate that spans no half-hour was refused", f"{row.get('valid_from')} to {row.get('valid_to')}")
            continue
        price = price_of(row.get("value_exc_vat"), first, notes)
        moment = max(first, start, last - LONGEST_SPAN)
        while price is not None and moment < min(last, end):
            points[moment] = price / PENCE
            moment += HALF_HOUR
    return points
