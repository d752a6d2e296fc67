"""How the system says it is: counted, measured, never a constant."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import httpx
import pytest
from fastapi import HTTPException

from gridflex.api.ticking import Ticker
from gridflex.markets.rate_card import RateCard
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from tests.api.conftest import NOW, Serve, Served

LINE = re.compile(r'^([a-z0-9_]+)(\{([a-z_]+="(\\.|[^"\\])*",?)*\})? (-?[0-9.e+-]+|NaN)$')


def test_uptime_is_counted_and_claimed_after_a_day_alone(serve: Serve) -> None:
    with serve() as api:
        assert api.get("/metrics/system")["uptime_percent"] is None
        for minute in range(1, 10):
            api.clock.now = NOW + timedelta(minutes=minute, seconds=3)
            api.checks.run()
        api.clock.now = NOW + timedelta(hours=24)
        said = api.get("/metrics/system")
    assert said["uptime"]["since"] == "2026-01-08T17:05:00Z"
    assert (said["uptime"]["checks_due"], said["uptime"]["checks_passed"]) == (1440, 9)
    assert said["uptime_percent"] == said["uptime"]["uptime_percent"] == 100 * 9 / 1440


def test_the_metrics_are_those_of_the_plan(api: Served) -> None:
    here = api.visitor()
    said, plan = here.get("/metrics/system").json(), here.post("/optimize").json()["summary"]
    assert said["recorded"]
    assert said["jobs_total"] == plan["jobs"]
    assert said["carbon_saved_kg"] == pytest.approx(plan["carbon_saved_gco2"] / 1e3)
    assert said["cost_saved_gbp"] == pytest.approx(plan["cost_saved_gbp"])
    assert said["gap_percent"] == pytest.approx(plan["gap_percent"])
    assert said["sla_compliance_percent"] == 100 * plan["sla_in_time"] / plan["sla_possible"]
    assert said["jobs_optimized"] == plan["deferred"]


def test_the_rate_card_is_shown_with_what_is_wrong_with_it(api: Served) -> None:
    jobs = [job for job in api.get("/workload/queue")["jobs"] if job["status"] == "deferred"]
    said = api.get("/metrics/system")["rate_card"]
    kwh = sum(job["energy_kwh"] for job in jobs)
    service, rate = RateCard().service(api.get("/grid/current")["carbon_intensity_gco2_kwh"], NOW)
    assert (said["service"], said["rate_gbp_mw_h"]) == (service, rate)
    assert said["capacity_mwh"] == pytest.approx(kwh / 1000)
    assert said["power_mw"] == pytest.approx(sum(job["power_kw"] for job in jobs) / 1000)
    assert said["revenue_gbp_per_hour"] == pytest.approx(kwh / 1000 * rate)
    assert "MW only for jobs of one hour" in said["limits"][0]


def exposition(here: httpx.Client) -> dict[str, float]:
    answer = here.get("/api/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert answer.text.endswith("\n")
    samples = [line for line in lines if not line.startswith("#")]
    assert all(LINE.match(line) for line in samples), samples
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(typed) == len(set(typed))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in samples)}


def test_prometheus_reads_the_same_figures(api: Served) -> None:
    here = api.new_client()
    here.post("/optimize")
    grid, found = api.get("/grid/current"), exposition(here)
    carbon = 'gridflex_carbon_intensity_gco2_kwh{region="GB",provenance="sample"}'
    assert found[carbon] == pytest.approx(grid["carbon_intensity_gco2_kwh"])
    assert found["gridflex_source_live"] == 0
    assert found['gridflex_decision_seconds{quantile="0.5"}'] > 0
    before = found['gridflex_api_requests_total{method="GET",code="200"}']
    api.get("/health")
    assert exposition(here)['gridflex_api_requests_total{method="GET",code="200"}'] == before + 2


def test_health_says_on_what_it_decides(api: Served) -> None:
    said = api.get("/health")
    assert (said["status"], said["provenance"]) == ("degraded", "sample")
    assert [part["part"].split()[0] for part in said["components"]] == [
        "Carbon",
        "Wholesale",
        "Auction",
        "Octopus",
        "Sample",
        "Audit",
    ]


def test_health_is_good_while_the_source_answers(serve: Serve, replay: Any) -> None:
    from gridflex.sources.http import utc_now

    with serve(carbon=replay.url) as api:
        api.clock.now = utc_now()
        said = api.get("/health")
        assert (said["status"], said["provenance"]) == ("healthy", "live")
        grid = api.get("/grid/current")
        assert grid["fetched_at"] is not None
        assert 0 <= grid["age_seconds"] < 60


def test_a_tick_brings_all_workspaces_in_use_up_to_now_once(serve: Serve) -> None:
    with serve() as api:
        here, other = api.visitor(), api.visitor()
        api.clock.now = NOW + timedelta(minutes=31)
        said = api.new_client().post("/api/tick").json()
        assert said["workspaces"] == {"planned": 2, "up to date": 0, "skipped": 0, "failed": 0}
        assert said["ticked_at"] == "2026-01-08T17:36:00Z"
        for one in (here, other):
            (newest, *_) = one.get("/api/decisions", params={"kind": "plan"}).json()["rows"]
            assert newest["at"] == "2026-01-08T17:36:00Z"
        api.clock.now += timedelta(minutes=2)
        again = api.new_client().post("/api/tick").json()
        assert (again["ticked_at"], again["workspaces"]) == (said["ticked_at"], said["workspaces"])
        api.clock.now += timedelta(minutes=30)
        assert api.new_client().post("/api/tick").json()["workspaces"]["planned"] == 2


class SlowDesk(Desk):
    """Begins to plan, and goes on when it is told to."""

    def __init__(self, begun: Event, go_on: Event) -> None:
        self.begun, self.go_on = begun, go_on

    def roll(self, workspace: Workspace, now: datetime, *, visited: bool = True) -> Workspace:
        self.begun.set()
        assert self.go_on.wait(20)
        return workspace


def test_who_asks_for_a_tick_under_way_is_told_so_at_once(api: Served) -> None:
    api.visitor()
    begun, go_on = Event(), Event()
    ticker = Ticker(replace(api.platform, desk=SlowDesk(begun, go_on)))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ticker.tick, NOW)
        try:
            assert begun.wait(20)
            with pytest.raises(HTTPException) as refused:
                ticker.tick(NOW)
        finally:
            go_on.set()
        assert (refused.value.status_code, refused.value.headers) == (409, {"Retry-After": "10"})
        done = first.result(20)
    assert (done.outcomes["up to date"] >= 1, ticker.tick(NOW) is done) == (True, True)


def test_runs_that_are_over_are_settled(api: Served) -> None:
    here = api.visitor()
    assert here.get("/metrics/system").json()["settled"]["runs"] == 0
    api.clock.now = NOW + timedelta(hours=3)
    said = here.get("/metrics/system").json()["settled"]
    assert said["runs"] + said["waiting"] >= 3
