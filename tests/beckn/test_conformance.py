"""What we write: core messages against the protocol's schema, deg messages against its examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gridflex.beckn.embedded import embedded_client
from gridflex.beckn.goods import Address
from gridflex.beckn.orders import Customer
from gridflex.beckn.parties import Buyer, Site
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Dialect, Mode

jsonschema = pytest.importorskip("jsonschema")
referencing = pytest.importorskip("referencing")

ADDRESS = Address(
    street_address="1 Test Way",
    address_locality="Cambridge",
    address_region="East England",
    postal_code="CB1 1AA",
    address_country="GB",
)
CUSTOMER = Customer(email="a@b.example", phone="+44 1632 960001", legal_name="Test", address=ADDRESS)


def whole_life(place: Any) -> Any:
    """A journey that says everything there is to say."""
    place.client = embedded_client(
        place.provider,
        place.clock,
        mode=place.client.network.mode,
        dialect=place.client.network.dialect,
        buyer=Buyer(customer=CUSTOMER),
    )
    place.ways = Ways(sleep=place.clock.sleep, site=Site(address=ADDRESS))
    journey = place.journey()
    journey.run_all()
    journey.status()
    journey.answer_alert("deadline")
    journey.shift(0.01, "Leeds", target_order="order-2", battery_mw=0.005, checkpoint_at=place.clock.now)
    place.clock.now = journey.record.terms.end + timedelta(minutes=1)
    journey.status()
    journey.rate(5, "good", ("accurate-signals",))
    journey.support()
    other = place.journey()
    place.clock.now = journey.record.steps[0].at
    other.run_all()
    other.cancel("plans changed")
    steps = [*journey.record.steps, *other.record.steps]
    assert [step.problem for step in steps] == [""] * len(steps)
    return steps


def texts(steps: Any) -> Iterator[dict[str, Any]]:
    for step in steps:
        for text in (step.request, step.answer):
            if text:
                yield json.loads(text)


@pytest.fixture(scope="session")
def schema(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "schema/beckn-2.0.0-draft-20251121.validatable.json").read_bytes())


def validator(schema: dict[str, Any], action: str) -> Any:
    registry = referencing.Registry().with_resource(
        "urn:spec", referencing.Resource(schema, referencing.jsonschema.DRAFT202012)
    )
    path = f"/paths/~1beckn~1{action}/post/requestBody/content/application~1json/schema"
    return jsonschema.Draft202012Validator(
        {"$ref": f"urn:spec#{path}"},
        registry=registry,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


ALL_ACTIONS = {"discover", "select", "init", "confirm", "status", "update", "cancel", "rating", "support"}


@pytest.mark.parametrize("mode", Mode)
def test_every_core_message_of_both_sides_validates(setting, schema, mode):
    place = setting(Misbehaviour.CARBON_SPIKE, mode, Dialect.CORE)
    seen = set()
    for message in texts(whole_life(place)):
        action = message["context"]["action"]
        seen.add(action)
        errors = [f"{error.json_path}: {error.message}" for error in validator(schema, action).iter_errors(message)]
        assert errors == [], action
    assert seen == ALL_ACTIONS | {f"on_{action}" for action in ALL_ACTIONS}


def test_the_validation_itself_bites(setting, schema):
    place = setting(Misbehaviour.CARBON_SPIKE, Mode.SYNC, Dialect.DEG)
    refused = {
        message["context"]["action"]
        for message in texts(whole_life(place))
        if list(validator(schema, message["context"]["action"]).iter_errors(message))
    }
    assert refused >= {"select", "init", "confirm", "update", "rating", "on_select", "on_support"}


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"


def missing(example: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Members of an example that ours lacks or has in another shape."""
    if isinstance(example, dict) and isinstance(ours, dict):
        for key, value in example.items():
            if key not in ours:
                yield f"{path}/{key}"
            else:
                yield from missing(value, ours[key], f"{path}/{key}")
    elif isinstance(example, list) and isinstance(ours, list) and example and ours:
        yield from missing(example[0], ours[0], f"{path}[]")
    elif shape(example) != shape(ours):
        yield f"{path}: {shape(ours)} for {shape(example)}"


REQUESTS = {
    "discover": "1.discover/discover-request.json",
    "select": "2.order/2.select/select-request.json",
    "init": "2.order/3.init/init-request.json",
    "confirm": "2.order/4.confirm/confirm-request.json",
    "status": "3.fulfilment/status-request.json",
    "rating": "4.post-fulfilment/1.rating-request.json",
    "support": "4.post-fulfilment/3.support-request.json",
}
UPDATES = ("2.update-continue-with-alert-request.json", "1.update-workload-shift-request.json")


@pytest.mark.parametrize("mode", Mode)
def test_every_deg_request_has_the_members_and_shapes_of_the_examples(setting, shared, mode):
    place = setting(Misbehaviour.CARBON_SPIKE, mode, Dialect.DEG)
    sent: dict[str, list[Any]] = {}
    for step in whole_life(place):
        if step.request:
            sent.setdefault(step.action, []).append(json.loads(step.request))
    for action, name in REQUESTS.items():
        example = json.loads((shared / "examples" / name).read_bytes())
        assert list(missing(example, sent[action][0])) == [], action
    for name, update in zip(UPDATES, sent["update"], strict=True):
        example = json.loads((shared / "examples/3.fulfilment" / name).read_bytes())
        assert list(missing(example, update)) == [], name


PROVIDERS_OWN = {
    # What our sandbox does not know, it does not state.
    "/beckn:gridParameters/frequency",
    "/beckn:gridParameters/frequencyUnit",
    "/beckn:rating",
    "/schema:image",
    "/beckn:shortDesc",
}


def test_deg_answers_of_our_sandbox_have_the_members_of_the_examples(setting, shared):
    place = setting(Misbehaviour.NONE, Mode.SYNC, Dialect.DEG)
    answers = {step.action: json.loads(step.answer) for step in whole_life_until_confirm(place)}
    for action, name in (("select", "on_select"), ("init", "on_init"), ("confirm", "on_confirm")):
        (path,) = (shared / "examples/2.order").glob(f"*/{name}-response.json")
        lacking = list(missing(json.loads(path.read_bytes()), answers[action]))
        assert [one for one in lacking if not any(one.endswith(known) for known in PROVIDERS_OWN)] == [], action


def whole_life_until_confirm(place: Any) -> Any:
    place.client = embedded_client(
        place.provider, place.clock, mode=Mode.SYNC, dialect=Dialect.DEG, buyer=Buyer(customer=CUSTOMER)
    )
    place.ways = Ways(sleep=place.clock.sleep, site=Site(address=ADDRESS))
    journey = place.journey()
    journey.run_all()
    return [step for step in journey.record.steps if step.request]
