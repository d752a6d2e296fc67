from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from gridflex.beckn.journey import Journey
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.domain.decisions import Action as Decided
from gridflex.errors import OutOfOrder, StoreError

FOUR = ("discover", "choose", "select", "init", "confirm")
BOTH = pytest.mark.parametrize("mode", Mode)


@BOTH
@pytest.mark.parametrize("dialect", Dialect)
def test_runs_from_discovery_to_a_confirmed_order(setting, mode, dialect):
    place = setting(mode=mode, dialect=dialect)
    journey = place.journey()
    steps = journey.run_all()
    assert [(step.action, step.problem) for step in steps] == [(name, "") for name in FOUR]
    assert journey.record.state is State.CONFIRMED
    assert steps[0].sentence == "8 windows found, 8 fit"
    assert steps[2].sentence == "quote £15.00 for 150 kWh"
    assert steps[3].sentence == "0.0375 MW reserved for 4 h"
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == pytest.approx(0.0375)


def test_what_the_order_means_for_the_job(setting):
    journey = setting().journey()
    with pytest.raises(OutOfOrder, match="cannot follow new"):
        _ = journey.placement
    journey.run_all()
    placed = journey.placement
    assert placed.action is Decided.DEFER
    assert placed.start == journey.record.terms.start
    assert placed.cost_gbp == pytest.approx(15.0)


def test_another_zone_is_a_shift_with_its_transfer(setting):
    journey = setting().journey(region=13)
    journey.discover()
    elsewhere = next(c for c in journey.record.candidates if c.window.region == 10)
    journey.choose(elsewhere.window.key)
    assert [journey.select().ok, journey.init().ok, journey.confirm().ok] == [True] * 3
    assert journey.placement.action is Decided.SHIFT_REGION
    assert journey.placement.transfer_kwh == 2.0


def test_a_job_that_cannot_move_gets_only_its_own_zone(setting):
    journey = setting().journey(region=13, transfer=None)
    journey.discover()
    fitting = {c.window.locality for c in journey.record.candidates if c.fits}
    assert fitting == {"London"}
    assert {c.passed_over for c in journey.record.candidates if not c.fits} == {"job cannot move"}


def test_the_windows_agree_with_the_outlook(setting):
    place = setting()
    journey = place.journey()
    journey.discover()
    from_outlook = place.provider._outlook
    for candidate in journey.record.candidates:
        window = candidate.window
        count = int(window.hours * 2)
        intensity = from_outlook.intensity(window.region, window.start, count)
        assert window.intensity == pytest.approx(sum(intensity) / count, abs=0.05)
        assert window.price == pytest.approx(sum(from_outlook.price(window.start, count)) / count, abs=1e-5)
        assert window.renewable_percent == 60 - window.region


