"""Our jobs as a catalogue: a grid agent books one, the planner honours it, and both sides say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridflex.agents.explain import Explained, explain
from gridflex.beckn.provider.jobs import Commitment
from gridflex.beckn.slot_booking import GridNeed
from gridflex.beckn.states import State
from gridflex.domain.decisions import Action, Rationale
from gridflex.errors import Conflict, InputError
from gridflex.services import beckn_slots
from gridflex.services.beckn_keeper import SLOT
from gridflex.services.beckn_trail import both_sides
from gridflex.services.overrides import Override
from gridflex.services.workspace import Workspace
from tests.bench import NOW, START, Bench, hour, job
from tests.services.beckn_bench import Place, in_region

NEED = GridNeed(start=hour(10), end=hour(14))


@pytest.fixture
def place(here: Bench) -> Place:
    return Place(here)


def told(place: Place, own: Workspace, row: int = 0) -> Explained:
    return explain(place.bench.desk.decide(own, place.view(own.site.region, own)), [row])[0]


def jobs_of(place: Place, own: Workspace) -> list[str]:
    return [slot.job_id for slot in place.market(own).jobs.open_slots(place.now)]


def test_what_may_wait_is_published_and_nothing_else(place: Place) -> None:
    own = place.bench.own(
        job("waits"),
        job("critical", priority="critical"),
        job("now-or-never", deadline=hour(1)),
        job("fixed", deferrable=False),
        job("held"),
    )
    held = place.bench.desk.override(own, Override("held", Action.DEFER, "later", hour(5)), NOW)
    assert jobs_of(place, held) == ["waits"]
    place.wait(hours=3)
    begun = place.bench.desk.catch_up(held, place.now)
    assert jobs_of(place, begun) == []


def test_a_slot_says_what_the_queue_says(place: Place) -> None:
    own = place.bench.own(job(kwh=30.0, hours=1.5, deadline=hour(20), kind="fine-tuning"))
    (slot,) = place.market(own, premium=0.03).jobs.open_slots(NOW)
    assert (slot.energy_kwh, slot.load_mw, slot.premium) == (30.0, pytest.approx(0.02), 0.03)
    assert (slot.opens, slot.closes) == (START, hour(20))
    assert (slot.kind, slot.region, slot.locality) == ("fine-tuning", 0, "")


@pytest.mark.parametrize("region", [0, 13, 1])
def test_a_grid_agent_books_a_job_and_the_planner_honours_it(place: Place, region: int) -> None:
    own = in_region(place, place.bench.own(job(), job("b", kwh=20.0)), region)
    market = place.market(own)
    booking = market.book(NEED)
    assert [step.problem for step in booking.record.steps] == [""] * 5
    bound = market.jobs.workspace
    # the same premium for both: the larger job
    found = told(place, bound, 1)
    assert (found.job_id, found.action, found.rationale) == ("b", Action.DEFER, Rationale.SLOT_SOLD)
    assert found.start == hour(10)
    assert found.sentence.startswith("A grid agent has booked it: runs at Fri 03:00.")
    assert f"order {booking.record.order_id} over Beckn: booked by grid-agent" in bound.reasons["b"]
    assert "£0.40" in bound.reasons["b"], "20 kWh at 2 p"
    assert jobs_of(place, bound) == ["a"]
    for hours in (0.5, 6):
        place.wait(hours=hours)
        bound = place.bench.desk.catch_up(bound, place.now)
        assert told(place, bound, 1).start == hour(10)


def test_the_trail_shows_both_sides(place: Place) -> None:
    own = place.bench.own(job())
    market = place.market(own)
    booking = market.book(NEED)
    pairs = both_sides(place.bench.rows(own, "beckn")[::-1], booking.record.transaction_id)
    assert [(pair.action, pair.agree) for pair in pairs] == [
        (name, True) for name in ("discover", "select", "init", "confirm")
    ]
    override = place.bench.rows(own, "override")[-1]
    assert booking.record.order_id in override.data["reason"]
    (order,) = place.orders.orders.listed(own.id, SLOT)
    assert (order.state, order.job_id, order.summary["order_id"]) == ("confirmed", "a", booking.record.order_id)
    assert place.bench.trail.verify(own.id).count == len(place.bench.rows(own))


def test_the_grid_agent_backs_out_and_the_job_is_free(place: Place) -> None:
    own = place.bench.own(job())
    market = place.market(own)
    booking = market.book(NEED)
    bound = market.jobs.workspace
    later = place.market(bound)
    assert later.cancel(booking.record.transaction_id).record.state is State.CANCELLED
    freed = later.jobs.workspace
    assert told(place, freed).start == told(place, own).start
    assert jobs_of(place, freed) == ["a"]
    assert place.bench.rows(freed, "override")[-1].data["action"] == "free"
    with pytest.raises(InputError, match="not kept here"):
        later.cancel("no such order")
    with pytest.raises(InputError, match="No job is bound"):
        later.jobs.release("no such order")


def test_a_need_that_no_job_meets_books_nothing(place: Place) -> None:
    own = place.bench.own(job(deadline=hour(5)))
    booking = place.market(own).book(NEED)
    assert booking.record.steps[-1].problem == "NoWindowFits"
    assert place.bench.rows(own, "override") == []


def test_a_job_another_tab_has_taken_meanwhile_is_not_sold(place: Place) -> None:
    own = place.bench.own(job())
    market = place.market(own)
    place.bench.desk.override(own, Override("a", Action.DEFER, "mine", hour(3)), NOW)
    booking = market.book(NEED)
    last = booking.record.steps[-1]
    assert (last.action, last.problem, last.state) == ("confirm", "Nack", State.FAILED)
    assert "changed elsewhere" in last.sentence
    with pytest.raises(Conflict):
        market.jobs.commit(_commitment(market))


def _commitment(market: beckn_slots.Market) -> Commitment:
    (slot,) = market.jobs.open_slots(NOW)
    return Commitment(slot, "o", "t", "grid", hour(10), hour(11), 0.2, NOW)


def test_how_a_booked_run_goes_is_heard_of(place: Place) -> None:
    own = place.bench.own(job())
    market = place.market(own)
    market.book(NEED)
    states = []
    for hours in (10.0, 1.0, 1.0):
        place.wait(hours=hours)
        later = place.market(place.bench.desk.catch_up(market.jobs.workspace, place.now))
        later.hear_of_runs()
        states.append(place.orders.orders.listed(own.id, SLOT)[0].state)
    assert states == ["in progress", "completed", "completed"]


def test_publishing_is_kept_and_written(place: Place) -> None:
    own = place.bench.own(job())
    assert beckn_slots.published(place.orders, own.id) is None
    beckn_slots.publish(place.orders, own.id, 0.025, 1, NOW)
    assert beckn_slots.published(place.again().orders, own.id) == 0.025
    assert place.said(own)[-1]["sentence"] == "1 job slot published at 2.5 p/kWh"
    beckn_slots.publish(place.orders, own.id, None, 1, NOW)
    assert beckn_slots.published(place.orders, own.id) is None
    assert place.said(own)[-1]["sentence"] == "job slots withdrawn"


def test_the_grid_wants_load_in_its_cleanest_stretch(place: Place) -> None:
    own = place.bench.own(job())
    need = beckn_slots.cleanest_need(place.view(0, own), 2)
    assert (need.start, need.end) == (hour(4), hour(6))
    assert need.end - need.start == timedelta(hours=2)
