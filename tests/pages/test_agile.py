"""Octopus Agile as the site's price: followed while it can be read, its rows standing in where it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from gridflex.ui import session
from tests.pages.conftest import START

PUBLISHED_UNTIL = datetime(2026, 11, 18, 23, tzinfo=START.tzinfo)


class Agile(BaseHTTPRequestHandler):
    """20 p/kWh at night, 40 p else, up to 23:00 of the day."""

    def do_GET(self) -> None:
        at = START.replace(hour=0, minute=0) - timedelta(days=28)
        rows = []
        while at < PUBLISHED_UNTIL:
            pence, later = (20 if at.hour < 6 else 40), at + timedelta(minutes=30)
            span = {"valid_from": f"{at:%Y-%m-%dT%H:%M:%SZ}", "valid_to": f"{later:%Y-%m-%dT%H:%M:%SZ}"}
            rows.append({"value_exc_vat": pence, **span})
            at = later
        body = json.dumps({"results": rows, "next": None}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def octopus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Agile) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("GRIDFLEX_OCTOPUS_API_URL", f"http://127.0.0.1:{server.server_address[1]}")
        yield
        server.shutdown()
        thread.join()


def test_a_site_may_follow_agile(
    octopus: None, start_site: Callable[..., Any], make_visitor: Callable[[], Any]
) -> None:
    site = start_site()
    visitor = make_visitor().open("tuning").unfold("tariff")
    visitor.press("Follow Octopus Agile")
    view = site.platform.grid.view(0, site.now, session.platform().desk.open(visitor.address["w"], site.now).tariff)
    assert view.price_name == "Octopus Agile, London, standing in for Great Britain (domestic, without VAT: a proxy)"
    assert view.price_now == pytest.approx(0.40)
    assert view.horizon.price[view.horizon.index(PUBLISHED_UNTIL + timedelta(hours=3))] == pytest.approx(0.20)
    assert "published until Wed 18 Nov 22:30" in visitor.text
    assert "four-week profile" in visitor.text
    assert visitor.trail("setting")[0].data["follows"] == "agile"
    assert "Octopus Agile, London" in visitor.open("revenue").text.replace("\\", "")
    visitor.open("tuning").unfold("tariff").press("Follow the rows above")
    assert "Follow Octopus Agile" in visitor.buttons


def test_agile_that_cannot_be_read_leaves_the_rows(visitor: Any) -> None:
    visitor.open("tuning").unfold("tariff").press("Follow Octopus Agile")
    assert "cannot be read here and now" in visitor.text
    assert "Time-of-day tariff (Octopus Agile cannot be read)" in visitor.open("revenue").text.replace("\\", "")


def test_a_replay_is_priced_by_the_rows(octopus: None, start_site: Callable[..., Any], make_visitor: Any) -> None:
    start_site()
    visitor = make_visitor().open("tuning").unfold("tariff").press("Follow Octopus Agile")
    visitor.open("revenue", at="2026-01-08T17:00Z")
    assert "at the Time-of-day tariff" in visitor.text.replace("\\", "")
