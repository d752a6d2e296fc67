"""A line that breaks while something binding is under way: never booked twice, never confirmed by guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

import httpx
import pytest

from gridflex.beckn.client import Client
from gridflex.beckn.journey import Journey
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Network
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.record import Record
from gridflex.beckn.states import State
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Mode
from gridflex.errors import OutOfOrder


class Cut(StrEnum):
    """Where in an exchange the line breaks."""

    BEFORE_SEND = "before send"
    MID_SEND = "mid send"
    AFTER_SEND = "after send"
    MID_ANSWER = "mid answer"
    GARBLED_ANSWER = "garbled answer"
    AFTER_ANSWER = "after answer"
    GIVEN_UP = "adapter gave up"
    GATEWAY = "gateway broke"


ARRIVES = {Cut.AFTER_SEND, Cut.MID_ANSWER, Cut.GARBLED_ANSWER, Cut.AFTER_ANSWER}


class Naive(httpx.BaseTransport):
    """A provider that books every confirm it gets, over a line that can be cut.

    ``cuts`` maps an action to the cuts its next messages meet; a time-out takes ``seconds``.
    """

    seconds = 0.0

    def __init__(self, setting: Any, cuts: dict[str, list[Cut]]) -> None:
        self.inner = setting.client._line._client._transport
        self.place, self.cuts = setting, cuts
        self.arrived: list[str] = []
        self.sent: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        action = request.url.path.rsplit("/", 1)[-1]
        self.sent.append(action)
        waiting = self.cuts.get(action, [])
        cut = waiting.pop(0) if waiting else None
        if cut is Cut.BEFORE_SEND:
            raise httpx.ConnectError("refused")
        if cut is Cut.MID_SEND:
            raise httpx.WriteError("reset")
        if cut is Cut.GIVEN_UP:
            return httpx.Response(408, json={"error": {"code": "REQUEST_TIMEOUT"}})
        if cut is Cut.GATEWAY:
            return httpx.Response(502)
        self.arrived.append(action)
        response = self.inner.handle_request(request)
        body = response.read()
        if cut is Cut.AFTER_SEND:
            self.place.clock.sleep(self.seconds)
            raise httpx.ReadTimeout("nothing")
        if cut is Cut.MID_ANSWER:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        if cut is Cut.GARBLED_ANSWER:
            return httpx.Response(200, content=body[: len(body) // 2])
        if cut is Cut.AFTER_ANSWER:
            return httpx.Response(200, content=body, headers={"connection": "close"})
        return httpx.Response(response.status_code, content=body, headers=response.headers)


def over(
    place: Any, cuts: dict[str, list[Cut]], keep: Callable[[Any], None] = lambda record: None
) -> tuple[Any, Naive]:
    line = Naive(place, cuts)
    network = Network(
        name="cut",
        base_url="http://sandbox.gridflex.example/api",
        bpp_id=place.provider.subscriber_id,
        bpp_uri=place.provider.uri,
    )
    place.client = Client(network, Line(line), place.clock)
    place.ways = Ways(sleep=place.clock.sleep, keep=keep)
    return place.journey(), line


def up_to(journey: Any, *names: str) -> None:
    for name in names:
        assert getattr(journey, name)().ok


@pytest.fixture
def cut_setting(setting: Any) -> Any:
    return lambda: setting(mode=Mode.SYNC)


@pytest.mark.parametrize("cut", Cut)
def test_a_confirm_that_is_cut_books_exactly_once(cut_setting, cut):
    place = cut_setting()
    journey, line = over(place, {"confirm": [cut]})
    up_to(journey, "discover", "choose", "select", "init")
    step = journey.confirm()
    assert (step.ok, journey.record.state, journey.record.doubt) == (True, State.CONFIRMED, None)
    assert line.arrived.count("confirm") == 1
    expected = 1 if cut in ARRIVES else 2
    assert line.sent.count("confirm") == expected
    if cut is not Cut.AFTER_ANSWER:
        first = line.sent.index("confirm")
        assert line.sent[first + 1] == "status"


@pytest.mark.parametrize("cut", [Cut.MID_SEND, Cut.GATEWAY])
def test_what_may_still_arrive_is_not_sent_again_before_it_has_outlived_its_time(cut_setting, cut):
    place = cut_setting()
    journey, line = over(place, {"confirm": [cut]})
    up_to(journey, "discover", "choose", "select", "init")
    before = place.clock()
    journey.confirm()
    assert (place.clock() - before).total_seconds() >= 30
    assert line.sent.count("status") >= 2


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("times", [1, 2, 3, 20])
def test_when_status_is_cut_too_nothing_is_sent_twice(cut_setting, cut, times):
    place = cut_setting()
    journey, line = over(place, {"confirm": [cut], "status": [Cut.AFTER_SEND] * times})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    while journey.record.state is not State.CONFIRMED:
        assert journey.record.doubt is not None
        line.cuts["status"] = []
        journey.confirm()
    assert line.arrived.count("confirm") == 1
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == pytest.approx(0.0375)


def test_an_outcome_that_stays_unknown_is_said_and_kept(cut_setting):
    place = cut_setting()
    journey, line = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    step = journey.confirm()
    assert (step.problem, step.state) == ("NoAnswer", State.INITIALISED)
    assert step.sentence == "it is not known whether confirm took effect; it will be asked, not repeated"
    assert journey.record.doubt.action == "confirm"
    line.cuts["status"] = []
    assert journey.status().state is State.CONFIRMED
    assert journey.record.doubt is None
    assert journey.cancel().state is State.CANCELLED


def test_what_is_in_doubt_can_be_cancelled_once_it_can_take_effect_no_more(cut_setting):
    place = cut_setting()
    journey, line = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    resend_after = journey.record.doubt.resend_after
    place.clock.now = resend_after - timedelta(seconds=5)
    with pytest.raises(OutOfOrder, match="ask for the status first"):
        journey.cancel()
    place.clock.now = resend_after
    assert journey.cancel().state is State.CANCELLED
    assert line.arrived.count("confirm") == 1
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == 0


def test_a_confirmation_that_cannot_be_read_is_asked_about_again_not_sent_again(cut_setting):
    place = cut_setting()
    journey, line = over(place, {})
    up_to(journey, "discover", "choose", "select", "init")
    answering = line.inner.handle_request
    broken = True

    def unreadable(request: httpx.Request) -> httpx.Response:
        response = answering(request)
        if not broken:
            return response
        body = json.loads(response.read())
        window = body["message"]["order"]["beckn:orderItems"][0]["beckn:orderItemAttributes"]
        window["beckn:timeWindow"] = {"start": "some time"}
        return httpx.Response(200, json=body)

    line.inner.handle_request = unreadable
    assert journey.confirm().problem == "InvalidMessage"
    assert journey.confirm().problem == "InvalidMessage"
    assert journey.record.state is State.INITIALISED
    broken = False
    assert journey.confirm().state is State.CONFIRMED
    assert line.sent.count("confirm") == 1


def test_a_process_that_dies_while_confirming_asks_before_it_sends(cut_setting):
    place = cut_setting()
    kept: list[dict[str, Any]] = []

    class Killed(BaseException):
        pass

    journey, line = over(place, {}, lambda record: kept.append(record.model_dump(mode="json")))
    up_to(journey, "discover", "choose", "select", "init")
    sending = journey.talk.client._line.post

    def dies(*arguments: Any) -> Any:
        sending(*arguments)
        raise Killed

    journey.talk.client._line.post = dies  # the process is gone before it has read the answer
    with pytest.raises(Killed):
        journey.confirm()
    del journey.talk.client._line.post
    reborn = Journey(place.client, Record.model_validate(kept[-1]), place.trail.append, place.ways)
    assert reborn.record.doubt is not None
    assert reborn.confirm().state is State.CONFIRMED
    assert line.sent[-2:] == ["confirm", "status"]
    assert line.arrived.count("confirm") == 1


def test_a_trail_that_fails_at_confirm_leads_to_a_question_not_to_a_second_confirm(cut_setting):
    place = cut_setting()
    journey, line = over(place, {})
    up_to(journey, "discover", "choose", "select", "init")
    kept = journey.talk.audit

    def full(entry: Any) -> None:
        raise OSError("disk full")

    journey.talk.audit = full
    with pytest.raises(OSError, match="disk full"):
        journey.confirm()
    assert journey.record.state is State.INITIALISED
    journey.talk.audit = kept
    assert journey.confirm().state is State.CONFIRMED
    assert line.arrived.count("confirm") == 1


@pytest.mark.parametrize("cut", [Cut.AFTER_SEND, Cut.MID_ANSWER, Cut.GARBLED_ANSWER, Cut.GIVEN_UP, Cut.BEFORE_SEND])
def test_a_shift_that_is_cut_moves_the_load_once(cut_setting, cut):
    place = cut_setting()
    journey, line = over(place, {"update": [cut]})
    journey.run_all()
    assert journey.shift(0.01, "Leeds").ok
    assert journey.shift(0.005, "Leeds").ok
    assert line.arrived.count("update") == 2
    booking = place.provider.books.bookings[journey.record.order_id]
    assert booking.load_at(booking.terms.end) == pytest.approx(0.0225)


@pytest.mark.parametrize("cut", [Cut.AFTER_SEND, Cut.MID_ANSWER, Cut.GARBLED_ANSWER, Cut.BEFORE_SEND, Cut.GIVEN_UP])
def test_a_shift_in_doubt_that_is_asked_for_again_moves_the_load_once(cut_setting, cut):
    place = cut_setting()
    journey, line = over(place, {"update": [cut], "status": [Cut.AFTER_SEND] * 50})
    journey.run_all()
    assert journey.shift(0.01, "Leeds").problem == "NoAnswer"
    assert journey.record.doubt.event_id
    line.cuts["status"] = []
    if cut in ARRIVES:
        with pytest.raises(OutOfOrder, match="has taken effect; nothing is sent again"):
            journey.shift(0.01, "Leeds")
    else:
        assert journey.shift(0.01, "Leeds").ok
    assert journey.record.doubt is None
    assert line.arrived.count("update") == 1
    booking = place.provider.books.bookings[journey.record.order_id]
    assert booking.load_at(booking.terms.end) == pytest.approx(0.0275)


def test_an_alert_whose_answer_is_in_doubt_is_not_answered_otherwise(cut_setting):
    place = cut_setting()
    place.provider.misbehaviour = Misbehaviour.CARBON_SPIKE
    journey, line = over(place, {"update": [Cut.AFTER_SEND]})
    journey.run_all()
    assert journey.status().ok
    line.cuts["status"] = [Cut.AFTER_SEND] * 50
    assert not journey.shift(0.01, "Leeds").ok
    line.cuts["status"] = []
    with pytest.raises(OutOfOrder, match="has taken effect"):
        journey.answer_alert()
    assert journey.record.alert.answered
    assert line.arrived.count("update") == 1


def test_a_doubt_that_ends_in_terms_not_agreed_ends_in_a_cancel(cut_setting):
    place = cut_setting()
    place.provider.misbehaviour = Misbehaviour.PRICE_AT_CONFIRM
    journey, line = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    assert journey.confirm().problem == "NoAnswer"
    item = journey.record.chosen.window.item_id
    assert place.provider.booked_mw(item) > 0
    line.cuts["status"] = []
    assert journey.status().problem == "TermsBroken"
    assert (journey.record.state, journey.record.doubt) == (State.CANCELLED, None)
    assert place.provider.booked_mw(item) == 0
    assert line.sent.count("confirm") == 1


@pytest.mark.parametrize("again", ["confirm", "cancel"])
def test_nothing_is_confirmed_after_a_cancel_that_took_effect_unheard(cut_setting, again):
    place = cut_setting()
    journey, line = over(place, {"cancel": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    assert journey.cancel().problem == "NoAnswer"
    line.cuts["status"] = []
    if again == "confirm":
        with pytest.raises(OutOfOrder, match="confirm cannot follow cancelled"):
            journey.confirm()
    else:
        assert journey.cancel().ok
    assert journey.record.state is State.CANCELLED
    assert (line.sent.count("confirm"), line.sent.count("cancel")) == (0, 1)


def test_cancelling_what_was_confirmed_on_other_terms_unheard_cancels_once(cut_setting):
    place = cut_setting()
    place.provider.misbehaviour = Misbehaviour.PRICE_AT_CONFIRM
    journey, line = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    line.cuts["status"] = []
    assert journey.cancel().ok
    assert journey.record.state is State.CANCELLED
    assert line.sent.count("cancel") == 1


def test_the_timeline_shows_what_was_tried_and_how_the_outcome_became_known(cut_setting):
    place = cut_setting()
    journey, _ = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.BEFORE_SEND]})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    told = [(step.action, step.problem, step.sentence) for step in journey.record.steps[4:]]
    assert told == [
        (
            "confirm",
            "NoAnswer",
            "no answer in time; asking for the order's status before anything is sent again",
        ),
        ("status", "NoAnswer", "the peer could not be reached; outcome of confirm not known yet"),
        ("confirm", "", f"order {journey.record.order_id} confirmed, as its status says"),
    ]


@pytest.mark.parametrize("cut", Cut)
def test_a_cancel_that_is_cut_cancels(cut_setting, cut):
    place = cut_setting()
    journey, _ = over(place, {"cancel": [cut]})
    journey.run_all()
    assert journey.cancel().state is State.CANCELLED
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == 0


def test_an_order_left_pending_is_asked_about_and_never_sent_again(cut_setting):
    place = cut_setting()
    journey, line = over(place, {})
    up_to(journey, "discover", "choose", "select", "init")
    answering = line.inner.handle_request
    pending = True

    def undecided(request: httpx.Request) -> httpx.Response:
        response = answering(request)
        if not pending:
            return response
        body = json.loads(response.read())
        body["message"]["order"]["beckn:orderStatus"] = "PENDING"
        return httpx.Response(200, json=body)

    line.inner.handle_request = undecided
    step = journey.confirm()
    assert (step.problem, step.state) == ("NoAnswer", State.INITIALISED)
    assert line.sent.count("confirm") == 1
    pending = False
    assert journey.confirm().state is State.CONFIRMED
    assert line.sent.count("confirm") == 1


def test_a_doubt_past_the_runs_start_is_cleared_by_asking(cut_setting):
    place = cut_setting()
    journey, line = over(place, {"confirm": [Cut.AFTER_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    line.cuts["status"] = []
    place.clock.now = journey.record.terms.start.replace(minute=1)
    assert journey.confirm().state in (State.CONFIRMED, State.IN_PROGRESS)
    assert line.arrived.count("confirm") == 1


def test_a_confirm_that_never_arrived_expires_with_the_run(cut_setting):
    place = cut_setting()
    journey, line = over(place, {"confirm": [Cut.MID_SEND], "status": [Cut.AFTER_SEND] * 50})
    up_to(journey, "discover", "choose", "select", "init")
    journey.confirm()
    line.cuts["status"] = []
    place.clock.now = journey.record.terms.start.replace(minute=1)
    assert journey.confirm().state is State.EXPIRED
    assert line.arrived.count("confirm") == 0


@pytest.mark.parametrize(
    ("cut", "asked"), [(Cut.GIVEN_UP, 3), (Cut.GATEWAY, 3), (Cut.AFTER_SEND, 3), (Cut.BEFORE_SEND, 3)]
)
@pytest.mark.parametrize("action", ["discover", "select", "init"])
def test_questions_are_asked_three_times_with_fresh_message_ids(cut_setting, action, cut, asked):
    place = cut_setting()
    journey, line = over(place, {action: [cut] * 3})
    names = ("discover", "choose", "select", "init")
    up_to(journey, *names[: names.index(action)])
    step = getattr(journey, action)()
    assert not step.ok
    assert line.sent.count(action) == 3
    entries = [entry for entry in place.trail if entry.action == action]
    assert len({entry.message_id for entry in entries}) == 3
    assert getattr(journey, action)().ok


@pytest.mark.parametrize("action", ["select", "confirm"])
def test_a_dead_network_costs_minutes_not_an_afternoon(cut_setting, action):
    place = cut_setting()
    journey, line = over(place, {action: [Cut.AFTER_SEND] * 9, "status": [Cut.AFTER_SEND] * 9})
    names = ("discover", "choose", "select", "init")
    up_to(journey, *names[: 2 if action == "select" else 4])
    line.seconds = 35.0
    before = place.clock()
    assert getattr(journey, action)().problem == "NoAnswer"
    assert (place.clock() - before).total_seconds() < 150


def test_an_answer_that_is_no_text_is_still_kept_as_one(cut_setting):
    place = cut_setting()
    journey, line = over(place, {})
    line.inner.handle_request = lambda request: httpx.Response(200, content=b"\x00\xff")
    step = journey.discover()
    assert (step.problem, step.answer) == ("InvalidMessage", "\ufffd\ufffd")


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_refusal_is_not_asked_again(cut_setting, status):
    place = cut_setting()
    journey, line = over(place, {})
    up_to(journey, "discover", "choose")
    line.inner.handle_request = lambda request: httpx.Response(status, json={"error": "no"})
    step = journey.select()
    assert (step.problem, step.http_status, step.state) == ("Nack", status, State.FAILED)
    assert line.sent.count("select") == 1
