"""The protocol's own examples and what was recorded from real peers: all are read, none is bent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridflex.beckn.dialects import write
from gridflex.beckn.messages import OnDiscover, OrderMessage
from gridflex.beckn.reading import is_ack, read_answer, read_json, read_message
from gridflex.beckn.slots import read_slots
from gridflex.beckn.vocabulary import Dialect
from gridflex.beckn.windows import read_windows
from gridflex.errors import BecknError, InvalidMessage, Nack

COMPUTE_ENERGY = ["1.discover", "2.order", "3.fulfilment", "4.post-fulfilment"]


def messages(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.json"))


def normal(value: Any) -> Any:
    """The value with what means the same written the same: 1 and 1.0, a time with or without milliseconds."""
    if isinstance(value, dict):
        return {key: normal(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [normal(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value.endswith("Z") and "T" in value:
        return datetime.fromisoformat(value)
    return value


def test_every_compute_energy_example_comes_back_as_it_was(shared):
    found = [path for name in COMPUTE_ENERGY for path in messages(shared / "examples" / name)]
    assert len(found) == 19
    for path in found:
        value = read_json(path.read_bytes())
        again = json.loads(write(read_message(value), Dialect.DEG))
        assert normal(again) == normal(value), path.name


def test_every_demand_flexibility_example_is_read(shared):
    for path in messages(shared / "examples/demand_flexibility"):
        envelope = read_message(read_json(path.read_bytes()))
        assert envelope.context.domain == "beckn.one:DEG:demand-flexibility:1.0"
        if isinstance(envelope.message, OnDiscover):
            windows, unread = read_windows(envelope.message.catalogs, envelope.context.timestamp)
            assert windows == ()
            assert {one.reason for one in unread} == {"no offer names it, so it has no price"}
            assert read_slots(envelope.message.catalogs)[0] == ()


def test_both_dialects_of_one_catalogue_are_the_same_windows(shared):
    now = datetime(2025, 11, 17, 8, tzinfo=UTC)
    read = []
    for name in ("on_discover-response-1", "on_discover.core-conforming"):
        envelope = read_message(read_json((shared / f"examples/1.discover/{name}.json").read_bytes()))
        windows, unread = read_windows(envelope.message.catalogs, now)
        assert unread == ()
        read.append(windows)
    assert read[0] == read[1]
    cambridge, manchester = read[0]
    assert (cambridge.intensity, cambridge.renewable_percent, cambridge.price, cambridge.capacity_mw) == (
        120,
        80,
        0.102,
        5,
    )
    assert (cambridge.region, manchester.region) == (10, 3)
    assert cambridge.start == now + timedelta(hours=2)
    assert (manchester.start, manchester.hours, manchester.price) == (now + timedelta(hours=6), 4, 0.092)


RECORDED: dict[str, str] = {
    "01-discover-nocds.response": "not JSON",
    "07-update-continue.response": "REQUEST_TIMEOUT",
    "bad-callback-route": "Invalid callback route",
    "cancel-no-template": "on_cancel came without a message",
    "err-empty-route": "sub-route is required",
    "err-get-method": "not JSON",
    "err-invalid-json": "Invalid JSON body",
    "err-missing-ids": "context.transaction_id and context.message_id are required",
    "late-callback": "No pending request found",
    "sandbox-bad-json": "internal_error",
}


def test_every_recording_is_read_or_refused_by_its_reason(shared):
    for path in messages(shared / "recordings/adapter-only"):
        said = RECORDED.get(path.stem)
        if path.stem == "sandbox-direct-ack":
            assert is_ack(read_answer(200, path.read_bytes()))
        elif said is None:
            envelope = read_message(read_answer(200, path.read_bytes()))
            if envelope.context.domain.endswith("compute-energy:1.0"):
                again = json.loads(write(envelope, Dialect.DEG))
                assert normal(again) == normal(json.loads(path.read_bytes())), path.name
        else:
            with pytest.raises(BecknError, match=said):
                read_message(read_answer(200, path.read_bytes()))


def test_the_mocks_answers_are_read_or_refused(shared):
    for case in json.loads((shared / "recordings/prism/prism-results.json").read_bytes()):
        body = json.dumps(case["body"]).encode()
        if case["http_status"] == 400:
            with pytest.raises(Nack) as caught:
                read_answer(400, body)
            assert caught.value.code == case["body"]["error"]["code"]
        elif is_ack(read_answer(200, body)):
            assert case["body"]["ack_status"] == "ACK"
        else:
            envelope = read_message(read_answer(200, body))
            windows, unread = read_windows(envelope.message.catalogs, datetime(2025, 1, 1, tzinfo=UTC))
            assert windows == ()
            assert unread


def test_the_core_select_that_two_validators_accepted_is_one_of_ours(shared):
    value = read_json((shared / "recordings/prism/select.core-conforming.request.json").read_bytes())
    envelope = read_message(value)
    assert isinstance(envelope.message, OrderMessage)
    again = json.loads(write(envelope, Dialect.CORE))
    buyer = value["message"]["order"]["beckn:buyer"]
    del buyer["beckn:displayName"]  # our orders carry the name with the invoice, and a select has none
    assert normal(again) == normal(value)


def test_the_ev_charging_order_is_read_though_it_is_not_ours(shared):
    envelope = read_message(read_json((shared / "recordings/adapter-only/unknown-domain.json").read_bytes()))
    assert envelope.order.buyer == "user-12345"
    with pytest.raises(InvalidMessage):
        read_message({"context": envelope.context.model_dump(mode="json")})
