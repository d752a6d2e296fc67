"""The whole journey through Prism, which holds every message of both sides against the protocol's OpenAPI.

Prism is npm's ``@stoplight/prism-cli``: ``npm install --no-save @stoplight/prism-cli@5.14.2``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from gridflex.beckn.client import Client
from gridflex.beckn.embedded import demo_signer, key_book
from gridflex.beckn.inbox import Inbox, handle_callback
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Buyer, Network
from gridflex.beckn.provider.desk import Desk
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.states import State
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Dialect, Mode

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / "node_modules" / ".bin" / "prism"
PRISM = os.environ.get("GRIDFLEX_PRISM") or shutil.which("prism") or (str(LOCAL) if LOCAL.exists() else "")


@pytest.fixture(scope="module")
def prism() -> str:
    """Prism's command; a machine without one fails in CI and skips elsewhere."""
    if not PRISM and os.environ.get("CI") == "true":
        pytest.fail("Prism is not installed: npm install --no-save @stoplight/prism-cli@5.14.2")
    if not PRISM:
        pytest.skip("Prism is not installed: npm install --no-save @stoplight/prism-cli@5.14.2")
    return PRISM


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Exchange:
    """Provider and buyer behind one address, so that one Prism sees what either posts to the other."""

    def __init__(self, place: Any, prism: str) -> None:
        self.place, self.inbox = place, Inbox()
        self.signer = demo_signer(place.provider.subscriber_id)
        self.seen: list[str] = []

        async def deliver(url: str, headers: Mapping[str, str], body: bytes) -> None:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as posting:
                response = await posting.post(url, headers=dict(headers), content=body)
            self.seen.append(f"{response.status_code} {url.rsplit('/', 1)[-1]}")

        desk = Desk(place.provider, place.clock, deliver, Dialect.CORE, signer=self.signer)
        routes = [Route("/beckn/on_{action}", self.called_back, methods=["POST"]), Mount("/", desk.app())]
        self.app = Starlette(routes=routes)
        network = Network(
            "prism", f"{prism}/beckn", Mode.ASYNC, Dialect.CORE, bpp_id=place.provider.subscriber_id, bpp_uri=prism
        )
        buyer = Buyer(uri=f"{prism}/beckn")
        self.client = Client(network, Line(read_seconds=10), place.clock, buyer, self.inbox, callback_seconds=10)

    async def called_back(self, request: Request) -> Response:
        # Prism writes JSON anew, so the bytes that were signed are gone: what it passed on is signed here.
        body, now = await request.body(), self.place.clock()
        headers = {"authorization": self.signer.header(body, now)}
        action = f"on_{request.path_params['action']}"
        keys = key_book(self.signer)
        ack = handle_callback(action, headers, body, now, inbox=self.inbox, keys=keys, us="gridflex.example")
        return JSONResponse(ack.body, ack.status)


def wait_until(holds: Callable[[], object]) -> None:
    until = monotonic() + 30
    while not holds():
        assert monotonic() < until, "waited in vain"
        sleep(0.05)


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def complaints(log: Path) -> list[str]:
    """What Prism found wrong; it prints a cross before an error and the word violation in a warning."""
    return [line for line in log.read_text().splitlines() if "✖" in line or "violation" in line.lower()]


@pytest.fixture
def exchange(prism: str, setting: Any, shared: Path, tmp_path: Path) -> Iterator[tuple[Exchange, Path]]:
    own, port = free_port(), free_port()
    place = setting(Misbehaviour.CARBON_SPIKE, Mode.ASYNC, Dialect.CORE)
    both = Exchange(place, f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(both.app, "127.0.0.1", own, log_level="error", ws="none"))
    thread = Thread(target=server.run)
    thread.start()
    spec = shared / "schema/beckn-2.0.0-draft-20251121.validatable.json"
    command = [prism, "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), str(spec), f"http://127.0.0.1:{own}"]
    log = tmp_path / "prism.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: listens(own) and listens(port))
            yield both, log
        finally:
            both.client.close()
            process.terminate()
            process.wait(10)
            server.should_exit = True
            thread.join(10)


def test_the_whole_journey_passes_without_a_violation(exchange):
    both, log = exchange
    place = both.place
    place.client, place.ways = both.client, Ways(sleep=place.clock.sleep)
    journey = place.journey()
    journey.run_all()
    assert [step.problem for step in journey.record.steps] == [""] * 5
    journey.status()
    journey.answer_alert("deadline")
    journey.shift(0.01, "Leeds")
    journey.rate(5, "good")
    journey.support()
    journey.cancel()
    assert [(step.action, step.problem) for step in journey.record.steps if step.problem] == []
    assert journey.record.state is State.CANCELLED
    expected = ["discover", "select", "init", "confirm", "status", "update", "update", "rating", "support", "cancel"]
    wait_until(lambda: len(both.seen) == len(expected) + 1)
    assert sorted(both.seen) == sorted([f"200 on_{action}" for action in [*expected, "update"]])
    assert not complaints(log)


def test_prism_bites(exchange):
    both, log = exchange
    both.place.client, both.place.ways = both.client, Ways(sleep=lambda seconds: None)
    both.client.network = Network("prism", both.client.network.base_url, Mode.ASYNC, Dialect.DEG)
    journey = both.place.journey()
    journey.discover()
    journey.choose()
    step = journey.select()
    assert step.problem == "Nack"
    wait_until(lambda: complaints(log))
