from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gridflex.beckn.client import Client, Conversation
from gridflex.beckn.drafts import reference
from gridflex.beckn.embedded import demo_signer, key_book
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Network
from gridflex.beckn.vocabulary import Action, Mode

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
CONVERSATION = Conversation("t-1", "bpp.example", "https://bpp.example")
ORDER = {"beckn:id": "o", "beckn:orderStatus": "CONFIRMED", "beckn:seller": "s", "beckn:buyer": "b"}


class Peer:
    """Answers every request with the order, as changed by the test."""

    def __init__(self, headers: dict[str, str] | None = None, **context: Any) -> None:
        self.context = context
        self.headers = headers or {}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        asked = json.loads(request.content)["context"]
        context = asked | {"action": f"on_{asked['action']}"} | self.context
        return httpx.Response(200, json={"context": context, "message": {"order": ORDER}}, headers=self.headers)


def client(peer: Any, **network: Any) -> Client:
    given = Network(name="test", base_url="http://peer.example/api/", **network)
    return Client(given, Line(httpx.MockTransport(peer)), lambda: NOW)


def test_what_is_sent_is_what_the_contract_says():
    peer = Peer()
    exchange = client(peer).ask(Action.STATUS, reference("o"), CONVERSATION)
    assert exchange.error is None
    (request,) = peer.requests
    assert str(request.url) == "http://peer.example/api/status"
    assert request.content == exchange.request
    context = json.loads(request.content)["context"]
    assert context["timestamp"] == "2026-01-08T12:00:00.000Z"
    assert (context["bpp_id"], context["ttl"], context["version"]) == ("bpp.example", "PT30S", "2.0.0")
    assert (exchange.signed, exchange.verified) == ("", "not signed: the network answers for its provider")


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"action": "on_confirm"}, "asked to status, answered with on_confirm"),
        ({"transaction_id": "t-2"}, "another transaction"),
        ({"message_id": "m-2"}, "another message"),
        ({"domain": "beckn.one:deg:ev-charging:1.0"}, "another domain"),
    ],
)
def test_an_answer_to_something_else_is_none(context, said):
    exchange = client(Peer(**context)).ask(Action.STATUS, reference("o"), CONVERSATION)
    assert said in str(exchange.error)
    assert exchange.envelope is None
    assert exchange.answer


def test_the_key_goes_as_a_bearer_or_beside_a_signature():
    plain, signed = Peer(), Peer()
    client(plain, api_key="secret").ask(Action.STATUS, reference("o"), CONVERSATION)
    client(signed, api_key="secret", signer=demo_signer("us")).ask(Action.STATUS, reference("o"), CONVERSATION)
    assert plain.requests[0].headers["authorization"] == "Bearer secret"
    assert signed.requests[0].headers["authorization"].startswith("Signature keyId=")
    assert signed.requests[0].headers["x-api-key"] == "secret"
    assert "secret" not in repr(Network(name="n", base_url="u", api_key="secret", signer=demo_signer("us")))


def test_a_signed_answer_that_does_not_verify_is_none():
    keys = key_book(demo_signer("bpp.example"))
    forged = Peer({"x-beckn-signature": demo_signer("bpp.example").header(b"other", NOW)})
    exchange = client(forged, keys=keys).ask(Action.STATUS, reference("o"), CONVERSATION)
    assert type(exchange.error).__name__ == "SignatureRefused"


def test_an_acknowledgement_is_no_answer_where_the_answer_was_due_at_once():
    def ack(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"message": {"ack": {"status": "ACK"}}})

    exchange = client(ack).ask(Action.STATUS, reference("o"), CONVERSATION)
    assert "only an acknowledgement" in str(exchange.error)


def test_in_async_mode_an_answer_at_once_is_taken_too():
    assert client(Peer(), mode=Mode.ASYNC).ask(Action.STATUS, reference("o"), CONVERSATION).error is None
