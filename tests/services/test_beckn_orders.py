"""Orders of a workspace: kept step by step, found again, written into the trail from both sides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.errors import Conflict, Forgotten, OutOfOrder
from gridflex.planning.objective import CARBON_ONLY, COST_ONLY, Objective
from gridflex.services.beckn_desk import advance, next_step, rehearsed, run_rest
from gridflex.services.beckn_lines import trouble
from gridflex.services.beckn_trail import both_sides
from gridflex.services.beckn_workload import Wish, chooser
from gridflex.store.forget import forget
from tests.bench import NOW, Bench, hour, job
from tests.services.beckn_bench import WISH, Place


@pytest.fixture
def place(here: Bench) -> Place:
    return Place(here, objective=CARBON_ONLY)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("dialect", Dialect)
def test_every_step_is_kept_and_stands_in_the_trail_from_both_sides(place: Place, mode: Mode, dialect: Dialect) -> None:
    own = place.bench.own(job())
    opened = place.begin(own, mode=mode, dialect=dialect)
    steps = run_rest(opened)
    assert [(step.action, step.problem) for step in steps] == [
        (name, "") for name in ("discover", "choose", "select", "init", "confirm")
    ]
    (order,) = place.orders.listed(own.id)
    assert (order.state, order.job_id, order.summary["window"]) == ("confirmed", "a", "Cambridge 19:00 window")
    assert order.summary["cost_gbp"] == pytest.approx(1.0)
    said = place.said(own)
    assert [one["action"] for one in said if one["side"] == "buyer"] == [step.action for step in steps]
    assert [one["after"] for one in said if one["side"] == "buyer"][-1] == "confirmed"
    assert {one["job"] for one in said if one["side"] == "buyer"} == {"a"}
    pairs = both_sides(place.bench.rows(own, "beckn")[::-1], opened.record.transaction_id)
    assert [pair.action for pair in pairs] == ["discover", "select", "init", "confirm"]
    assert all(pair.agree for pair in pairs)
    assert all(one["http_status"] == 200 for one in said if one["side"] == "buyer" and one["request_sha256"])
    assert place.bench.trail.verify(own.id).count == len(place.bench.rows(own))


def test_one_step_at_a_time(place: Place) -> None:
    opened = place.begin(place.bench.own(job()))
    for name, state in (
        ("discover", "discovered"),
        ("select", "quoted"),
        ("init", "initialised"),
        ("confirm", "confirmed"),
    ):
        assert next_step(opened.record) == name
        assert advance(opened)[-1].state.value == state
    assert next_step(opened.record) == ""


def test_another_process_goes_on_where_this_one_stopped(place: Place) -> None:
    own = place.bench.own(job())
    opened = place.begin(own)
    advance(opened)
    advance(opened)
    other = place.again()
    found = other.orders.resume(other.dealing(own), opened.record.transaction_id)
    assert found is not None
    assert [step.action for step in run_rest(found)] == ["init", "confirm"]
    assert found.journey.status().state is State.CONFIRMED, "the sandbox, too, remembers"
    assert other.orders.resume(other.dealing(own), "none") is None


def test_of_two_tabs_one_takes_the_step(place: Place) -> None:
    own = place.bench.own(job())
    first = place.begin(own)
    advance(first)
    second = place.orders.resume(place.dealing(own), first.record.transaction_id)
    assert second is not None
    run_rest(first)
    with pytest.raises(Conflict):
        advance(second)
    (order,) = place.orders.listed(own.id)
    assert order.state == "confirmed"
    served = [one["action"] for one in place.said(own) if one["side"] == "provider"]
    assert served.count("confirm") == 1


def test_a_binding_message_is_in_doubt_on_disk_before_it_is_sent(place: Place) -> None:
    own = place.bench.own(job())
    opened = place.begin(own, misbehaviour=Misbehaviour.TIME_OUT)
    seen: list[str] = []
    answer = place.orders.orders.keep_books

    def spy(*given: object) -> None:
        kept = place.orders.orders.load(own.id, opened.record.transaction_id)
        assert kept is not None
        seen.append(str((kept[1]["doubt"] or {}).get("action")))
        answer(*given)  # type: ignore[arg-type]

    advance(opened)
    advance(opened)
    advance(opened)
    place.orders.orders.keep_books = spy  # type: ignore[method-assign]
    (step,) = advance(opened)
    assert seen[0] == "confirm"
    assert (step.state, step.problem) == (State.CONFIRMED, ""), "asked for by status, not sent again"
    served = [one["action"] for one in place.said(own) if one["side"] == "provider"]
    assert (served.count("confirm"), served.count("status")) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "state", "problem"),
    [
        (Misbehaviour.NACK, State.FAILED, "Nack"),
        (Misbehaviour.WINDOW_GONE, State.FAILED, "Nack"),
        (Misbehaviour.PRICE_CHANGED, State.FAILED, "TermsBroken"),
        (Misbehaviour.PRICE_AT_CONFIRM, State.CANCELLED, "TermsBroken"),
        (Misbehaviour.OVER_BUDGET, State.FAILED, "TermsBroken"),
    ],
)
def test_misbehaviour_ends_in_a_sentence_and_another_window_can_be_tried(
    place: Place, fault: Misbehaviour, state: State, problem: str
) -> None:
    own = place.bench.own(job())
    opened = place.begin(own, misbehaviour=fault)
    steps = run_rest(opened)
    assert (opened.record.state, steps[-1].problem) == (state, problem)
    assert place.settle(own, opened) is own, "the queue is as it was"
    other = place.orders.begin(place.dealing(own), opened.record.workload, opened.keeper.queue, without=opened.journey)
    run_rest(other)
    assert other.record.state is State.CONFIRMED
    assert other.record.chosen is not None
    assert opened.record.chosen is not None
    assert other.record.chosen.window.key != opened.record.chosen.window.key


def test_a_spike_is_pushed_kept_and_answered(place: Place) -> None:
    own = place.bench.own(job())
    opened = place.begin(own, misbehaviour=Misbehaviour.CARBON_SPIKE)
    assert run_rest(opened)[-1].action == "on_update"
    kept = place.orders.resume(place.dealing(own), opened.record.transaction_id)
    assert kept is not None
    assert kept.record.alert is not None
    assert not kept.record.alert.answered
    assert kept.journey.answer_alert().ok
    again = place.orders.resume(place.dealing(own), opened.record.transaction_id)
    assert again is not None
    assert again.record.alert is not None
    assert again.record.alert.answered


def test_runs_that_begin_and_end_are_heard_of(place: Place) -> None:
    own = place.bench.own(job())
    opened, _ = place.order(own)
    states = []
    for hours in (1.0, 1.0, 1.0, 1.0):
        place.wait(hours=hours)
        place.orders.look_after(place.dealing(own), place.now)
        states.append(place.orders.listed(own.id)[0].state)
    assert states == ["confirmed", "in progress", "completed", "completed"]
    asked = [one for one in place.said(own) if one["side"] == "provider" and one["action"] == "status"]
    assert len(asked) == 2, "once when it began, once when it was over"
    found = place.orders.resume(place.dealing(own), opened.record.transaction_id)
    assert found is not None
    # 10 kWh from 19:00 to 20:00, when the grid was at 140
    assert found.record.metrics["carbonMetrics"]["actualCarbon"] == pytest.approx(1.4)


def test_a_quote_nobody_takes_up_expires_by_itself(place: Place) -> None:
    own = place.bench.own(job())
    opened = place.begin(own)
    for _ in range(3):
        advance(opened)
    assert opened.record.state is State.INITIALISED
    states = []
    for minutes in (20, 20, 20):
        place.wait(minutes=minutes)
        place.orders.look_after(place.dealing(own), place.now)
        states.append(place.orders.listed(own.id)[0].state)
    assert states == ["initialised", "expired", "expired"]
    last = place.said(own)[-1]
    assert (last["action"], last["before"], last["after"]) == ("expire", "initialised", "expired")
    found = place.orders.resume(place.dealing(own), opened.record.transaction_id)
    assert found is not None
    assert trouble(found.record) == "The order has expired: what was found is more than half an hour old"


def test_where_nothing_can_be_pushed_an_order_in_force_is_asked_about(place: Place) -> None:
    own = place.bench.own(job())
    spiked: dict[str, Any] = {"misbehaviour": Misbehaviour.CARBON_SPIKE, "mode": Mode.SYNC}
    opened, _ = place.order(own, **spiked)
    assert opened.record.alert is None
    for minutes, steps in ((4, 5), (1, 6), (4, 6)):
        place.wait(minutes=minutes)
        place.orders.look_after(place.dealing(own, **spiked), place.now)
        found = place.orders.resume(place.dealing(own, **spiked), opened.record.transaction_id)
        assert found is not None
        assert len(found.record.steps) == steps
    assert found.record.alert is not None


def test_a_real_network_is_asked_in_the_background(place: Place) -> None:
    own = place.bench.own(job())
    sandbox = place.dealing(own, mode=Mode.SYNC).client
    place.orders.remote = sandbox
    opened, _ = place.order(own)
    place.wait(hours=2)
    place.orders.look_after(place.dealing(own), place.now)
    errand = place.orders.errands.look(opened.record.transaction_id)
    if errand is not None:
        errand.future.result(10)
    place.orders.errands.close()
    assert place.orders.listed(own.id)[0].state == "in progress"


def test_orders_of_another_network_are_left_alone(place: Place) -> None:
    own = place.bench.own(job())
    place.order(own)
    place.wait(hours=2)
    dealing = place.dealing(own)
    dealing.client.network = replace(dealing.client.network, name="elsewhere")
    before = len(place.said(own))
    place.orders.look_after(dealing, place.now)
    assert len(place.said(own)) == before


def test_workspaces_keep_apart(place: Place) -> None:
    spaces = [place.bench.own(job()) for _ in range(4)]

    def go(own: object) -> list[str]:
        opened = place.begin(own)  # type: ignore[arg-type]
        run_rest(opened)
        return [opened.record.transaction_id, opened.record.state.value]

    def reached(own: object) -> list[list[str]]:
        with ThreadPoolExecutor(1) as pool:
            return [pool.submit(go, own).result() for _ in range(3)]

    with ThreadPoolExecutor(4) as pool:
        found = dict(zip([own.id for own in spaces], pool.map(reached, spaces), strict=True))
    for own in spaces:
        mine = {order.transaction_id for order in place.orders.listed(own.id)}
        assert mine == {transaction for transaction, _ in found[own.id]}
        assert {state for _, state in found[own.id]} == {"confirmed"}
        assert {one["transaction_id"] for one in place.said(own)} == mine
        assert place.bench.trail.verify(own.id).count == len(place.bench.rows(own))


def test_a_window_already_booked_has_less_to_give(place: Place) -> None:
    own = place.bench.own(job("a", kwh=4000.0), job("b", kwh=4000.0))
    first, own = place.order(own)
    second = place.begin(own, row=1)
    advance(second)
    (cambridge,) = [one for one in second.record.candidates if one.window.locality == "Cambridge"]
    assert first.record.chosen is not None
    assert first.record.chosen.window.locality == "Cambridge"
    assert cambridge.passed_over == "1 MW free, 4 MW needed"


def test_a_rehearsal_is_written_nowhere(place: Place) -> None:
    own = place.bench.own(job())
    rows = len(place.bench.rows(own))
    workload = place.begin(own).record.workload
    journey = rehearsed(place.outlook(own), workload, chooser(CARBON_ONLY), own.site.region, NOW)
    assert len(journey.record.candidates) == 8
    assert len(place.bench.rows(own)) == rows
    assert place.orders.listed(own.id) == []


def test_the_choice_is_the_planners_objective(place: Place) -> None:
    own = place.bench.own(job(hours=2.0))
    workload = place.begin(own).record.workload

    def chosen(objective: Objective) -> str:
        journey = rehearsed(place.outlook(own), workload, chooser(objective), own.site.region, NOW)
        return journey.choose().sentence

    assert "is the cleanest: 1.20 kg" in chosen(CARBON_ONLY)
    assert "costs least: £1.00 with carbon at £0/t; as good: " in chosen(COST_ONLY), "all cost the same: said"
    assert chosen(COST_ONLY).startswith("Glasgow 17:30 window"), "of equals the earliest"


def test_a_window_is_compared_with_running_now_and_with_the_best_own_start(place: Place) -> None:
    workload = place.begin(place.bench.own(job())).record.workload
    assert workload.run_now is not None
    assert workload.best_run is not None
    assert (workload.run_now.start, workload.run_now.carbon_kg) == (hour(0), pytest.approx(2.0))
    assert (workload.best_run.start, workload.best_run.carbon_kg) == (hour(4), pytest.approx(1.0))
    assert workload.run_now.cost_gbp == workload.best_run.cost_gbp == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("wish", "passed_over"),
    [
        (Wish(100.0), "g/kWh is above the threshold of 100"),
        (Wish(2000.0, renewables=100.0), "% renewable is below the 100 % asked for"),
        (Wish(2000.0, regions=(13,)), "not in London"),
    ],
)
def test_every_wish_is_kept(place: Place, wish: Wish, passed_over: str) -> None:
    opened = place.begin(place.bench.own(job()), wish=wish)
    advance(opened)
    reasons = [one.passed_over for one in opened.record.candidates if not one.fits]
    assert reasons
    assert all(passed_over in reason for reason in reasons)
    assert all(one.window.locality == "London" for one in opened.record.candidates if one.fits)


def test_nothing_is_ordered_where_nothing_fits(place: Place) -> None:
    opened = place.begin(place.bench.own(job()), wish=Wish(10.0))
    steps = run_rest(opened)
    assert (steps[-1].problem, opened.record.state) == ("NoWindowFits", State.DISCOVERED)


def test_the_deadline_is_the_jobs_own(place: Place) -> None:
    own = place.bench.own(job(deadline=NOW + timedelta(hours=5, minutes=20)))
    opened = place.begin(own, wish=WISH)
    advance(opened)
    assert opened.record.workload.deadline == hour(5)
    late = [one for one in opened.record.candidates if one.start > hour(4)]
    assert all("after the deadline of Thu 8 Jan 22:00" in one.passed_over for one in late)


def test_a_step_out_of_order_is_refused(place: Place) -> None:
    opened = place.begin(place.bench.own(job()))
    with pytest.raises(OutOfOrder):
        opened.journey.init()


def test_an_order_under_way_leaves_nothing_behind_once_its_workspace_is_forgotten(place: Place) -> None:
    own = place.bench.own(job())
    opened = place.begin(own)
    advance(opened)
    forget(place.bench.database, own.id, NOW, "asked for by its visitor")
    with pytest.raises(Forgotten):
        run_rest(opened)
    assert place.orders.listed(own.id) == []
    assert [row.content for row in place.bench.rows(own, "beckn") if row.content] == []
