"""The machine's clock jumps under the API: nothing breaks, and no half-hour is planned twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gridflex.domain.halfhours import floor_half_hour, parse_utc
from tests.api.conftest import NOW, Serve, Served

ASKED = (
    "/health",
    "/agents/status",
    "/metrics/system",
    "/grid/current?region=13",
    "/workload/queue",
    "/decisions/recent",
    "/api/decisions",
    "/api/orders",
    "/api/metrics",
    "/api/audit/export",
)
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)


@pytest.fixture
def own(serve: Serve) -> Iterator[Served]:
    with serve() as api:
        yield api


def ask_all(here: httpx.Client) -> None:
    for path in ASKED:
        answer = here.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert "NaN" not in answer.text, path
    assert here.get("/api/audit/verify").json()["verified"]


def causes(here: httpx.Client, cause: str) -> list[datetime]:
    """When plan rows of a cause were written, oldest first."""
    rows = here.get("/api/decisions", params={"kind": "plan", "limit": 200}).json()["rows"]
    return [parse_utc(row["at"]) for row in reversed(rows) if row["content"]["cause"].startswith(cause)]


def test_jumps_to_and_fro_within_a_day(own: Served) -> None:
    here = own.visitor()
    for hours in (5, -5, -2, 6, -3, 12, 0.5):
        own.clock.now += timedelta(hours=hours)
        ask_all(here)
        assert here.post("/api/tick").json()["workspaces"].keys() >= {"planned", "failed"}
    again = [floor_half_hour(at) for at in causes(here, "a new half-hour")]
    assert again == sorted(set(again)), "each half-hour once, in order"
    assert len(again) == 3
    assert len(causes(here, "asleep")) == 2, "the last half-hour followed the one before"


def test_a_journey_and_orders_survive_a_clock_set_back(own: Served) -> None:
    here = own.visitor()
    order = here.post("/beckn/execute-journey?carbon_threshold=400").json()["transaction_id"]
    own.clock.now -= timedelta(hours=3)
    assert here.get(f"/api/orders/{order}").status_code == 200
    assert here.post("/optimize").status_code == 200
    assert here.post("/demo/trigger?num_jobs=3").status_code == 200
    assert here.delete(f"/api/orders/{order}").status_code in (200, 409)
    ask_all(here)


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_a_night_over_a_change_of_the_uk_clock(own: Served, change: datetime) -> None:
    own.clock.now = change - timedelta(minutes=55)
    here = own.visitor()
    for _ in range(6):
        own.clock.now += timedelta(minutes=20)
        ask_all(here)
    assert [floor_half_hour(at) - change for at in causes(here, "a new half-hour")] == [
        timedelta(minutes=minutes) for minutes in (-30, 0, 30, 60)
    ]
    assert not causes(here, "asleep")


def test_the_tick_of_a_half_hour_is_done_once_whatever_the_clock_does(own: Served) -> None:
    own.visitor()
    own.clock.now = NOW + timedelta(hours=2)
    first = own.new_client().post("/api/tick").json()
    own.clock.now = NOW
    assert own.new_client().post("/api/tick").json()["ticked_at"] == first["ticked_at"]
