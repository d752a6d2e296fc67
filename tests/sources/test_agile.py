"""Agile's unit rates: areas, pages, rates without an end, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest

from gridflex.domain.regions import REGIONS
from gridflex.errors import InputError, InvalidAnswer, Unreachable
from gridflex.sources.agile import AREAS, AgileApi, agile_name
from gridflex.sources.http import Patience

START = datetime(2026, 4, 3, tzinfo=UTC)


def rate(first: str, last: str | None, pence: object) -> dict[str, object]:
    return {"value_exc_vat": pence, "value_inc_vat": 0, "valid_from": first, "valid_to": last, "payment_method": None}


def api(answer: Callable[[httpx.Request], object]) -> AgileApi:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answer(request))

    patience = Patience(retry_pause_s=0.001)
    return AgileApi("https://agile.test/v1", transport=httpx.MockTransport(respond), patience=patience)


def results(*rows: dict[str, object], following: str | None = None) -> dict[str, object]:
    return {"count": len(rows), "next": following, "previous": None, "results": list(rows)}


def test_newest_first_rates_become_a_series_without_vat() -> None:
    body = results(
        rate("2026-04-03T01:00:00Z", "2026-04-03T01:30:00Z", -2.5),
        rate("2026-04-03T00:00:00Z", "2026-04-03T00:30:00Z", 10.0),
    )
    found = api(lambda _: body).unit_rates(13, START, START + timedelta(hours=2))
    assert found.gbp_per_kwh[[0, 2]].tolist() == pytest.approx([0.10, -0.025])
    assert np.isnan(found.gbp_per_kwh[[1, 3]]).all()
    assert found.name == "Octopus Agile, London (domestic, without VAT: a proxy)"


def test_a_rate_without_an_end_lasts_as_long_as_was_asked() -> None:
    body = results(rate("2025-04-03T00:00:00Z", None, 20.0))
    found = api(lambda _: body).unit_rates(13, START, START + timedelta(hours=2))
    assert found.gbp_per_kwh.tolist() == [0.2] * 4


def test_every_page_is_read() -> None:
    def answer(request: httpx.Request) -> object:
        page = int(request.url.params.get("page", "1"))
        first = START + timedelta(minutes=30) * (page - 1)
        row = rate(f"{first:%Y-%m-%dT%H:%M:%SZ}", f"{first + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}", 10.0 * page)
        return results(row, following="https://elsewhere.test/page" if page < 3 else None)

    found = api(answer).unit_rates(13, START, START + timedelta(hours=2))
    assert found.gbp_per_kwh[:3].tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_each_region_asks_for_its_area() -> None:
    asked: dict[int, str] = {}
    for region in REGIONS:

        def answer(request: httpx.Request, region: int = region) -> object:
            asked[region] = request.url.path.split("/")[-3][-1]
            return results(rate("2026-04-03T00:00:00Z", "2026-04-03T00:30:00Z", 10.0))

        api(answer).unit_rates(region, START, START + timedelta(hours=1))
    assert {region: asked[region] for region in AREAS} == AREAS
    assert sorted(AREAS.values()) == list("ABCDEFGHJKLMNP")
    assert (asked[0], asked[16], asked[17]) == ("C", "N", "K")
    assert agile_name(0).startswith("Octopus Agile, London, standing in for Great Britain")
    with pytest.raises(InputError):
        agile_name(18)


@pytest.mark.parametrize(
    "row",
    [
        rate("2026-04-03T00:10:00Z", "2026-04-03T00:30:00Z", 10.0),
        rate("2026-04-03T00:30:00Z", "2026-04-03T00:00:00Z", 10.0),
        rate("never", None, 10.0),
        rate("2026-04-03T00:00:00Z", "2026-04-03T00:30:00Z", "n/a"),
        rate("2026-04-03T00:00:00Z", "2026-04-03T00:30:00Z", 1e9),
    ],
)
def test_what_cannot_be_is_refused(row: dict[str, object]) -> None:
    good = rate("2026-04-03T00:30:00Z", "2026-04-03T01:00:00Z", 10.0)
    found = api(lambda _: results(row, good)).unit_rates(13, START, START + timedelta(hours=1))
    assert found.known == 1
    assert len(found.notes) == 1
    with pytest.raises(InvalidAnswer):
        api(lambda _: results(row)).unit_rates(13, START, START + timedelta(hours=1))


def test_no_address_and_no_list() -> None:
    with pytest.raises(Unreachable):
        AgileApi("").unit_rates(13, START, START + timedelta(hours=1))
    source = api(lambda _: {"results": None})
    with pytest.raises(InvalidAnswer):
        source.unit_rates(13, START, START + timedelta(hours=1))
    assert source.requests_on(datetime.now(UTC).date()) == 1
    source.close()
