"""The embedded provider's HTTP side keeps to the tables of what real peers answer."""

from __future__ import annotations

import json
import math

import httpx
import pytest

from gridflex.beckn.embedded import demo_signer
from gridflex.beckn.provider.base import MAX_ORDERS
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.signing import verify
from gridflex.beckn.vocabulary import Mode

IDS_REQUIRED = "context.transaction_id and context.message_id are required"
BASE = "http://sandbox.gridflex.example"


class Peer:
    def __init__(self, place):
        self.place = place
        self.transport = place.client._line._client._transport

    def post(self, path, body, headers=None, method="POST"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.transport.handle_request(httpx.Request(method, f"{BASE}{path}", content=content, headers=headers))

    def message(self, action, message=None, **context):
        given = {
            "version": "2.0.0",
            "action": action,
            "domain": "beckn.one:DEG:compute-energy:1.0",
            "timestamp": "2026-01-08T12:07:00Z",
            "message_id": "m",
            "transaction_id": "t",
            "bap_id": "gridflex.example",
            "bap_uri": "https://gridflex.example/beckn",
        }
        return json.dumps({"context": given | context, "message": message or {}}).encode()

    def signed(self, body):
        return {"Authorization": self.place.client.network.signer.header(body, self.place.clock())}


@pytest.fixture
def peer(setting):
    return Peer(setting())


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (b"{", 400, {"error": "Invalid JSON body"}),
        (b"[]", 400, {"error": "Invalid JSON body"}),
        ({}, 400, {"error": "context.transaction_id and context.message_id are required"}),
        (
            {"context": {"transaction_id": "t"}},
            400,
            {"error": "context.transaction_id and context.message_id are required"},
        ),
    ],
)
def test_the_adapter_refuses_what_it_cannot_forward(peer, body, status, answer):
    response = peer.post("/api/select", body)
    assert (response.status_code, json.loads(response.read())) == (status, answer)


@pytest.mark.parametrize(
    "build",
    [
        lambda p: ("/api/foo", p.message("foo")),
        lambda p: ("/api/select", p.message("init", {})),
        lambda p: ("/api/select", p.message("select", {"order": {}})),
        lambda p: ("/api/status", p.message("status", {"order": {"beckn:id": "never-seen"}})),
    ],
)
def test_behind_the_adapter_every_refusal_is_the_same_408(peer, build):
    response = peer.post(*build(peer))
    assert response.status_code == 408
    assert json.loads(response.read()) == {
        "error": {"code": "REQUEST_TIMEOUT", "message": "No response received within 30 seconds", "type": "TIMEOUT"},
        "message": {"ack": {"status": "NACK"}},
    }


def test_get_is_not_allowed_and_said_in_plain_text(peer):
    response = peer.post("/api/discover", b"", method="GET")
    assert response.status_code == 405
    assert response.headers["content-type"].startswith("text/plain")
    assert peer.post("/api", b"{}").status_code == 404


def test_discover_answers_at_once_and_signed(peer):
    body = peer.message("discover", {"text_search": "Grid flexibility windows"})
    response = peer.post("/api/discover", body)
    answer = response.read()
    assert response.status_code == 200
    assert len(json.loads(answer)["message"]["catalogs"][0]["beckn:items"]) == 8
    who = verify(response.headers["x-beckn-signature"], answer, peer.place.clock(), peer.place.client.network.keys)
    assert who.subscriber_id == "sandbox.gridflex.example"


def test_the_provider_itself_acknowledges_in_the_core_shape(peer):
    body = peer.message("discover", {"text_search": "x"})
    peer.place.client.inbox.open("t")
    response = peer.post("/beckn/discover", body, peer.signed(body))
    assert json.loads(response.read()) == {
        "transaction_id": "t",
        "timestamp": "2026-01-08T12:07:00.000Z",
        "ack_status": "ACK",
    }
    assert [d.envelope.context.action for d in peer.place.client.inbox.take_pushed("t")] == ["on_discover"]


