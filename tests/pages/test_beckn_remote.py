"""The Beckn page on a real network: asked at a button, waited for in the background, its text never markup."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from gridflex.beckn.line import InProcess
from gridflex.beckn.provider.desk import Desk
from gridflex.beckn.provider.energy import EnergyProvider
from gridflex.services.beckn_outlook import outlook_of

HOSTILE = b"![x](https://example.org/x.png) **bold** <img src=x> :red[r]"


class Network:
    """A sync adapter on loopback in front of a provider whose names are hostile; ``hold`` keeps answers back."""

    def __init__(self) -> None:
        self.app: Any = None
        self.hold = Event()
        self.hold.set()
        self.broken = False
        network = self

        class Adapter(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                network.hold.wait(20)
                transport = httpx.Client(transport=InProcess(network.app), base_url="http://adapter.example")
                said = transport.post(self.path, content=body)
                content = said.content.replace(b"Manchester", HOSTILE)
                content = b"<html>**oops**</html>" if network.broken else content
                self.send_response(said.status_code)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *given: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Adapter)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/api"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    found = Network()
    monkeypatch.setenv("GRIDFLEX_BECKN_URL", found.url)
    yield found
    found.hold.set()
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def guest(network: Network, start_site: Callable[..., Any], make_visitor: Callable[[], Any]) -> Any:
    site = start_site()
    platform = site.platform
    outlook = outlook_of(lambda region: platform.grid.view(region, site.now), platform.desk.replayed(site.now).tariff)

    async def nowhere(*given: object) -> None:
        raise AssertionError("a sync adapter posts nothing")

    network.app = Desk(EnergyProvider(outlook), lambda: site.now, nowhere).app()
    return make_visitor().open("beckn")


def until(visitor: Any, wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not wanted():
        assert time.monotonic() < end, visitor.text
        time.sleep(0.05)
        visitor.run()


def marked(visitor: Any) -> str:
    page = visitor.page
    kinds = (page.markdown, page.caption, page.info, page.error, page.warning, page.toast, page.subheader)
    labels = [one.label for one in page.expander]
    return "\n".join([*labels, *(str(one.value) for kind in kinds for one in kind)])


def test_a_real_network_is_asked_at_a_button_and_its_names_are_text(guest: Any) -> None:
    assert "127\\.0\\.0\\.1" in guest.text
    assert "Nothing has been asked yet" in guest.text
    assert guest.trail("beckn") == []
    guest.press("Next step: discover")
    until(guest, lambda: "8 windows found" in guest.text)
    guest.press("Run all")
    until(guest, lambda: "badge[confirmed]" in guest.text)
    said = marked(guest)
    assert "![x](" not in said
    assert "**bold**" not in said
    assert "<img" not in said.replace("\\<", "")
    assert ":red[" not in said
    windows = next(one.value for one in guest.page.dataframe if "verdict" in one.value)
    assert any(HOSTILE.decode()[:20] in name for name in windows["window"])
    assert set(windows["values"]) == {"as stated"}
    assert {row.data["network"] for row in guest.trail("beckn")} == {"127.0.0.1"}


def test_a_slow_peer_does_not_hold_the_page(guest: Any, network: Network) -> None:
    network.hold.clear()
    began = time.monotonic()
    guest.press("Next step: discover")
    assert time.monotonic() - began < 5
    assert "Waiting for the network" in guest.text
    assert "Next step: discover" not in guest.buttons
    network.hold.set()
    until(guest, lambda: "8 windows found" in guest.text)
    assert "Waiting for the network" not in guest.text


def test_an_answer_that_is_none_is_a_failed_step(guest: Any, network: Network) -> None:
    network.broken = True
    guest.press("Next step: discover")
    until(guest, lambda: "failed" in marked(guest))
    assert "**oops**" not in marked(guest)
    assert "badge[new]" in guest.text
    network.broken = False
    guest.press("Next step: discover")
    until(guest, lambda: "8 windows found" in guest.text)


def test_the_overview_claims_no_windows_of_a_network_it_has_not_asked(guest: Any) -> None:
    assert "windows," not in guest.open().text
