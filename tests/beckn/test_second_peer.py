"""A second implementation: the protocol's own examples as static answers, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gridflex.beckn.candidates import Transfer, Workload
from gridflex.beckn.client import Client
from gridflex.beckn.journey import Journey
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Network
from gridflex.beckn.states import State
from gridflex.beckn.steps import Ways

NOW = datetime(2025, 11, 17, 8, 0, tzinfo=UTC)
ORDER = "order-ce-cambridge-morning-001"

EXAMPLES = {
    "discover": "examples/1.discover/on_discover-response-1.json",
    "select": "examples/2.order/2.select/on_select-response.json",
    "init": "examples/2.order/3.init/on_init-response.json",
    "confirm": "examples/2.order/4.confirm/on_confirm-response.json",
    "update": "examples/3.fulfilment/1.on_update-shift-confirmation.json",
    "status": "examples/3.fulfilment/on_status.json",
    "rating": "examples/4.post-fulfilment/2.on_rating-response.json",
    "support": "examples/4.post-fulfilment/4.on_support-response.json",
}
RECORDED = EXAMPLES | {
    "select": "recordings/adapter-only/02-select.response.json",
    "init": "recordings/adapter-only/03-init.response.json",
    "confirm": "recordings/adapter-only/04-confirm.response.json",
    "update": "recordings/adapter-only/06-update-shift.response.json",
    "status": "recordings/adapter-only/05-status.response.json",
    "rating": "recordings/adapter-only/08-rating.response.json",
    "support": "recordings/adapter-only/09-support.response.json",
    "cancel": "recordings/adapter-only/cancel-no-template.json",
}


class Static:
    """Answers each action with a file, its ids made those of the request, as a sandbox's templates are."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.files = files
        self.status: dict[str, int] = {}
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                action = self.path.rsplit("/", 1)[-1]
                body = peer.answer(action, asked["context"])
                self.send_response(peer.status.get(action, 200))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def answer(self, action: str, asked: dict[str, Any]) -> bytes:
        raw = self.files[action].read_bytes()
        try:
            value = json.loads(raw)
        except ValueError:
            return raw
        if "context" in value:
            ids = {name: asked[name] for name in ("transaction_id", "message_id", "timestamp")}
            value["context"] |= ids | {"domain": asked["domain"]}
        return json.dumps(value).encode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/api"


@pytest.fixture(params=["examples", "recordings"])
def peer(request: pytest.FixtureRequest, shared: Path) -> Iterator[Static]:
    files = EXAMPLES if request.param == "examples" else RECORDED
    static = Static({action: shared / path for action, path in files.items()})
    thread = Thread(target=static.server.serve_forever, args=(0.02,))
    thread.start()
    yield static
    static.server.shutdown()
    thread.join()
    static.server.server_close()