def test_the_provider_itself_takes_nothing_unsigned(peer):
    body = peer.message("discover", {"text_search": "x"})
    for headers in ({}, peer.signed(b"another body")):
        response = peer.post("/beckn/discover", body, headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith('Signature realm="sandbox.gridflex.example"')
        assert json.loads(response.read())["ack_status"] == "NACK"


def test_the_provider_itself_says_why_it_refuses(peer):
    body = peer.message("status", {"order": {"beckn:id": "never-seen"}})
    nack = json.loads(peer.post("/beckn/status", body, peer.signed(body)).read())
    assert (nack["ack_status"], nack["error"]["message"]) == ("NACK", "no such order")
    assert peer.post("/beckn/select", b"{").status_code == 400


def test_a_scripted_silence_is_a_408_behind_the_adapter(setting):
    place = setting(Misbehaviour.TIME_OUT, Mode.SYNC)
    journey = place.journey()
    journey.run_all()
    assert [entry.http_status for entry in place.trail if entry.action == "confirm"] == [408]
    assert all(m.sentence for m in Misbehaviour)


ORDER = {
    "beckn:id": "o",
    "beckn:orderStatus": "QUOTE_REQUESTED",
    "beckn:seller": "s",
    "beckn:buyer": "b",
    "beckn:orderItems": [{"beckn:lineId": "1", "beckn:orderedItem": "nothing"}],
}


def in_window(item, load, start, end):
    delivery = {"beckn:computeLoad": load, "beckn:timeWindow": {"start": start, "end": end}}
    return ORDER | {
        "beckn:orderItems": [{"beckn:lineId": "1", "beckn:orderedItem": item}],
        "beckn:fulfillment": {"beckn:id": "f", "beckn:deliveryAttributes": delivery},
    }


def refused(peer, action, order):
    body = peer.message(action, {"order": order})
    response = peer.post(f"/beckn/{action}", body, peer.signed(body))
    return json.loads(response.read())["error"]["message"]


def test_orders_that_cannot_be_served(peer):
    assert refused(peer, "select", ORDER) == "that window is not on offer"
    assert refused(peer, "select", ORDER | {"beckn:orderItems": []}) == "that window is not on offer"
    assert refused(peer, "confirm", ORDER) == "no such order"
    journey = peer.place.journey()
    journey.discover()
    item = journey.record.candidates[0].window.item_id
    day = "2026-01-09T0{}:00:00Z"
    assert "5 MW free, 6 MW asked for" in refused(peer, "init", in_window(item, 6, day.format(1), day.format(2)))
    assert (
        refused(peer, "init", in_window(item, 0, day.format(1), day.format(2)))
        == "init must say the load and the time window"
    )
    assert "a start and an end" in refused(peer, "init", in_window(item, 1, day.format(1), None))
    assert "ends before it starts" in refused(peer, "init", in_window(item, 1, day.format(2), day.format(1)))


def test_an_order_is_its_buyers_alone_and_is_not_begun_twice(setting):
    place = setting()
    peer = Peer(place)
    journey = place.journey()
    journey.run_all()
    mine = journey.record.order_id
    stranger = {"bap_id": "sandbox.gridflex.example"}
    body = peer.message("cancel", {"order": {"beckn:id": mine}}, **stranger)
    header = demo_signer("sandbox.gridflex.example").header(body, place.clock())
    nack = json.loads(peer.post("/beckn/cancel", body, {"Authorization": header}).read())
    assert nack["error"]["message"] == "no such order"
    again = in_window(journey.record.chosen.window.item_id, 1, "2026-01-09T01:00:00Z", "2026-01-09T02:00:00Z")
    assert refused(peer, "init", again | {"beckn:id": mine}) == "that order exists already"
    assert refused(peer, "init", {k: v for k, v in again.items() if k != "beckn:id"}) == "the order has no id"
    assert journey.status().ok


def test_only_so_many_orders_are_remembered(setting):
    place = setting()
    first = place.journey()
    first.run_all()
    books = place.provider.books.bookings
    books |= {f"order-{n}": books[first.record.order_id] for n in range(MAX_ORDERS - 1)}
    place.journey().run_all()
    assert len(books) == MAX_ORDERS
    assert first.record.order_id not in books


def test_a_run_whose_actual_intensity_is_not_known_states_no_carbon(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    place.clock.now = journey.record.terms.end
    place.provider._outlook.intensity = lambda region, start, count: [math.nan] * count
    assert journey.status().state.value == "completed"
    assert set(journey.record.metrics) == {"performanceMetrics", "costMetrics"}


def test_what_has_run_or_was_cancelled_cannot_be_changed(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    place.clock.now = journey.record.terms.end
    step = journey.shift(0.01, "Leeds")
    assert (step.problem, "ORDER_NOT_ACTIVE" in step.answer or "COMPLETED" in step.sentence) == ("Nack", True)
    assert journey.cancel().problem == "Nack"
