"""What is asked of the carbon service, and the snapshot that is made of its answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours
from gridflex.domain.regions import GB
from gridflex.errors import InputError, InvalidAnswer, Unreachable, UpstreamRefused
from gridflex.sources.carbon_api import BACK, LONGEST_RANGE, CarbonApi, ranges
from gridflex.sources.carbon_parse import reading_at, stamp
from gridflex.sources.http import Patience

NOW = datetime(2026, 1, 8, 17, 47, tzinfo=UTC)
HERE = datetime(2026, 1, 8, 17, 30, tzinfo=UTC)
MIX = [{"fuel": "wind", "perc": 60}, {"fuel": "gas", "perc": 40}]
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\dZ"


class Grid:
    """The service in small: value = half-hours since 2026 modulo 400, plus 1. ``cut`` damages the rows of an answer."""

    def __init__(self, cut: Callable[[list[Any], str], list[Any]] = lambda rows, _: rows, mix: int = 200) -> None:
        self.cut, self.mix = cut, mix
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.paths.append(path)
        if path == "/generation":
            return httpx.Response(self.mix, json={"data": {**times(HERE - HALF_HOUR), "generationmix": MIX}})
        start, end = (datetime.fromisoformat(text) for text in re.findall(STAMP, path))
        count = (end - floor_half_hour(start)) // HALF_HOUR
        rows = self.cut([self.row(when, "regionid" in path) for when in half_hours(start, count)], path)
        if region := re.search(r"/regionid/(\d+)$", path):
            return httpx.Response(200, json={"data": {"regionid": int(region[1]), "data": rows}} if rows else {})
        return httpx.Response(200, json={"data": rows})

    @staticmethod
    def row(when: datetime, regional: bool) -> dict[str, Any]:
        value = (when - datetime(2026, 1, 1, tzinfo=UTC)) // HALF_HOUR % 400 + 1
        if regional:
            return {**times(when), "intensity": {"forecast": value}, "generationmix": MIX}
        return {**times(when), "intensity": {"forecast": value, "actual": value if when < HERE else None}}


def times(when: datetime) -> dict[str, str]:
    return {"from": stamp(when), "to": stamp(when + HALF_HOUR)}


def api(grid: Grid) -> CarbonApi:
    return CarbonApi("https://grid.test", transport=httpx.MockTransport(grid), patience=Patience(retry_pause_s=0.001))


def test_gb_takes_two_requests_from_a_minute_past() -> None:
    grid = Grid()
    carbon = api(grid)
    snapshot = carbon.fetch(GB, NOW)
    assert grid.paths == ["/intensity/2026-01-07T17:31Z/2026-01-10T17:30Z", "/generation"]
    assert (snapshot.region, snapshot.fetched_at, snapshot.notes) == (GB, NOW, ())
    assert [r.start for r in snapshot.readings] == list(half_hours(HERE - BACK, 144))
    assert [r.actual is not None for r in snapshot.readings] == [True] * 48 + [False] * 96
    assert snapshot.mix is not None
    assert (snapshot.mix.start, snapshot.mix.renewable_percent) == (HERE - HALF_HOUR, 60.0)
    assert carbon.requests_on(datetime.now(UTC).date()) == 2
    carbon.close()


def test_a_region_takes_one_request_that_carries_its_mix_of_now() -> None:
    grid = Grid()
    snapshot = api(grid).fetch(13, NOW)
    assert grid.paths == ["/regional/intensity/2026-01-07T17:31Z/2026-01-10T17:30Z/regionid/13"]
    assert {reading.actual for reading in snapshot.readings} == {None}
    assert snapshot.mix is not None
    assert snapshot.mix.start == HERE


def test_the_newest_actual_waits_for_its_settling_minutes() -> None:
    early, late = (api(Grid()).fetch(GB, HERE + timedelta(minutes=m)).readings[47] for m in (11, 12))
    assert early.start == HERE - HALF_HOUR
    assert (early.actual, late.actual) == (None, late.forecast)


def test_a_mix_that_fails_alone_costs_only_itself() -> None:
    snapshot = api(Grid(mix=500)).fetch(GB, NOW)
    assert (len(snapshot.readings), snapshot.mix) == (144, None)
    assert snapshot.notes == ("The carbon intensity service refused (500): no reason given",)


def test_an_answer_cut_before_now_is_asked_again_from_now() -> None:
    grid = Grid(cut=lambda rows, _: rows[: len(rows) // 3])
    snapshot = api(grid).fetch(GB, NOW)
    assert grid.paths[1] == "/intensity/2026-01-08T17:31Z/2026-01-10T17:30Z"
    assert [r.start for r in snapshot.readings] == list(half_hours(HERE - BACK, 48 + 32))
    assert snapshot.notes == ("64 of the half-hours asked for were not sent",)


@pytest.mark.parametrize("region", [GB, 13])
def test_a_short_horizon_is_told_and_lived_with(region: int) -> None:
    end = stamp(HERE + timedelta(hours=6))
    snapshot = api(Grid(cut=lambda rows, _: [row for row in rows if row["from"] < end])).fetch(region, NOW)
    assert reading_at(snapshot.readings, NOW) is not None
    assert len(snapshot.readings) == 48 + 12


def test_nothing_for_now_is_refused_with_the_reason() -> None:
    def spoil(rows: list[Any], _: str) -> list[Any]:
        return [{**row, "intensity": {**row["intensity"], "forecast": "n/a"}} for row in rows]

    with pytest.raises(InvalidAnswer, match=r"no usable half-hour; A forecast that is no number .* 'n/a'"):
        api(Grid(cut=spoil)).fetch(GB, NOW)
    with pytest.raises(InvalidAnswer, match=r"^Nothing usable was sent for 2026-01-08T17:30Z, the half-hour now"):
        api(Grid(cut=lambda rows, _: [row for row in rows if row["from"] != stamp(HERE)])).fetch(GB, NOW)
    with pytest.raises(InvalidAnswer, match="empty answer"):
        api(Grid(cut=lambda *_: [])).fetch(13, NOW)


def test_a_region_that_is_none_is_not_asked_for() -> None:
    grid = Grid()
    with pytest.raises(InputError, match="not a region"):
        api(grid).fetch(18, NOW)
    with pytest.raises(InputError, match="not a region"):
        api(grid).history(-1, HERE - BACK, HERE)
    assert grid.paths == []


def test_history_over_a_month_is_asked_for_in_ranges() -> None:
    grid = Grid()
    end = datetime(2026, 1, 31, tzinfo=UTC)
    readings = api(grid).history(GB, end - timedelta(days=30), end)
    assert [path.split("/")[2:] for path in grid.paths] == [
        ["2026-01-01T00:01Z", "2026-01-14T00:00Z"],
        ["2026-01-14T00:01Z", "2026-01-27T00:00Z"],
        ["2026-01-27T00:01Z", "2026-01-31T00:00Z"],
    ]
    assert [r.start for r in readings] == list(half_hours(end - timedelta(days=30), 30 * 48))
    assert api(grid).history(GB, end, end) == ()


def stops_at_new_year(rows: list[Any], path: str) -> list[Any]:
    """As seen: a range that crosses a new year ends on 31 December at 23:00."""
    crosses = len({text[:4] for text in re.findall(STAMP, path.replace("-01-01T00:00Z", ""))}) > 1
    return [row for row in rows if not crosses or row["from"] < "2026-12-31T23:00Z"]


def test_history_and_snapshot_cross_the_new_year_whole() -> None:
    grid = Grid(cut=stops_at_new_year)
    start, now = datetime(2026, 12, 28, tzinfo=UTC), datetime(2026, 12, 31, 22, 35, tzinfo=UTC)
    assert [r.start for r in api(grid).history(5, start, start + timedelta(days=7))] == list(half_hours(start, 7 * 48))
    assert [r.start for r in api(grid).fetch(5, now).readings] == list(half_hours(now - BACK, 144))


def test_a_new_year_not_yet_forecast_loses_nothing_of_the_old() -> None:
    grid = Grid(cut=lambda rows, _: [row for row in rows if row["from"] < "2027"])
    now = datetime(2026, 12, 31, 22, 35, tzinfo=UTC)
    snapshot = api(grid).fetch(5, now)
    assert len(snapshot.readings) == 48 + 3
    assert "The carbon intensity service sent an empty answer" in snapshot.notes


def test_a_service_that_refuses_or_is_away_is_told_as_such() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": {"code": "400 Bad Request", "message": "Please enter a valid date"}})

    carbon = CarbonApi("https://grid.test", transport=httpx.MockTransport(refuse))
    for ask in (lambda: carbon.fetch(GB, NOW), lambda: carbon.history(GB, HERE - BACK, HERE)):
        with pytest.raises(UpstreamRefused, match=r"\(400\): Please enter a valid date"):
            ask()
    with pytest.raises(Unreachable, match="No address is configured for the carbon intensity service"):
        CarbonApi("").fetch(GB, NOW)


def instants() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants(), st.integers(0, 400))
def test_ranges_join_up_and_each_is_short_and_of_one_year(start: datetime, days: int) -> None:
    end = start + timedelta(days=days, hours=3)
    pieces = list(ranges(start, end))
    assert (pieces[0][0], pieces[-1][1]) == (start, end)
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    for first, last in pieces:
        assert timedelta(0) < last - first <= LONGEST_RANGE
        assert (last - timedelta(microseconds=1)).year == first.year
