"""Two instances of the app on one database: a visit that lands on the other one finds its work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.databases import fresh_database

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def two(start_dashboard: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """Both start at once, on an empty database."""
    file = tmp_path_factory.mktemp("shared") / "gridflex.sqlite3"
    with fresh_database(f"sqlite:///{file}") as address:
        first, second = (start_dashboard(DATABASE_URL=address) for _ in range(2))
        yield first.ready(), second.ready()
        first.stop()
        second.stop()


def test_a_visit_goes_on_where_it_was_on_the_other_instance(two: Any, visit: Callable[..., Any]) -> None:
    first, second = two
    here = visit(first).open("/queue")
    here.page.get_by_role("button", name="A site's day").click()
    expect(here.main.get_by_text(re.compile("^1,000 jobs"))).to_be_visible()
    token = here.param["w"]

    there = visit(second).open(f"/queue?w={token}")
    expect(there.main.get_by_text(re.compile("^1,000 jobs"))).to_be_visible()
    there.page.get_by_role("button", name="15 jobs").click()
    expect(there.main.get_by_text(re.compile("^15 jobs"))).to_be_visible()

    here.go("Audit").go("Queue")
    expect(here.main.get_by_text(re.compile("^15 jobs"))).to_be_visible()
    told = [one.go("Audit").main.get_by_text(re.compile("rows, .* head")).inner_text() for one in (here, there)]
    assert told[0] == told[1], "one trail, whoever wrote it"


def test_an_order_begun_on_one_is_finished_on_the_other(two: Any, visit: Callable[..., Any]) -> None:
    first, second = two
    here = visit(first).open("/beckn")
    here.main.get_by_role("button", name="Run all", exact=True).click()
    expect(here.main.get_by_text("confirmed", exact=True).first).to_be_visible()

    there = visit(second).open(f"/beckn?w={here.param['w']}")
    expect(there.main.get_by_text("confirmed", exact=True).first).to_be_visible()
    there.main.get_by_role("button", name="Cancel order", exact=True).click()
    expect(there.main.get_by_text(re.compile("the provider has cancelled the order")).last).to_be_attached()

    here.go("Queue").go("Beckn")
    expect(here.main.get_by_text("confirmed", exact=True)).to_have_count(0)


def test_a_key_from_one_works_on_the_other(two: Any) -> None:
    first, second = two
    with httpx.Client(timeout=30) as client:
        made = client.post(f"{first.url}/api/optimize")
        key = {"X-GridFlex-Key": made.headers["X-GridFlex-Key"]}
        assert made.json()["recorded"]
        said = [client.get(f"{one.url}/api/decisions/recent", headers=key).json() for one in (first, second)]
        assert said[0] == said[1]
        assert said[1]["recorded"]
        booked = client.post(f"{second.url}/api/beckn/execute-journey?carbon_threshold=1000", headers=key)
        assert booked.status_code == 200, booked.text
        orders = [client.get(f"{one.url}/api/orders", headers=key).json() for one in (first, second)]
        assert orders[0] == orders[1]
        assert len(orders[0]["orders"]) == 1
        proofs = [client.get(f"{one.url}/api/audit/verify", headers=key).json() for one in (first, second)]
        assert proofs[0] == proofs[1]
        assert proofs[0]["verified"]
