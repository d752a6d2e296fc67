"""The network the settings name: refused at the start where it cannot be used, answered to where it posts."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from gridflex.beckn.dialects import write
from gridflex.beckn.embedded import NAME, demo_signer
from gridflex.beckn.line import InProcess
from gridflex.beckn.messages import Context, Envelope, OrderMessage
from gridflex.beckn.orders import Order
from gridflex.beckn.provider.desk import Desk
from gridflex.beckn.provider.energy import EnergyProvider
from gridflex.beckn.signing import Signer
from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Dialect, Mode, OrderStatus
from gridflex.domain.controls import Site
from gridflex.errors import Conflict, SettingsError
from gridflex.planning.objective import Objective
from gridflex.services.beckn_callbacks import MAX_BODY, callback_routes
from gridflex.services.beckn_desk import run_rest
from gridflex.services.beckn_errands import Errands
from gridflex.services.beckn_outlook import outlook_of
from gridflex.services.beckn_sandbox import TestBench
from gridflex.services.beckn_workload import Wish, chooser, imagined, workload_of
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from tests.bench import OFFLINE

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
SEED = b64encode(bytes(32)).decode()
THEIRS = demo_signer("sandbox.gridflex.example")
OURS = Signer("bap.example", "k1", SEED)

Start = Callable[[type[BaseHTTPRequestHandler]], str]


def web(app: Any) -> httpx.Client:
    """A client of an ASGI app, without a socket."""
    return httpx.Client(transport=InProcess(app), base_url="https://us.example")


def settings(**given: Any) -> Settings:
    offline = {**OFFLINE, "DATABASE_URL": SecretStr("sqlite://")}
    return Settings.model_validate(offline | given)


@pytest.fixture
def serve() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(handler: type[BaseHTTPRequestHandler]) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            Thread(target=server.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


@pytest.fixture
def platform_of() -> Iterator[Callable[..., Platform]]:
    with ExitStack() as stack:

        def build(**given: Any) -> Platform:
            platform = build_platform(settings(**given), lambda: NOW)
            stack.callback(platform.close)
            return platform

        yield build


def registry(*signers: Signer) -> type[BaseHTTPRequestHandler]:
    """A registry of keys, as a network has one."""
    keys = {signer.subscriber_id: b64encode(signer.public_key()).decode() for signer in signers}

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = keys.get(self.path.split("/")[2])
            body = json.dumps({"data": {"details": {"signing_public_key": key}}}).encode()
            self.send_response(200 if key else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: object) -> None:
            """Quiet."""

    return Registry


def posting_to(url: str, **given: Any) -> dict[str, Any]:
    """The settings of a network without an adapter."""
    plain = {
        "GRIDFLEX_BECKN_URL": url,
        "GRIDFLEX_BECKN_MODE": "async",
        "GRIDFLEX_BECKN_SUBSCRIBER_ID": "bap.example",
        "GRIDFLEX_BECKN_KEY_ID": "k1",
        "GRIDFLEX_BECKN_PRIVATE_KEY": SecretStr(SEED),
        "GRIDFLEX_BECKN_REGISTRY_URL": url,
    }
    return plain | given


def test_without_an_address_the_sandbox_answers(platform_of: Callable[..., Platform]) -> None:
    desk = platform_of().order_desk
    assert (desk.remote, desk.network) == (None, NAME)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"GRIDFLEX_BECKN_KEY_ID": ""}, "a signing key needs the id"),
        ({"GRIDFLEX_BECKN_PRIVATE_KEY": None}, "both a signing key and the registry"),
        ({"GRIDFLEX_BECKN_REGISTRY_URL": ""}, "both a signing key and the registry"),
        ({"GRIDFLEX_BECKN_PRIVATE_KEY": SecretStr("AAAA")}, "GRIDFLEX_BECKN_PRIVATE_KEY: the signing key has 3 bytes"),
        ({"GRIDFLEX_BECKN_PRIVATE_KEY": SecretStr("no base64!")}, "GRIDFLEX_BECKN_PRIVATE_KEY: the signing key is not"),
    ],
)
def test_what_cannot_work_together_is_said_at_the_start(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        build_platform(settings(**posting_to("https://network.example/api", **wrong)), lambda: NOW)


def test_a_named_network_is_the_one_spoken_to_and_its_secrets_are_not_shown(
    platform_of: Callable[..., Platform],
) -> None:
    given = {"GRIDFLEX_BECKN_URL": "https://network.example/api", "BECKN_API_KEY": SecretStr("hush-3")}
    platform = platform_of(**given)
    desk = platform.order_desk
    assert desk.remote is not None
    assert (desk.network, desk.remote.network.mode, desk.remote.network.dialect) == (
        "network.example",
        Mode.SYNC,
        Dialect.DEG,
    )
    assert desk.remote.network.api_key == "hush-3"
    assert "hush" not in f"{platform.settings!r} {platform.settings.described()} {desk.remote.network!r}"


def message(transaction_id: str, message_id: str = "3f1c1c63-6f0f-4c61-9c0b-8d8f0c4d7a11") -> bytes:
    order = Order(id="o-1", order_status=OrderStatus.CONFIRMED, seller="s", buyer="b")
    context = Context(
        action="on_confirm", timestamp=NOW, message_id=message_id, transaction_id=transaction_id,
        bap_id="bap.example", bap_uri="https://bap.example", bpp_id=THEIRS.subscriber_id, bpp_uri="https://b.example",
    )  # fmt: skip
    return write(Envelope(context, OrderMessage(order=order)), Dialect.DEG)


@dataclass
class Front:
    """The front of the house, with our callbacks."""

    platform: Platform
    http: httpx.Client

    def post(self, body: bytes, signer: Signer | None = THEIRS, action: str = "confirm") -> httpx.Response:
        signed = {"Authorization": signer.header(body, NOW)} if signer else {}
        return self.http.post(f"/beckn/on_{action}", content=body, headers=signed)


@pytest.fixture
def front(platform_of: Callable[..., Platform], serve: Start) -> Front:
    platform = platform_of(**posting_to(serve(registry(THEIRS, OURS))))
    return Front(platform, web(Starlette(routes=callback_routes(lambda: platform))))


def test_an_answer_is_verified_kept_once_and_acknowledged(front: Front) -> None:
    client = front.platform.order_desk.remote
    assert client is not None
    client.inbox.open("t-1")
    for _ in range(2):
        said = front.post(message("t-1"))
        assert (said.status_code, said.json()["ack_status"]) == (200, "ACK")
    (delivery,) = client.inbox.take_pushed("t-1")
    assert delivery.envelope.order.id == "o-1"
    assert delivery.signed_by.startswith(THEIRS.subscriber_id)


@pytest.mark.parametrize(
    ("signer", "change", "action", "status"),
    [
        (None, b"", "confirm", 401),
        (demo_signer("else.example"), b"", "confirm", 401),
        (THEIRS, b" ", "confirm", 401),
        (THEIRS, b"", "select", 400),
        (THEIRS, b"{", "confirm", 400),
    ],
)
def test_what_is_not_theirs_or_not_as_sent_is_refused(
    front: Front, signer: Signer | None, change: bytes, action: str, status: int
) -> None:
    client = front.platform.order_desk.remote
    assert client is not None
    client.inbox.open("t-1")
    body = message("t-1")
    header = {"Authorization": signer.header(body, NOW)} if signer else {}
    said = front.http.post(f"/beckn/on_{action}", content=body + change, headers=header)
    assert (said.status_code, said.json()["ack_status"]) == (status, "NACK")
    assert client.inbox.take_pushed("t-1") == ()


def test_a_journey_nobody_began_and_a_message_without_end_are_refused(front: Front) -> None:
    assert front.post(message("t-unknown")).status_code == 404
    said = front.post(b"x" * (MAX_BODY + 1))
    assert (said.status_code, said.json()["message"]["ack"]["status"]) == (413, "NACK")
    assert front.http.get("/beckn/on_confirm").status_code == 405


def test_without_a_network_nothing_is_awaited(platform_of: Callable[..., Platform]) -> None:
    http = web(Starlette(routes=callback_routes(platform_of)))
    said = http.post("/beckn/on_confirm", content=b"{}")
    assert (said.status_code, said.json()["message"]["ack"]["status"]) == (404, "NACK")


def test_a_whole_journey_with_a_peer_that_posts_its_answers(platform_of: Callable[..., Platform], serve: Start) -> None:
    """Our client, a provider behind HTTP, and our callbacks: every message over a socket, both sides verifying."""
    peer: list[httpx.Client] = []
    ours: list[httpx.Client] = []

    class Network(registry(THEIRS, OURS)):  # type: ignore[misc]
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = peer[0].post(self.path, content=body, headers={"Authorization": self.headers["Authorization"]})
            self.send_response(said.status_code)
            self.send_header("Content-Length", str(len(said.content)))
            self.end_headers()
            self.wfile.write(said.content)

    url = serve(Network)
    platform = platform_of(
        **posting_to(url) | {"GRIDFLEX_BECKN_URL": f"{url}/beckn", "GRIDFLEX_BECKN_URI": "https://us.example/beckn"}
    )
    here = platform.desk.open(None, NOW)
    view = platform.grid.view(0, NOW)
    outlook = outlook_of(lambda region: platform.grid.view(region, NOW), here.tariff)
    desk = platform.order_desk
    assert desk.remote is not None
    keys = desk.remote.network.keys

    async def deliver(to: str, headers: Any, body: bytes) -> None:
        assert to.startswith("https://us.example/beckn/on_")
        # As over a socket, the post is another thread's.
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(ours[0].post, to, content=body, headers=dict(headers)).result()
        assert said.status_code == 200

    provider = Desk(EnergyProvider(outlook), lambda: NOW, deliver, Dialect.DEG, THEIRS, keys)
    peer.append(web(provider.app()))
    ours.append(web(Starlette(routes=callback_routes(lambda: platform))))
    dealing = desk.dealing(here.id, outlook, TestBench(), chooser(Objective()), 0)
    workload = workload_of(imagined(150, 4, 36, view), view, Site(), Wish(2000), Objective())
    opened = desk.begin(dealing, workload)
    steps = run_rest(opened)
    assert [step.problem for step in steps] == [""] * 5
    assert opened.record.state is State.CONFIRMED
    assert all(step.verified.startswith("signed by sandbox") for step in steps if step.message_id)
    assert {row.data["network"] for row in platform.trail.rows(here.id, kind="beckn") if row.data} == {"127.0.0.1"}


def test_an_errand_is_run_once_and_reported_once() -> None:
    errands, calls = Errands(), []
    errands.send("t-1", lambda: calls.append(1), NOW)
    errand = errands.look("t-1")
    assert errand is not None
    errand.report()
    while (found := errands.look("t-1")) is not None:
        assert found.since == NOW
    errands.send("t-2", _fail, NOW)
    failed = errands.look("t-2")
    assert failed is not None
    with pytest.raises(Conflict):
        failed.report()
    assert calls == [1]
    errands.close()


def _fail() -> None:
    raise Conflict("another tab was first")