def journey_to(peer: Static, **changes: Any) -> Journey:
    now = [NOW]
    given: dict[str, Any] = {
        "workload_id": "batch-a-001",
        "energy_kwh": 4800,
        "duration_hours": 4,
        "gpus": 1200,
        "release": NOW,
        "deadline": NOW + timedelta(hours=24),
        "region": 10,
        "minimum_renewables": 70,
    }
    network = Network(name="static", base_url=peer.url)
    client = Client(network, Line(read_seconds=5), lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    workload = Workload(**given | changes)
    return Journey.begin(client, workload, lambda entry: None, Ways(sleep=sleep), order_id=ORDER)


def test_a_quote_for_another_window_than_asked_for_ends_the_order(peer):
    journey = journey_to(peer, transfer=Transfer(hours=0.1, energy_kwh=0))
    steps = journey.run_all()
    assert steps[0].sentence == "2 windows found, 2 fit"
    assert journey.record.chosen.window.locality == "Manchester"
    assert (steps[-1].action, steps[-1].problem, steps[-1].state) == ("select", "TermsBroken", State.FAILED)
    assert "item-ce-manchester-afternoon-001 was asked for" in steps[-1].sentence


def test_at_home_the_whole_life_of_the_documented_order(peer):
    journey = journey_to(peer)
    steps = journey.run_all()
    assert [(step.problem, step.sentence) for step in steps][2:] == [
        ("", "quote £489.60 for 4800 kWh"),
        ("", "1.2 MW reserved for 4 h"),
        ("", f"order {ORDER} confirmed"),
    ]
    assert journey.record.terms.carbon_budget_kg == pytest.approx(576)
    passed = {c.window.locality: c.passed_over for c in journey.record.candidates}
    assert passed == {"Cambridge": "", "Manchester": "job cannot move"}
    assert journey.rate(5).ok
    assert journey.support().sentence.startswith("support: GridFlex Agent Support, +44-20-1234-5678")
    assert journey.status().state is State.COMPLETED
    assert journey.record.metrics["performanceMetrics"]["energyConsumed"] == 3.6
    assert journey.record.metrics["carbonMetrics"]["actualCarbon"] == 432


def test_the_documented_shift(peer):
    journey = journey_to(peer, transfer=Transfer(hours=5 / 60, energy_kwh=0), regions=(10,))
    journey.run_all()
    step = journey.shift(0.3, "Manchester", target_order="order-ce-manchester-afternoon-001", battery_mw=0.15)
    assert (step.problem, step.state) == ("", State.IN_PROGRESS)


def test_an_order_that_is_not_ours_is_never_confirmed(peer):
    journey = journey_to(peer)
    journey.record.order_id = "order-of-our-own"
    step = journey.run_all()[-1]
    assert (step.action, step.problem) == ("select", "InvalidMessage")
    assert journey.record.state is State.DISCOVERED


def test_a_provider_without_a_template_for_cancel_has_not_cancelled(shared, peer):
    peer.files["cancel"] = shared / RECORDED["cancel"]
    journey = journey_to(peer)
    journey.run_all()
    step = journey.cancel()
    assert (step.problem, step.state) == ("NoAnswer", State.CONFIRMED)
    assert journey.record.doubt.action == "cancel"


def test_a_rating_that_is_not_taken_is_said(tmp_path, peer):
    value = json.loads(peer.files["rating"].read_bytes())
    value["message"]["received"] = False
    peer.files["rating"] = tmp_path / "on_rating.json"
    peer.files["rating"].write_text(json.dumps(value))
    journey = journey_to(peer)
    journey.run_all()
    step = journey.rate(1)
    assert (step.problem, step.sentence) == ("Nack", "the provider did not take the rating")


@pytest.mark.parametrize(
    ("name", "status", "problem", "said"),
    [
        ("01-discover-nocds.response", 404, "Nack", "HTTP 404"),
        ("err-get-method", 405, "Nack", "HTTP 405"),
        ("err-invalid-json", 400, "Nack", "Invalid JSON body"),
        ("err-missing-ids", 400, "Nack", "are required"),
        ("late-callback", 404, "Nack", "No pending request"),
        ("07-update-continue.response", 408, "Nack", "within 30 seconds"),
        ("sandbox-bad-json", 200, "Nack", "internal_error"),
        ("sandbox-direct-ack", 200, "InvalidMessage", "only an acknowledgement"),
        ("unknown-domain", 200, "InvalidMessage", "asked to discover, answered with on_select"),
    ],
)
def test_recorded_refusals_end_the_step_by_name(shared, peer, name, status, problem, said):
    peer.files["discover"] = shared / f"recordings/adapter-only/{name}.json"
    peer.status["discover"] = status
    step = journey_to(peer).discover()
    assert (step.problem, step.state) == (problem, State.NEW)
    assert said in step.sentence


def test_the_recorded_alert_is_heard_in_a_status_and_answered(shared, peer):
    journey = journey_to(peer)
    journey.run_all()
    peer.files["status"] = shared / "examples/3.fulfilment/2.on_update-carbon-intensity-spike.json"
    value = json.loads(peer.files["status"].read_bytes())
    spoken = peer.answer

    def as_status(action: str, asked: dict[str, Any]) -> bytes:
        return spoken(action, asked).replace(b'"on_update"', b'"on_status"', 1 if action == "status" else 0)

    peer.answer = as_status
    step = journey.status()
    assert step.state is State.IN_PROGRESS
    alert = journey.record.alert
    assert (alert.event_id, alert.intensity, alert.price) == ("grid-event-cambridge-carbon-spike-002", 320, 0.156)
    assert "Carbon intensity surged" in step.sentence
    assert value["message"]["order"]["beckn:id"] == ORDER
    assert journey.answer_alert("deadline").ok