def test_every_exchange_is_in_the_trail_with_the_hash_of_its_bytes(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    asked = [step for step in journey.record.steps if step.request]
    told = [entry for entry in place.trail if entry.request_sha256]
    assert [(e.before.value, e.after.value) for e in told] == [
        ("new", "discovered"),
        ("discovered", "quoted"),
        ("quoted", "initialised"),
        ("initialised", "confirmed"),
    ]
    for step, entry in zip(asked, told, strict=True):
        assert entry.request_sha256 == hashlib.sha256(step.request.encode()).hexdigest()
        assert entry.answer_sha256 == hashlib.sha256(step.answer.encode()).hexdigest()
        assert (entry.message_id, entry.http_status, entry.latency_ms) == (step.message_id, 200, step.ms)
        assert json.loads(step.request)["context"]["transaction_id"] == entry.transaction_id
    assert len({entry.message_id for entry in told}) == 4


def test_what_the_trail_cannot_keep_does_not_happen(setting):
    place = setting()
    journey = place.journey()

    def full(entry):
        raise StoreError("disk full")

    journey.talk.audit = full
    with pytest.raises(StoreError):
        journey.discover()
    assert journey.record.state is State.NEW
    assert journey.record.steps == []


def test_both_sides_sign_and_both_are_verified(setting):
    steps = setting().journey().run_all()
    for step in steps:
        if step.request:
            assert step.signed == "gridflex.example, key demo-key"
            assert step.verified == "signed by sandbox.gridflex.example, key demo-key"


@BOTH
def test_another_process_can_go_on(setting, mode):
    place = setting(mode=mode)
    first = place.journey()
    first.discover()
    first.choose()
    first.select()
    kept, books = json.dumps(first.to_dict()), json.dumps(place.provider.to_dict())
    other = setting(mode=mode)
    other.provider.restore(json.loads(books))
    second = Journey.from_dict(json.loads(kept), other.client, other.trail.append, other.ways)
    assert second.record == first.record
    assert [second.init().ok, second.confirm().ok] == [True, True]
    assert second.record.state is State.CONFIRMED


@pytest.mark.parametrize("name", ["select", "init", "confirm", "status", "answer_alert", "rate", "support", "choose"])
def test_steps_cannot_be_taken_out_of_order(setting, name):
    journey = setting().journey()
    with pytest.raises(OutOfOrder):
        getattr(journey, name)()


def test_a_window_that_was_not_found_or_does_not_fit_cannot_be_chosen(setting):
    journey = setting().journey(duration_hours=5)
    journey.discover()
    with pytest.raises(OutOfOrder, match="does not fit"):
        journey.choose("item/offer")
    short = next(c for c in journey.record.candidates if c.window.hours == 4)
    with pytest.raises(OutOfOrder, match="does not fit"):
        journey.choose(short.window.key)
    with pytest.raises(OutOfOrder, match="chosen first"):
        journey.select()


def test_moving_a_slider_asks_nobody(setting):
    place = setting()
    journey = place.journey()
    journey.discover()
    count = len(place.trail)
    journey.reconsider(journey.record.workload.model_copy(update={"carbon_threshold": 10.0}))
    step = journey.choose()
    assert (step.problem, step.sentence) == ("NoWindowFits", "8 windows found, 0 fit: none can be ordered")
    assert all("above the threshold of 10" in c.passed_over for c in journey.record.candidates)
    journey.reconsider(journey.record.workload.model_copy(update={"carbon_threshold": 150.0}))
    assert journey.choose().ok
    assert all(not entry.request_sha256 for entry in place.trail[count:])


def test_quotes_lapse_after_half_an_hour(setting):
    place = setting()
    journey = place.journey()
    journey.discover()
    journey.choose()
    place.clock.now += timedelta(minutes=31)
    step = journey.select()
    assert (step.problem, step.state) == ("OutOfOrder", State.EXPIRED)
    assert place.trail[-1].after is State.EXPIRED


@pytest.mark.parametrize("last", ["select", "init"])
def test_nothing_is_ordered_after_the_run_was_to_start(setting, last):
    place = setting()
    journey = place.journey(carbon_threshold=2000.0)
    journey.discover()
    soonest = min(journey.record.candidates, key=lambda c: c.start)
    journey.choose(soonest.window.key)
    for name in ("select", "init")[: ("select", "init").index(last) + 1]:
        assert getattr(journey, name)().ok
    journey.record.discovered_at = soonest.start
    place.clock.now = soonest.start + timedelta(seconds=1)
    step = journey.confirm() if last == "init" else journey.init()
    assert step.state is State.EXPIRED
    assert place.provider.booked_mw(soonest.window.item_id) == 0


def test_backing_out_before_anything_is_ordered_asks_nobody(setting):
    place = setting()
    journey = place.journey()
    journey.discover()
    assert journey.cancel().state is State.CANCELLED
    assert len(place.trail) == 2


def test_cancel_frees_the_window(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    item = journey.record.chosen.window.item_id
    step = journey.cancel("plans changed")
    assert (step.ok, step.state) == (True, State.CANCELLED)
    assert "plans changed" in step.request
    assert place.provider.booked_mw(item) == 0
    with pytest.raises(OutOfOrder, match="cannot follow cancelled"):
        journey.cancel()


def test_status_follows_the_clock_and_ends_with_the_figures(setting):
    place = setting()
    journey = place.journey()
    journey.run_all()
    terms = journey.record.terms
    assert journey.status().state is State.CONFIRMED
    place.clock.now = terms.start + timedelta(hours=1)
    assert journey.status().state is State.IN_PROGRESS
    place.clock.now = terms.end
    assert journey.status().state is State.COMPLETED
    outlook = place.provider._outlook
    kg = sum(terms.load_mw * 0.5 * g for g in outlook.intensity(journey.record.chosen.window.region, terms.start, 8))
    assert journey.record.metrics["performanceMetrics"]["energyConsumed"] == pytest.approx(0.15)
    assert journey.record.metrics["carbonMetrics"]["actualCarbon"] == pytest.approx(kg, abs=0.001)
    assert journey.record.metrics["costMetrics"]["actualCost"] == pytest.approx(15.0)
    assert journey.rate(4, "clean as promised").ok
    assert journey.support().sentence == "support: GridFlex, support@gridflex.example"


@BOTH
def test_load_shifted_away_is_neither_used_nor_paid(setting, mode):
    place = setting(mode=mode)
    journey = place.journey()
    journey.run_all()
    terms = journey.record.terms
    place.clock.now = terms.start + timedelta(hours=2)
    journey.status()
    step = journey.shift(0.01, "Leeds", battery_mw=0.005, checkpoint_at=place.clock.now)
    assert (step.ok, step.state, step.sentence) == (True, State.IN_PROGRESS, "0.01 MW shifted to Leeds")
    assert "batterySupportActivated" in step.request
    place.clock.now = terms.end
    journey.status()
    assert journey.record.metrics["performanceMetrics"]["energyConsumed"] == pytest.approx(0.15 - 0.02)
    assert journey.record.metrics["costMetrics"]["actualCost"] == pytest.approx(13.0)


def test_a_job_that_cannot_move_cannot_shift_and_no_more_than_its_load_can(setting):
    fixed = setting().journey(transfer=None)
    fixed.run_all()
    with pytest.raises(OutOfOrder, match="cannot move"):
        fixed.shift(0.01, "Leeds")
    journey = setting().journey()
    journey.run_all()
    with pytest.raises(OutOfOrder, match=r"between 0 and 0\.0375 MW"):
        journey.shift(0.05, "Leeds")


@BOTH
def test_a_carbon_alert_is_heard_and_answered_with_what_it_costs(setting, mode):
    place = setting(Misbehaviour.CARBON_SPIKE, mode)
    journey = place.journey()
    journey.run_all()
    status = journey.status()
    alert = journey.record.alert
    assert "with an alert" in status.sentence
    assert alert.intensity == pytest.approx(journey.record.terms.intensity * 2.5, abs=0.1)
    step = journey.answer_alert("deadline")
    assert step.ok
    impact = json.loads(step.request)["message"]["order"]["beckn:fulfillment"]["beckn:deliveryAttributes"][
        "beckn:flexibilityAction"
    ]["decision"]["carbonBudgetImpact"]
    assert impact["originalBudget"] == pytest.approx(journey.record.terms.carbon_budget_kg, abs=0.001)
    assert impact["projectedEmissions"] == pytest.approx(0.15 * alert.intensity, abs=0.001)
    assert journey.record.alert.answered
    assert journey.status().sentence == "the order is confirmed"
    with pytest.raises(OutOfOrder, match="no alert"):
        journey.answer_alert()


def test_in_async_mode_the_alert_is_pushed_and_in_the_trail(setting):
    place = setting(Misbehaviour.CARBON_SPIKE, Mode.ASYNC)
    journey = place.journey()
    journey.run_all()
    (pushed,) = journey.take_pushed()
    assert (pushed.action, pushed.ok, pushed.verified) == (
        "on_update",
        True,
        "signed by sandbox.gridflex.example, key demo-key",
    )
    assert place.trail[-1].answer_sha256 == hashlib.sha256(pushed.answer.encode()).hexdigest()
    assert journey.take_pushed() == ()
    assert journey.shift(0.01, "Leeds").ok
    assert journey.record.alert.answered


@pytest.mark.parametrize(
    ("misbehaviour", "mode", "last", "problem", "state"),
    [
        (Misbehaviour.NACK, Mode.ASYNC, "init", "Nack", State.FAILED),
        (Misbehaviour.NACK, Mode.SYNC, "init", "Nack", State.QUOTED),
        (Misbehaviour.WINDOW_GONE, Mode.ASYNC, "confirm", "Nack", State.FAILED),
        (Misbehaviour.WINDOW_GONE, Mode.SYNC, "confirm", "Nack", State.FAILED),
        (Misbehaviour.PRICE_CHANGED, Mode.ASYNC, "init", "TermsBroken", State.FAILED),
        (Misbehaviour.OVER_BUDGET, Mode.ASYNC, "init", "TermsBroken", State.FAILED),
        (Misbehaviour.TIME_OUT, Mode.ASYNC, "confirm", "", State.CONFIRMED),
        (Misbehaviour.TIME_OUT, Mode.SYNC, "confirm", "", State.CONFIRMED),
    ],
)
def test_each_misbehaviour_is_handled(setting, misbehaviour, mode, last, problem, state):
    place = setting(misbehaviour, mode)
    journey = place.journey()
    step = journey.run_all()[-1]
    assert (step.action, step.problem, journey.record.state) == (last, problem, state)
    booked = place.provider.booked_mw(journey.record.chosen.window.item_id)
    assert booked == pytest.approx(0.0375 if state is State.CONFIRMED else 0.0)


def test_a_confirmation_on_other_terms_is_taken_back(setting):
    place = setting(Misbehaviour.PRICE_AT_CONFIRM)
    journey = place.journey()
    step = journey.run_all()[-1]
    assert (step.problem, step.state) == ("TermsBroken", State.INITIALISED)
    assert journey.record.steps[-1].action == "cancel"
    assert journey.record.state is State.CANCELLED
    assert place.provider.booked_mw(journey.record.chosen.window.item_id) == 0


def test_after_a_failure_the_next_best_window_is_tried(setting):
    place = setting(Misbehaviour.WINDOW_GONE)
    journey = place.journey()
    journey.run_all()
    place.provider.misbehaviour = Misbehaviour.NONE
    second = journey.again()
    second.run_all()
    assert second.record.state is State.CONFIRMED
    assert second.record.transaction_id != journey.record.transaction_id
    assert second.record.choice.key != journey.record.choice.key
    passed = {c.window.key: c.passed_over for c in second.record.candidates}
    assert passed[journey.record.choice.key] == "tried before, without success"


def test_capacity_that_is_sold_is_gone_for_the_next(setting):
    place = setting()
    big = {"energy_kwh": 9_000.0}
    first = place.journey(**big)
    first.run_all()
    second = place.journey(**big)
    second.discover()
    taken = next(c for c in second.record.candidates if c.window.key == first.record.choice.key)
    free = first.record.chosen.window.capacity_mw - 2.25
    assert taken.window.capacity_mw == pytest.approx(free)
    assert taken.fits == (free >= 2.25)
