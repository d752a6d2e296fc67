from __future__ import annotations

import json

import pytest

from gridflex.beckn.reading import is_ack, read_answer, read_json, read_message
from gridflex.errors import InvalidMessage, Nack

CONTEXT = {
    "version": "2.0.0",
    "action": "on_status",
    "domain": "beckn.one:DEG:compute-energy:1.0",
    "timestamp": "2026-01-08T12:00:00Z",
    "message_id": "m",
    "transaction_id": "t",
}

ACKS = [
    {"transaction_id": "t", "timestamp": "2026-01-08T12:00:00Z", "ack_status": "ACK"},
    {"message": {"ack": {"status": "ACK"}}},
    {"message": {"status": "ACK", "messageId": "m"}},
    {"status": "ACK", "signature": "..."},
]

NACKS = [
    ({"ack_status": "NACK", "error": {"code": "30001", "message": "no such item"}}, "30001", "no such item"),
    ({"message": {"ack": {"status": "NACK"}}}, "", "no reason given"),
    (
        {"message": {"ack": {"status": "NACK"}, "error": {"code": "Bad Request", "paths": "x", "message": "m"}}},
        "Bad Request",
        "m",
    ),
    ({"message": {"status": "NACK"}}, "", "no reason"),
    ({"status": "NACK", "error": {"errorCode": "E1", "errorMessage": "said so"}}, "E1", "said so"),
    ({"error": "Invalid JSON body"}, "", "Invalid JSON body"),
    ({"error": {"message": "No pending request"}, "message": {"ack": {"status": "NACK"}}}, "", "No pending"),
    ({"error": {"code": 40000}}, "40000", "40000"),
]


@pytest.mark.parametrize("body", ACKS)
def test_four_shapes_of_acknowledgement(body):
    assert is_ack(read_answer(200, json.dumps(body).encode()))


@pytest.mark.parametrize("status", [200, 202, 400, 408, 500])
@pytest.mark.parametrize(("body", "code", "text"), NACKS)
def test_a_refusal_is_one_whatever_the_status(status, body, code, text):
    with pytest.raises(Nack, match=text) as caught:
        read_answer(status, json.dumps(body).encode())
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><pre>Cannot POST</pre>", b"[]", b"null", b"\xff\xfe"])
def test_a_body_that_is_no_object(body):
    with pytest.raises(InvalidMessage, match="the body is not"):
        read_answer(200, body)
    with pytest.raises(Nack, match="HTTP 502"):
        read_answer(502, body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":' + b"9" * 5000 + b"}",
        rb'{"a":"\ud800"}',
        rb'{"a":"\u0000"}',
        b'{"a":1',
    ],
)
def test_hostile_json_is_refused_by_name(body):
    with pytest.raises(InvalidMessage):
        read_json(body)


def test_escapes_that_are_characters_are_read():
    assert read_json(rb'{"a":"\u00a30.10 \ud83d\ude00"}') == {"a": "£0.10 😀"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "no context"),
        ({"context": "x"}, "no context"),
        ({"context": {}}, "Field required"),
        ({"context": CONTEXT}, "on_status came without a message"),
        ({"context": CONTEXT, "message": {}}, "order: Field required"),
        ({"context": CONTEXT | {"action": "on_foo"}, "message": {}}, "not an action"),
        ({"context": CONTEXT | {"timestamp": "2026-01-08T12:00:00"}, "message": {}}, "timestamp"),
        ({"context": CONTEXT | {"timestamp": "9999-12-31T23:59:59Z"}, "message": {}}, "year 9999"),
        (
            {"context": CONTEXT, "message": {"order": {"id": "o", "orderStatus": "SOLD", "seller": "s", "buyer": "b"}}},
            "'SOLD' is not an order status",
        ),
    ],
)
def test_what_is_wrong_with_a_message_is_named(value, said):
    with pytest.raises(InvalidMessage, match=said):
        read_message(value)


def order(**changes):
    return {"beckn:id": "o", "beckn:orderStatus": "CONFIRMED", "beckn:seller": "s", "beckn:buyer": "b"} | changes


def parsed(**changes):
    return read_message({"context": CONTEXT, "message": {"order": order(**changes)}}).order


def line(**changes):
    return {"beckn:lineId": "1", "beckn:orderedItem": "i", "beckn:quantity": 1} | changes


def test_both_dialects_are_one_order():
    core = parsed(
        **{
            "beckn:orderStatus": "INPROGRESS",
            "beckn:buyer": {"@type": "beckn:Buyer", "beckn:id": "b"},
            "beckn:orderItems": [
                line(
                    **{
                        "beckn:quantity": {"unitText": "slot", "unitQuantity": 1},
                        "beckn:acceptedOffer": {"beckn:id": "f", "beckn:price": {"currency": "GBP", "value": 0.1}},
                    }
                )
            ],
            "beckn:invoice": "invoice-1",
            "beckn:fulfillment": {"beckn:id": "x", "beckn:mode": "RESERVATION", "beckn:fulfillmentStatus": "PENDING"},
            "beckn:payment": {"beckn:id": "p", "beckn:paymentAttributes": {"beckn:settlement": "monthly"}},
        }
    )
    deg = parsed(
        **{
            "beckn:orderStatus": "IN_PROGRESS",
            "beckn:orderItems": [
                line(**{"beckn:acceptedOffer": {"beckn:id": "f", "beckn:price": {"currency": "GBP", "price": "0.1"}}})
            ],
            "beckn:fulfillment": {"beckn:id": "x", "beckn:mode": "GRID-BASED", "beckn:status": "PENDING"},
            "beckn:payment": {"beckn:settlement": "monthly"},
        }
    )
    assert core.order_status is deg.order_status
    assert core.buyer == deg.buyer == "b"
    assert core.order_items[0].quantity == deg.order_items[0].quantity == 1
    assert core.order_items[0].accepted_offer.price.value == deg.order_items[0].accepted_offer.price.value == 0.1
    assert core.fulfillment.status == deg.fulfillment.status == "PENDING"
    assert core.payment.settlement == deg.payment.settlement == "monthly"
    assert core.invoice.id == "invoice-1"


@pytest.mark.parametrize("number", ["true", "NaN", "Infinity", '"abc"', "[]", "1e999"])
def test_a_price_that_is_no_number_is_refused(number):
    raw = json.dumps({"context": CONTEXT, "message": {"order": order(**{"beckn:orderItems": [line()]})}})
    offer = f'"beckn:acceptedOffer":{{"beckn:id":"f","beckn:price":{{"price":{number}}}}},'
    hostile = raw.replace('"beckn:lineId"', f'{offer}"beckn:lineId"')
    with pytest.raises(InvalidMessage):
        read_message(read_json(hostile.encode()))


def test_a_bare_order_id_is_a_reference():
    value = {"context": CONTEXT | {"action": "status"}, "message": {"order_id": "o"}}
    assert read_message(value).message.order.id == "o"


def test_members_nobody_knows_come_back_as_they_were():
    extra = {"beckn:settlementDetails": {"beckn:x": [1, {"y": None}]}, "schema:z": "w"}
    assert parsed(**extra).to_wire().items() >= extra.items()
