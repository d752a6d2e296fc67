"""Every path of the first GridFlex answers, at the root as under /api, with its sound field names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gridflex.api.on_demand import ROOT_PATHS
from tests.api.conftest import Served

GETS = ("/health", "/agents/status", "/grid/current", "/workload/queue", "/decisions/recent", "/metrics/system")
POSTS = ("/optimize", "/beckn/execute-journey", "/demo/trigger", "/demo/generate")
PAGES = ("/docs", "/openapi.json")


def shape(value: Any) -> Any:
    """What a document is made of: names and types, whatever the values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value)


@pytest.mark.parametrize("path", GETS)
def test_a_path_answers_alike_in_both_places(api: Served, path: str) -> None:
    assert shape(api.get(path)) == shape(api.get(f"/api{path}"))


@pytest.mark.parametrize("path", POSTS)
def test_a_change_answers_alike_in_both_places(api: Served, path: str) -> None:
    here = api.visitor()
    found = [here.post(place + path) for place in ("", "/api")]
    assert [answer.status_code for answer in found] == [200, 200]
    assert shape(found[0].json()) == shape(found[1].json())


def test_the_root_paths_are_those_the_dashboard_leaves_to_the_api(api: Served) -> None:
    assert {*GETS, *POSTS, *PAGES} == ROOT_PATHS


def test_the_three_lines_anyone_would_try_first(api: Served) -> None:
    with httpx.Client(base_url=api.url, timeout=30) as curl:
        assert curl.get("/health").json()["status"] == "degraded"  # offline: it decides on sample values
        assert curl.post("/demo/generate").json()["days"] == 30
        journey = "/beckn/execute-journey?carbon_threshold=200&renewable_min=70&workload_energy_kwh=150"
        found = curl.post(journey)
    assert found.status_code == 200
    assert found.json()["windows_found"] == 8
    assert found.json()["steps"][0]["action"] == "discover"


def test_the_grid_now_keeps_its_names_and_says_where_it_is_from(api: Served) -> None:
    view = api.platform.grid.view(0, api.clock.now)
    said = api.get("/grid/current", params={"threshold": 90})
    assert said["carbon_intensity_gco2_kwh"] == view.intensity_now
    assert said["energy_price_gbp_kwh"] == pytest.approx(0.125 + 0.065 + 0.03306 + 0.00801 + 0.017)
    condition = view.condition(90)
    assert (said["market_condition"], said["execution_recommended"]) == (condition.word, condition.execute)
    assert (said["valid_from"], said["valid_to"]) == ("2026-01-08T17:00:00Z", "2026-01-08T17:30:00Z")
    assert (said["provenance"], said["fetched_at"]) == ("sample", None)
    assert sum(said["generation_mix_percent"].values()) == pytest.approx(100)


def test_a_region_answers_for_itself(api: Served) -> None:
    said = api.get("/grid/current", params={"region": 16})
    assert (said["region"], said["region_name"]) == (16, "Scotland")
    assert said["carbon_intensity_gco2_kwh"] < api.get("/grid/current")["carbon_intensity_gco2_kwh"]


def test_who_takes_json_learns_what_answers_here(api: Served) -> None:
    said = api.get("/")
    assert said == api.get("/api")
    assert said["name"] == "GridFlex"
    assert all(endpoint["summary"].endswith(".") for endpoint in said["endpoints"])
    listed = {(endpoint["method"], endpoint["path"]) for endpoint in said["endpoints"]}
    assert ("POST", "/api/optimize") in listed
    assert {"/api" + path for path in (*GETS, *POSTS)} <= {path for _, path in listed}


def test_the_three_agents_say_how_they_are(api: Served) -> None:
    said = api.get("/agents/status")
    assert [agent["part"].split()[0] for agent in said["agents"]] == ["Workload", "Grid", "Orchestrator"]
    assert said["agents"][1]["state"] == "sample"
    assert 0 < said["decision_time_ms"] < 1000
