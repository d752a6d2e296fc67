from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from gridflex.beckn.embedded import demo_signer, key_book
from gridflex.beckn.inbox import MAX_TRANSACTIONS, Inbox, handle_callback
from gridflex.errors import NoAnswer

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
SIGNER = demo_signer("bpp.example")
KEYS = key_book(SIGNER)


def message(message_id: str = "m", action: str = "on_support", transaction: str = "t", sent: datetime = NOW) -> bytes:
    context = {
        "action": action,
        "domain": "beckn.one:DEG:compute-energy:1.0",
        "timestamp": sent.isoformat(),
        "message_id": message_id,
        "transaction_id": transaction,
        "bpp_id": "bpp.example",
        "ttl": "PT30S",
    }
    return json.dumps({"context": context, "message": {"support": {"name": "who"}}}).encode()


@pytest.fixture
def inbox() -> Inbox:
    box = Inbox()
    box.open("t")
    return box


def post(inbox, body, action="on_support", header=None, now=NOW):
    headers = {"Authorization": SIGNER.header(body, now) if header is None else header}
    return handle_callback(action, headers, body, now, inbox=inbox, keys=KEYS, us="gridflex.example")


def test_a_signed_answer_is_acknowledged_and_waits_for_its_journey(inbox):
    ack = post(inbox, message())
    assert (ack.status, ack.body["ack_status"], ack.body["transaction_id"]) == (200, "ACK", "t")
    delivery = inbox.wait("t", "on_support", "m", 0)
    assert delivery.signed_by == "bpp.example, key demo-key"
    assert delivery.body == message()


def test_the_same_message_again_is_acknowledged_and_kept_once(inbox):
    assert [post(inbox, message()).status for _ in range(3)] == [200] * 3
    assert len(inbox.take_pushed("t")) == 1
    assert post(inbox, message()).status == 200
    assert inbox.take_pushed("t") == ()


def test_headers_may_be_of_any_case(inbox):
    body = message()
    headers = {"AUTHORIZATION": SIGNER.header(body, NOW)}
    assert handle_callback("on_support", headers, body, NOW, inbox=inbox, keys=KEYS, us="u").status == 200


@pytest.mark.parametrize("header", ["", "Signature x", SIGNER.header(b"other", NOW)])
def test_without_a_signature_that_holds_nothing_is_taken(inbox, header):
    ack = post(inbox, message(), header=header)
    assert (ack.status, ack.body["ack_status"]) == (401, "NACK")
    assert ack.headers["WWW-Authenticate"] == 'Signature realm="gridflex.example",headers="(created) (expires) digest"'
    assert ack.body["error"]["code"] == "SignatureRefused"
    assert inbox.take_pushed("t") == ()


def test_anothers_signature_is_not_the_senders(inbox):
    body = message()
    other = demo_signer("else.example")
    headers = {"authorization": other.header(body, NOW)}
    ack = handle_callback("on_support", headers, body, NOW, inbox=inbox, keys=key_book(SIGNER, other), us="u")
    assert ack.status == 401


def test_a_signature_for_nobody_in_particular_proves_nothing(inbox):
    ack = post(inbox, message().replace(b"bpp_id", b"bap_id"))
    assert (ack.status, ack.body["error"]["message"]) == (401, "the message does not say which provider it is from")


def test_another_subscriber_cannot_speak_for_the_provider_whose_order_it_is(inbox):
    inbox.open("t", "bpp-of-the-order.example")
    assert post(inbox, message()).status == 404
    inbox.open("t")
    assert post(inbox, message()).status == 404, "opened again without a name, the provider is still known"
    inbox.open("t", "bpp.example")
    assert post(inbox, message()).status == 200
    assert len(inbox.take_pushed("t")) == 1


@pytest.mark.parametrize(
    ("body", "action", "now"),
    [
        (b"{", "on_support", NOW),
        (b"{}", "on_support", NOW),
        (message(action="on_foo"), "on_foo", NOW),
        (message(), "on_status", NOW),
        (message(), "on_support", NOW + timedelta(seconds=36)),
        (message().replace(b"PT30S", b"soon"), "on_support", NOW),
    ],
)
def test_what_is_wrong_is_refused_with_400(inbox, body, action, now):
    ack = post(inbox, body, action, now=now)
    assert (ack.status, ack.body["ack_status"]) == (400, "NACK")
    assert inbox.take_pushed("t") == ()


def test_a_journey_nobody_opened_gets_404(inbox):
    ack = post(inbox, message(transaction="other"))
    assert (ack.status, ack.body["ack_status"]) == (404, "NACK")
    assert inbox.take_pushed("other") == ()


def test_waiting_ends_with_the_arrival_or_the_time(inbox):
    with pytest.raises(NoAnswer, match="acknowledged, but no on_support came") as caught:
        inbox.wait("t", "on_support", "m", 0.01)
    assert caught.value.sent
    arrival = Thread(target=post, args=(inbox, message()))
    arrival.start()
    assert inbox.wait("t", "on_support", "m", 10).envelope.context.message_id == "m"
    arrival.join()


def test_answers_to_others_do_not_end_the_wait(inbox):
    post(inbox, message("other"))
    with pytest.raises(NoAnswer):
        inbox.wait("t", "on_support", "m", 0)
    assert [d.envelope.context.message_id for d in inbox.take_pushed("t")] == ["other"]


def test_only_so_many_journeys_are_remembered():
    inbox = Inbox()
    for number in range(MAX_TRANSACTIONS + 1):
        inbox.open(str(number))
    assert post(inbox, message(transaction="0")).status == 404
    assert post(inbox, message(transaction="1")).status == 200
