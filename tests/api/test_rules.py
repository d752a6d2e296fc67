"""Rules that notify, over HTTP: made, tested against a receiver, logged, removed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import NOW, Serve, Served
from tests.receiving import Receiver, receiving


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def private(serve: Serve) -> Iterator[Served]:
    """An API whose operator lets notices into the own network."""
    with serve(private=True) as api:
        yield api


def made(client: Any, url: str, trigger: str = "threshold_crossed", limit: float = 150) -> Any:
    answer = client.post("/api/workspace/rules", json={"trigger": trigger, "limit": limit, "url": url})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_test_arrives_signed_and_is_logged(private: Served, receiver: Receiver) -> None:
    client = private.visitor()
    rule = made(client, receiver.url)
    answer = client.post(f"/api/workspace/rules/{rule['id']}/test").json()
    assert (answer["status"], answer["reason"], answer["test"]) == ("delivered", "answered 204", True)
    headers, body = receiver.requests[-1]
    moment, signed = (part.split("=", 1)[1] for part in headers["X-GridFlex-Signature"].split(","))
    own = hmac.new(rule["secret"].encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == own
    assert json.loads(body)["id"] == headers["X-GridFlex-Delivery"] == answer["id"]
    assert client.get("/api/workspace/deliveries").json()["deliveries"] == [answer]
    (listed,) = client.get("/api/workspace/rules").json()["rules"]
    assert "secret" not in listed
    assert rule["secret"] not in client.get("/api/audit/export").text


def test_a_receiver_that_refuses_is_logged_with_its_reason(private: Served, receiver: Receiver) -> None:
    client = private.visitor()
    rule = made(client, receiver.url)
    receiver.status = 410
    try:
        answer = client.post(f"/api/workspace/rules/{rule['id']}/test").json()
    finally:
        receiver.status = 204
    assert (answer["status"], answer["reason"], answer["attempts"]) == ("refused", "answered 410", 1)


def test_the_half_hourly_tick_delivers_what_a_rule_says(private: Served, receiver: Receiver) -> None:
    client = private.visitor()
    grid = client.get("/grid/current").json()["carbon_intensity_gco2_kwh"]
    made(client, receiver.url, limit=0)
    made(client, receiver.url, "source_stale", 60)
    receiver.came.clear()
    assert grid > 0
    private.clock.now = NOW + timedelta(minutes=30)
    assert private.new_client().post("/api/tick").status_code == 200
    assert receiver.came.wait(10)
    sent = json.loads(receiver.requests[-1][1])
    assert (sent["trigger"], sent["test"]) == ("source_stale", False)
    assert sent["sentence"] == "The grid's values are sample: none ever came."
    before = len(receiver.requests)
    private.clock.now = NOW + timedelta(hours=1)
    private.new_client().post("/api/tick")
    private.platform.notifier.close()  # whatever was begun has come to its end
    assert len(receiver.requests) == before, "the state lasts: it was said"
    (logged,) = client.get("/api/workspace/deliveries").json()["deliveries"]
    assert (logged["status"], logged["id"]) == ("delivered", sent["id"])


def test_without_the_operator_s_word_the_own_network_is_closed(api: Served, receiver: Receiver) -> None:
    client, before = api.visitor(), len(receiver.requests)
    for url, said in ((receiver.url, "must begin with https"), ("https://127.0.0.1/in", "private, local or reserved")):
        wanted = {"trigger": "plan_changed", "limit": 20, "url": url}
        answer = client.post("/api/workspace/rules", json=wanted)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
    rule = made(client, "https://localhost/in")
    refused = client.post(f"/api/workspace/rules/{rule['id']}/test").json()
    assert (refused["status"], refused["attempts"]) == ("refused", 0)
    assert "private, local or reserved" in refused["reason"]
    assert len(receiver.requests) == before


def test_tests_are_bounded(api: Served) -> None:
    client = api.visitor()
    rule = made(client, "https://localhost/in")
    codes = [client.post(f"/api/workspace/rules/{rule['id']}/test").status_code for _ in range(6)]
    assert codes == [200] * 5 + [422]


def test_one_workspace_s_rule_is_no_other_s(api: Served) -> None:
    owner, other = api.visitor(), api.visitor()
    rule = made(owner, "https://localhost/in")
    assert other.post(f"/api/workspace/rules/{rule['id']}/test").status_code == 404
    assert other.delete(f"/api/workspace/rules/{rule['id']}").status_code == 404
    assert owner.delete(f"/api/workspace/rules/{rule['id']}").status_code == 200
    assert owner.get("/api/workspace/rules").json()["rules"] == []
