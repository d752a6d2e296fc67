"""What an order does to the queue: its job is bound to the run as it was ordered, until the order ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gridflex.agents.explain import Explained, explain
from gridflex.beckn.states import State
from gridflex.domain.controls import Controls
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.errors import InputError
from gridflex.planning.objective import CARBON_ONLY
from gridflex.services.beckn_commit import bound_job, free_lost
from gridflex.services.beckn_desk import advance, run_rest
from gridflex.services.beckn_undo import undo
from gridflex.services.headline import totals
from gridflex.services.job_table import job_table
from gridflex.services.overrides import Override
from gridflex.services.tick import Outcome, tick_all
from gridflex.services.workspace import QueueKind, Workspace
from tests.bench import NOW, Bench, hour, job
from tests.services.beckn_bench import WISH, Place, in_region


@pytest.fixture
def place(here: Bench) -> Place:
    return Place(here, objective=CARBON_ONLY)


def told(place: Place, own: Workspace, row: int = 0) -> Explained:
    return explain(place.bench.desk.decide(own, place.view(own.site.region, own)), [row])[0]


def test_a_confirmed_order_moves_its_job_at_the_orders_cost_and_carbon(place: Place) -> None:
    own = place.bench.own(job(), job("b"), controls=Controls())
    assert told(place, own).start != hour(2), "the plan alone would run it at another time"
    opened, bound = place.order(own)
    found = told(place, bound)
    assert (found.action, found.rationale, found.start) == (Action.DEFER, Rationale.WINDOW_ORDERED, hour(2))
    # the window's mean over 19:00 to 23:00 is 120 g, the first hour alone would be 140
    assert found.intensity == pytest.approx(120)
    assert found.price == pytest.approx(0.10)
    assert found.sentence.startswith("An energy window is ordered for it: runs at 19:00. Its run averages 120 g/kWh")
    assert opened.record.order_id in bound.reasons["a"]
    assert bound_job(bound, opened.record.order_id) == "a"
    assert told(place, bound, 1).rationale is not Rationale.WINDOW_ORDERED
    override = place.bench.rows(bound, "override")[-1]
    assert (override.subject, override.data["action"]) == ("a", "defer")
    assert opened.record.order_id in override.data["reason"]


def test_the_same_figure_stands_in_the_plan_the_table_and_the_order(place: Place) -> None:
    own = place.bench.own(job(kwh=37.0))
    opened, bound = place.order(own)
    decided = place.bench.desk.decide(bound, place.view(0, bound))
    terms = opened.record.terms
    assert terms is not None
    table = job_table(decided).iloc[0]
    assert table["planned_g_per_kwh"] * 37 / 1e3 == pytest.approx(terms.carbon_budget_kg)
    assert float(decided.plan.cost_gbp[0]) == pytest.approx(terms.cost_gbp)
    (order,) = place.orders.listed(bound.id)
    assert order.summary["carbon_kg"] == pytest.approx(terms.carbon_budget_kg)
    assert totals(decided).saved_g == pytest.approx(37 * 200 - terms.carbon_budget_kg * 1e3)


@pytest.mark.parametrize("hours", [0.5, 1.5, 2.5, 6.0, 60.0])
def test_the_planner_honours_it_half_hour_by_half_hour(place: Place, hours: float) -> None:
    _, bound = place.order(place.bench.own(job(), job("b")))
    place.wait(hours=hours)
    later = place.bench.desk.catch_up(bound, place.now)
    found = told(place, later)
    assert found.start == hour(2)
    assert found.intensity == pytest.approx(120)
    assert found.price == pytest.approx(0.10)


def test_a_cancelled_order_frees_its_job(place: Place) -> None:
    own = place.bench.own(job())
    opened, bound = place.order(own)
    assert opened.journey.cancel().ok
    freed = place.settle(bound, opened)
    assert told(place, freed).start == told(place, own).start
    assert told(place, freed).rationale is not Rationale.WINDOW_ORDERED
    override = place.bench.rows(freed, "override")[-1]
    assert (override.data["action"], override.data["start"]) == ("free", None)
    assert bound_job(freed, opened.record.order_id) == ""
    assert place.settle(freed, opened) is freed


def test_what_an_order_says_is_not_undone(place: Place) -> None:
    desk, own = place.bench.desk, place.bench.own(job(), job("b"), controls=Controls())
    own = desk.override(own, Override("b", Action.CANCEL, "not needed"), NOW)
    opened, bound = place.order(own)
    opened.journey.cancel()
    freed = place.settle(bound, opened)
    undone = desk.steer.undo(freed, NOW)  # the person's own last word, on the other job
    assert (undone.before.ordered.tolist(), undone.before.cancelled.tolist()) == ([False, False], [False, False])
    assert undone.reasons.keys() == freed.reasons.keys() - {"b"}


def test_a_queue_that_comes_back_follows_its_orders_as_they_stand_now(place: Place) -> None:
    desk, store = place.bench.desk, place.orders.orders
    own = place.bench.own(job(), job("b"), job("c"), controls=Controls())
    ends, own = place.order(own)
    stays, own = place.order(own, row=1)
    comes = place.begin(own, row=2)
    away = desk.take_jobs(own, frame_from_jobs([job("other")]), NOW, cause="another file")
    ends.journey.cancel()
    run_rest(comes)
    for opened in (ends, comes):
        away = place.settle(away, opened)
    back = undo(desk, store, away, NOW)
    assert back.frame["job_id"].tolist() == ["a", "b", "c"]
    assert back.before.ordered.tolist() == [False, True, True]
    assert [bound_job(back, opened.record.order_id) for opened in (ends, stays, comes)] == ["", "b", "c"]
    assert told(place, back).rationale is not Rationale.WINDOW_ORDERED
    assert told(place, back, 2).start == comes.journey.placement.start
    kept = desk.open(own.token, NOW)
    assert kept.before.ordered.tolist() == [False, True, True], "on disk"
    free, bind = place.bench.rows(back, "override")[-2:]
    assert {free.data["action"], bind.data["action"]} == {"free", "defer"}


def test_a_run_that_began_before_its_order_was_cancelled_comes_back_as_it_was(place: Place) -> None:
    desk = place.bench.desk
    opened, own = place.order(place.bench.own(job()))
    place.wait(hours=3)
    own = desk.catch_up(own, place.now)
    away = desk.take_jobs(own, frame_from_jobs([job("other")]), place.now, cause="another file")
    opened.record.state = State.FAILED
    opened.keeper(opened.record)  # as if the provider had said so in the middle of the run
    back = undo(desk, place.orders.orders, away, place.now)
    assert (back.before.ordered.tolist(), back.before.start.tolist()) == ([True], own.before.start.tolist())


def test_the_job_of_an_order_that_the_provider_ends_is_free(place: Place) -> None:
    own = place.bench.own(job())
    opened, bound = place.order(own)
    assert bound_job(bound, opened.record.order_id) == "a"
    kept = place.orders.listed(own.id)
    assert free_lost(place.bench.desk, bound, kept, place.now) is bound
    opened.journey.cancel("as if the provider had said so")
    freed = free_lost(place.bench.desk, bound, place.orders.listed(own.id), place.now)
    assert bound_job(freed, opened.record.order_id) == ""


def test_a_run_whose_order_fails_in_its_middle_stays_and_each_tick_goes_on(place: Place) -> None:
    desk = place.bench.desk
    opened, own = place.order(place.bench.own(job(), job("b")))
    place.wait(hours=3)
    own = desk.catch_up(own, place.now)
    opened.record.state = State.FAILED
    opened.keeper(opened.record)  # as if the provider had said so in the middle of the run
    assert free_lost(desk, own, place.orders.listed(own.id), place.now) is own
    assert place.settle(own, opened) is own

    def tend(here: Workspace, now: datetime) -> int:
        free_lost(desk, here, place.orders.listed(here.id), now)
        return 0

    place.wait(hours=0.5)
    (line,) = tick_all(place.bench.store, place.bench.trail, desk, place.now, 7, tend)
    assert (line.outcome, "Orders" in line.sentence) == (Outcome.PLANNED, False)
    assert desk.open(own.token, place.now).before.start.tolist() == own.before.start.tolist()


def test_an_order_in_another_zone_shifts_the_job_with_its_transfer(place: Place) -> None:
    own = in_region(place, place.bench.own(job()), 13)
    opened, bound = place.order(own, wish=replace(WISH, regions=(10,)))
    found = told(place, bound)
    placement = opened.journey.placement
    assert placement.locality == "Cambridge"
    assert (found.action, placement.transfer_hours, placement.transfer_kwh) == (Action.SHIFT_REGION, 0.5, 2.0)
    # 10 kWh and 2 kWh for the transfer, at 120 g and 10 p
    assert float(found.intensity * found.energy_kwh) == pytest.approx(12 * 120)
    assert float(found.price * found.energy_kwh) == pytest.approx(1.20)
    assert "in another zone" in found.sentence
    assert "moved there in 0.5 h with 2 kWh (£0.20)" in bound.reasons["a"]
    table = job_table(place.bench.desk.decide(bound, place.view(13, bound)))
    assert (table["action"][0], table["status"][0]) == ("shift region", "deferred")
    assert "1 of 1 job waits" in _sentence(place, bound)


def _sentence(place: Place, own: Workspace) -> str:
    from gridflex.services.headline import decision_sentence

    decided = place.bench.desk.decide(own, place.view(own.site.region, own))
    return decision_sentence(decided, totals(decided))


def test_a_job_that_cannot_move_passes_other_zones_over(place: Place) -> None:
    own = in_region(place, place.bench.own(job()), 13)
    opened, bound = place.order(own, wish=replace(WISH, transfer=None))
    assert {one.passed_over for one in opened.record.candidates if one.window.region != 13} == {"job cannot move"}
    assert told(place, bound).action is Action.DEFER
    assert opened.journey.placement.locality == "London"


def test_a_person_cannot_move_a_bound_job(place: Place) -> None:
    _, bound = place.order(place.bench.own(job()))
    for word in (Override("a", Action.EXECUTE_NOW, "now"), Override("a", Action.CANCEL, "never")):
        with pytest.raises(InputError, match="bound by an order over Beckn; cancel the order first"):
            place.bench.desk.override(bound, word, place.now)


def test_a_second_order_for_the_same_job_is_cancelled(place: Place) -> None:
    own = place.bench.own(job())
    second = place.begin(own)
    advance(second)
    first, bound = place.order(own)
    run_rest(second)
    assert place.settle(bound, second) is bound
    assert second.record.state.value == "cancelled"
    assert bound_job(bound, first.record.order_id) == "a"
    assert bound_job(bound, second.record.order_id) == ""


@pytest.mark.parametrize("change", ["restarted", "another file", "begun"])
def test_an_order_whose_job_is_gone_binds_nothing(place: Place, change: str) -> None:
    own = place.bench.own(job(deadline=hour(8)))
    opened = place.begin(own)
    run_rest(opened)
    if change == "restarted":
        place.wait(hours=1)
        changed = place.bench.desk.restart(own, QueueKind.DEMO, place.now)
    elif change == "another file":
        changed = place.bench.desk.take_jobs(own, frame_from_jobs([job("other")]), place.now, cause="given")
    else:
        ran = place.bench.desk.override(own, Override("a", Action.EXECUTE_NOW, "now"), place.now)
        place.wait(hours=1)
        changed = place.bench.desk.catch_up(ran, place.now)
    after = place.settle(changed, opened)
    assert after is changed
    assert not after.before.pinned[0] or change == "begun"
    assert opened.record.state.value == ("cancelled" if change == "begun" else "confirmed")


def test_an_imagined_workload_binds_nothing(place: Place) -> None:
    own = place.bench.own(job())
    workload = place.begin(own).record.workload
    opened = place.orders.begin(place.dealing(own), workload)
    run_rest(opened)
    assert opened.record.state.value == "confirmed"
    assert place.settle(own, opened) is own


def test_a_bound_job_is_remembered_by_the_next_process(place: Place) -> None:
    _, bound = place.order(place.bench.own(job()))
    again = place.again()
    again.wait(hours=1)
    opened = again.bench.desk.open(bound.token, again.now)
    assert told(again, opened).rationale is Rationale.WINDOW_ORDERED
    assert told(again, opened).start == hour(2)


def test_bound_to_a_run_that_starts_in_this_very_half_hour(place: Place) -> None:
    place.now = hour(2)
    own = place.bench.own(job(release=hour(2)), now=place.now)
    opened, bound = place.order(own)
    assert opened.journey.placement.start == hour(2)
    assert told(place, bound).start == hour(2)
    assert told(place, bound).action in (Action.EXECUTE_NOW, Action.DEFER)


def test_late_by_a_minute_it_is_cancelled_not_bound(place: Place) -> None:
    own: Any = place.bench.own(job())
    opened = place.begin(own)
    run_rest(opened)
    place.now = hour(2) + timedelta(minutes=1)
    after = place.settle(own, opened)
    assert after is own
    assert opened.record.state.value == "cancelled"
    assert place.now > NOW
