"""Messages that are posted to us late or unasked: taken in where they can be true, else refused and said."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gridflex.beckn.embedded import demo_signer
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.record import Doubt
from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Action, Mode


def push(place: Any, journey: Any, action: str, message_id: str = "late", **order: Any) -> int:
    """Post what the provider would, changed as given."""
    now = place.clock()
    context = {
        "action": action,
        "domain": "beckn.one:DEG:compute-energy:1.0",
        "timestamp": now.isoformat(),
        "message_id": message_id,
        "transaction_id": journey.record.transaction_id,
        "bpp_id": place.provider.subscriber_id,
    }
    given = {
        "beckn:id": journey.record.order_id,
        "beckn:orderStatus": "CONFIRMED",
        "beckn:seller": "s",
        "beckn:buyer": "b",
    }
    message = {"order": given | order} if action != "on_support" else {"support": {}}
    body = json.dumps({"context": context, "message": message}).encode()
    header = demo_signer(place.provider.subscriber_id).header(body, now)
    return place.client.receive(action, {"Authorization": header}, body).status


@pytest.fixture
def initialised(setting: Any) -> Any:
    place = setting()
    journey = place.journey()
    for name in ("discover", "choose", "select", "init"):
        assert getattr(journey, name)().ok
    return place, journey


def test_an_on_confirm_that_comes_late_confirms(initialised):
    place, journey = initialised
    assert push(place, journey, "on_confirm") == 200
    (step,) = journey.take_pushed()
    assert (step.action, step.ok, step.state) == ("on_confirm", True, State.CONFIRMED)
    assert place.trail[-1].before is State.INITIALISED
    assert place.trail[-1].message_id == "late"


def test_it_confirms_only_our_order_and_only_on_our_terms(initialised):
    place, journey = initialised
    push(place, journey, "on_confirm", "1", **{"beckn:id": "another"})
    price = {"beckn:pricingParameters": {"spotPrice": 9.0}}
    line = {"beckn:lineId": "1", "beckn:orderItemAttributes": price}
    line["beckn:orderedItem"] = journey.record.chosen.window.item_id
    push(place, journey, "on_confirm", "2", **{"beckn:orderItems": [line]})
    push(place, journey, "on_confirm", "3", **{"beckn:orderItems": [line | {"beckn:orderedItem": "another"}]})
    assert [step.problem for step in journey.take_pushed()] == ["InvalidMessage", "TermsBroken", "TermsBroken"]
    assert journey.record.state is State.INITIALISED


def test_wrong_terms_pushed_while_our_confirm_is_in_doubt_are_cancelled_at_once(initialised):
    place, journey = initialised
    journey.record.doubt = Doubt(action=Action.CONFIRM, resend_after=None)
    price = {"beckn:pricingParameters": {"spotPrice": 9.0}}
    line = {"beckn:lineId": "1", "beckn:orderItemAttributes": price}
    line["beckn:orderedItem"] = journey.record.chosen.window.item_id
    push(place, journey, "on_confirm", **{"beckn:orderItems": [line]})
    push(place, journey, "on_confirm", "again", **{"beckn:orderItems": [line]})
    assert [step.problem for step in journey.take_pushed()] == ["TermsBroken", "OutOfOrder"]
    assert [step.action for step in journey.record.steps][-3:] == ["on_confirm", "cancel", "on_confirm"]
    assert (journey.record.state, journey.record.doubt) == (State.CANCELLED, None)


def test_a_status_that_does_not_confirm_leaves_the_order_initialised(initialised):
    _, journey = initialised
    step = journey.status()
    assert (step.ok, step.state, step.sentence) == (True, State.INITIALISED, "the order is initialised")


def test_what_comes_unasked_before_an_order_or_of_another_kind_is_said(setting):
    place = setting()
    journey = place.journey()
    journey.discover()
    push(place, journey, "on_update", "1")
    push(place, journey, "on_support", "2")
    steps = journey.take_pushed()
    assert [step.sentence for step in steps] == [
        "refused: the order is discovered",
        "refused: on_support came too late to matter",
    ]
    assert journey.record.state is State.DISCOVERED


def test_a_provider_may_cancel_unasked(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    push(place, journey, "on_cancel", **{"beckn:orderStatus": "CANCELLED"})
    (step,) = journey.take_pushed()
    assert (step.state, journey.record.state) == (State.CANCELLED, State.CANCELLED)


def test_an_update_cannot_lead_back(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    place.clock.now = journey.record.terms.end
    journey.status()
    push(place, journey, "on_update", **{"beckn:orderStatus": "IN_PROGRESS"})
    (step,) = journey.take_pushed()
    assert (step.problem, step.state) == ("OutOfOrder", State.COMPLETED)


def test_an_answer_that_is_only_acknowledged_is_asked_about(setting):
    place = setting(Misbehaviour.TIME_OUT, Mode.ASYNC)
    journey = place.journey()
    before = place.clock()
    assert journey.run_all()[-1].state is State.CONFIRMED
    assert place.clock() - before < timedelta(seconds=30)
    assert [entry.action for entry in place.trail][-2:] == ["confirm", "status"]
    assert "asking for the order's status" in place.trail[-2].detail
