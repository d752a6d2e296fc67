"""Beside the dashboard: who is asked what, and that nobody pays for the API before it is asked."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jsonschema
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from gridflex.api.on_demand import ROOT_PATHS, ApiOnDemand
from tests.api.conftest import Served, listening

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Beside:
    """A dashboard and an API that only say who they are."""

    def __init__(self) -> None:
        self.builds = 0

    def build(self) -> ASGIApp:
        self.builds += 1
        return PlainTextResponse("api")


@pytest.fixture
def beside() -> Iterator[tuple[Beside, httpx.Client]]:
    both = Beside()
    app = ApiOnDemand(PlainTextResponse("dashboard"), both.build)
    with listening(app) as url, httpx.Client(base_url=url) as client:
        yield both, client


@pytest.mark.parametrize("path", ["/", "/queue", "/beckn", "/beckn/other", "/apis", "/_stcore/health", "/health/"])
def test_pages_are_the_dashboards(beside: tuple[Beside, httpx.Client], path: str) -> None:
    both, client = beside
    assert client.get(path, headers={"Accept": BROWSER}).text == "dashboard"
    assert client.get(path).text == "dashboard"
    assert both.builds == 0


@pytest.mark.parametrize("path", [*sorted(ROOT_PATHS), "/api", "/api/", "/api/nothing"])
def test_the_apis_paths_are_its_own_whoever_asks(beside: tuple[Beside, httpx.Client], path: str) -> None:
    assert beside[1].get(path, headers={"Accept": BROWSER}).text == "api"


@pytest.mark.parametrize(
    ("accept", "who"),
    [("application/json", "api"), ("application/json, text/html", "dashboard"), ("*/*", "dashboard")],
)
def test_the_root_answers_who_takes_json(beside: tuple[Beside, httpx.Client], accept: str, who: str) -> None:
    assert beside[1].get("/", headers={"Accept": accept}).text == who
    assert beside[1].post("/", headers={"Accept": accept}).text == "dashboard"


def test_it_is_built_once_by_whoever_comes_first(beside: tuple[Beside, httpx.Client]) -> None:
    both, client = beside
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: client.get("/health").text, range(16))) == {"api"}
    assert both.builds == 1


def test_the_dashboard_starts_without_fastapi() -> None:
    said = "import asgi, sys; print([name for name in ('fastapi', 'gridflex.api.app') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_documentation_asks_no_other_host(api: Served) -> None:
    here = api.new_client()
    for path in ("/docs", "/api/docs"):
        page = here.get(path)
        assert page.headers["content-type"].startswith("text/html")
        assert not re.search(r"""(src|href|url)\s*[=:]\s*["']?(https?:)?//""", page.text)
        linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(linked) == 3
        for asset in linked:
            assert here.get(asset).status_code == 200
    assert '"validatorUrl": null' in page.text


def test_the_document_is_one_in_both_places_and_has_examples(api: Served) -> None:
    found = api.get("/openapi.json")
    assert found == api.get("/api/openapi.json")
    shapes = found["components"]["schemas"]
    for name in ("NewJob", "NewJobs", "Optimise", "DryRun", "Problem", "GridNow", "Health", "Tick", "Verification"):
        here = {**shapes[name], "components": found["components"]}
        for example in shapes[name]["examples"]:
            jsonschema.validate(example, here, format_checker=jsonschema.FormatChecker())
    journey = found["paths"]["/api/beckn/execute-journey"]["post"]["parameters"]
    tried = {one["name"]: one["schema"].get("examples") for one in journey}
    assert [tried[name] for name in ("carbon_threshold", "renewable_min", "workload_energy_kwh")] == [
        [200],
        [70],
        [150],
    ]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            assert operation["responses"]["422"]["content"] == problem, (method, path)
            assert operation["description"], (method, path)
