from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gridflex.beckn.client import Conversation
from gridflex.beckn.drafts import reference
from gridflex.beckn.reading import MAX_BODY
from gridflex.beckn.registry import KeyRegistry
from gridflex.beckn.remote import Remote, remote_client
from gridflex.beckn.signing import Signer
from gridflex.beckn.vocabulary import Action, Mode
from gridflex.errors import SettingsError, SignatureRefused

SEED = b64encode(bytes(range(32))).decode()
KEY = Signer("bpp.example", "k", SEED).public_key()


class Clock:
    now = datetime(2026, 1, 8, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


def registry(answer, status=200):
    asked = []

    def speak(request):
        asked.append(str(request.url))
        if isinstance(answer, Exception):
            raise answer
        return (
            httpx.Response(status, json=answer)
            if not isinstance(answer, bytes)
            else httpx.Response(200, content=answer)
        )

    clock = Clock()
    return KeyRegistry("http://registry.example/dedi/", clock, httpx.MockTransport(speak)), asked, clock


FOUND = {"data": {"details": {"signing_public_key": b64encode(KEY).decode()}}}


def test_a_key_is_looked_up_once_an_hour():
    look_up, asked, clock = registry(FOUND)
    assert [look_up("bpp.example", "k"), look_up("bpp.example", "k")] == [KEY, KEY]
    assert asked == ["http://registry.example/dedi/lookup/bpp.example/subscribers.beckn.one/k"]
    clock.now += timedelta(hours=1, seconds=1)
    look_up("bpp.example", "k")
    assert len(asked) == 2
    look_up.close()


def test_an_id_cannot_lead_elsewhere():
    look_up, asked, _ = registry(FOUND)
    look_up("../../admin?", "k/#")
    assert asked == ["http://registry.example/dedi/lookup/..%2F..%2Fadmin%3F/subscribers.beckn.one/k%2F%23"]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ({}, 404, "knows no key"),
        ({}, 200, "holds no key"),
        (b"<html>", 200, "holds no key"),
        ({"data": {"details": {"signing_public_key": "***"}}}, 200, "holds no key"),
        ({"data": {"details": {"signing_public_key": 5}}}, 200, "holds no key"),
        ({"data": {"details": {"signing_public_key": "AAAA"}}}, 200, "3 bytes"),
        (httpx.ConnectError("x"), 200, "does not answer"),
        (b" " * (MAX_BODY + 1), 200, "does not answer"),
    ],
)
def test_without_a_key_no_signature_holds(answer, status, said):
    look_up, _, _ = registry(answer, status)
    with pytest.raises(SignatureRefused, match=said):
        look_up("bpp.example", "k")


def test_the_memory_of_keys_is_bounded():
    look_up, asked, _ = registry(FOUND)
    for number in range(1001):
        look_up("bpp.example", str(number))
    look_up("bpp.example", "1000")
    assert len(asked) == 1001
    look_up("bpp.example", "0")
    assert len(asked) == 1002


def test_a_network_behind_an_adapter_needs_only_its_address():
    client = remote_client(Remote(url="https://sandbox.example/api", api_key="secret"), Clock())
    assert (client.network.name, client.network.signer, client.network.keys) == ("sandbox.example", None, None)
    assert "secret" not in repr(client.network)
    client.close()


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        (Remote(url="sandbox.example/api"), "not the address of a network"),
        (Remote(url="ftp://sandbox.example"), "not the address of a network"),
        (Remote(url="https://x.example", private_key=SEED), "needs the id"),
        (Remote(url="https://x.example", mode=Mode.ASYNC), "both a signing key and the registry"),
        (Remote(url="https://x.example", mode=Mode.ASYNC, private_key=SEED, key_id="k"), "both"),
    ],
)
def test_values_that_cannot_work_together_are_said(remote, said):
    with pytest.raises(SettingsError, match=said):
        remote_client(remote, Clock())


def test_in_async_mode_a_post_to_us_is_verified_with_the_registrys_key():
    def speak(request):
        if request.method == "GET":
            return httpx.Response(200, json=FOUND)
        asked = json.loads(request.content)["context"]
        context = asked | {"action": "on_status", "bpp_id": "bpp.example"}
        order = {"beckn:id": "o", "beckn:orderStatus": "CONFIRMED", "beckn:seller": "s", "beckn:buyer": "b"}
        body = json.dumps({"context": context, "message": {"order": order}}).encode()
        forged = client.receive("on_status", {"Authorization": "Signature x"}, body)
        assert forged.status == 401
        header = Signer("bpp.example", "k", SEED).header(body, clock())
        assert client.receive("on_status", {"Authorization": header}, body).status == 200
        return httpx.Response(200, json={"message": {"ack": {"status": "ACK"}}})

    clock = Clock()
    remote = Remote(
        url="https://bpp.example/beckn",
        mode=Mode.ASYNC,
        private_key=SEED,
        key_id="us",
        registry_url="https://registry.example",
    )
    client = remote_client(remote, clock, transport=httpx.MockTransport(speak))
    exchange = client.ask(Action.STATUS, reference("o"), Conversation("t"))
    assert exchange.error is None
    assert exchange.verified == "signed by bpp.example, key k"
    assert exchange.signed == "gridflex.example, key us"


def test_where_no_keys_are_known_nothing_posted_is_taken():
    client = remote_client(Remote(url="https://sandbox.example/api"), Clock())
    client.inbox.open("t")
    context = {"action": "on_support", "timestamp": "2026-01-08T12:00:00Z", "message_id": "m", "transaction_id": "t"}
    body = json.dumps({"context": context, "message": {"support": {}}}).encode()
    ack = client.receive("on_support", {"Authorization": Signer("x", "k", SEED).header(body, Clock()())}, body)
    assert ack.status == 401
    client.close()
