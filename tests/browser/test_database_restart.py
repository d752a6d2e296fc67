"""PostgreSQL stopped and started again while pages and the API are in use: sentences meanwhile, and nothing lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from gridflex.store.backup import prove
from gridflex.store.database import Database
from tests import postgres

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 90_000
AWAY = "The database does not answer just now"
ASKED = (("GET", "/api/grid/current"), ("GET", "/api/decisions/recent"), ("POST", "/api/optimize"), ("GET", "/health"))


class Load:
    """Visitors of the API who do not stop asking; what is neither an answer nor a designed refusal is kept."""

    def __init__(self, url: str, visitors: int) -> None:
        self.url, self.wrong, self.seen = url, list[str](), Counter[int]()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(visitors)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def answers(self, status: int, more: int) -> None:
        """Wait for so many more answers of that status."""
        wanted = self.seen[status] + more
        for _ in range(600):
            if self.seen[status] >= wanted:
                return
            self._over.wait(0.1)
        raise AssertionError(f"{self.seen} after a minute, {self.wrong[:3]}")

    def _visit(self) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as client:  # its cookie is its key
            while not self._over.wait(0.05):
                for method, path in ASKED:
                    self._judge(client.request(method, path))

    def _judge(self, answer: httpx.Response) -> None:
        self.seen[answer.status_code] += 1
        if answer.status_code == 200 or answer.status_code == 429:
            return
        designed = answer.headers["content-type"] == "application/problem+json" and "Retry-After" in answer.headers
        if not (answer.status_code == 503 and designed and answer.json()["detail"].endswith(".")):
            self.wrong.append(f"{answer.status_code} {answer.text[:300]}")


def test_it_is_said_in_sentences_and_all_goes_on_without_a_restart(
    server: postgres.Server, start_dashboard: Callable[..., Any], visit: Callable[..., Any]
) -> None:
    dashboard = start_dashboard(DATABASE_URL=server.url).ready()
    here = visit(dashboard)
    here.page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    here.open("/queue")
    token = here.param["w"]
    with Load(dashboard.url, visitors=2) as load:
        for mode in ("fast", "immediate"):
            load.answers(200, 8)
            server.stop(mode)
            load.answers(503, 8)
            here.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Audit", exact=True).click()
            expect(here.main.get_by_text(AWAY).first).to_be_visible()
            server.start()
            load.answers(200, 8)
            here.main.get_by_role("button", name="Try again").first.click()
            expect(here.page.locator("h1")).to_have_text("Audit")
            expect(here.main.get_by_text(AWAY)).to_have_count(0)
            here.settle()
            here.go("Queue").page.get_by_role("button", name="Re-plan").click()
            expect(here.page.get_by_text("Planned anew.").first).to_be_visible()
            assert here.param["w"] == token
    assert not load.wrong, load.wrong[:3]
    database = Database(server.url)
    proof = prove(database)
    database.dispose()
    assert proof.broken == ()
    assert proof.trails >= 3
    dashboard.stop()


def test_a_start_without_the_database_is_told_and_goes_on_without_a_restart(
    server: postgres.Server, start_dashboard: Callable[..., Any], visit: Callable[..., Any]
) -> None:
    server.stop("fast")
    dashboard = start_dashboard(DATABASE_URL=server.url).ready()
    for path in ("/health", "/grid/current", "/decisions/recent"):
        told = httpx.get(f"{dashboard.url}{path}", timeout=60)
        assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
        assert told.headers["Retry-After"] == "5"
        assert told.json()["detail"].startswith("The database cannot do its work just now")
    here = visit(dashboard)
    here.page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    here.page.goto(f"{dashboard.url}/audit")
    expect(here.main.get_by_text(AWAY).first).to_be_visible()
    server.start()
    here.main.get_by_role("button", name="Try again").first.click()
    expect(here.page.locator("h1")).to_have_text("Audit")
    expect(here.main.get_by_text(AWAY)).to_have_count(0)
    assert httpx.get(f"{dashboard.url}/health", timeout=60).json()["status"] == "degraded"  # on sample values
    assert httpx.post(f"{dashboard.url}/optimize", timeout=60).json()["recorded"]
    dashboard.stop()
