"""A queue that comes back after an ordered run has started: what ran as ordered is not planned a second time."""

from __future__ import annotations

import numpy as np
import pytest

from gridflex.beckn.slot_booking import GridNeed
from gridflex.beckn.states import State
from gridflex.domain.controls import Controls
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.planning.objective import CARBON_ONLY
from gridflex.services.beckn_commit import bound_job
from gridflex.services.beckn_desk import run_rest
from gridflex.services.beckn_undo import undo
from gridflex.services.workspace import Workspace
from tests.bench import NOW, Bench, hour, job
from tests.services.beckn_bench import Place

ORDERED = epoch_half_hour(hour(2))
"""The window bought begins at 19:00 and averages 120 g/kWh over its four hours."""


@pytest.fixture
def place(here: Bench) -> Place:
    return Place(here, objective=CARBON_ONLY)


def gone(place: Place, own: Workspace) -> Workspace:
    """The workspace with another queue."""
    return place.bench.desk.take_jobs(own, frame_from_jobs([job("other")]), NOW, cause="another file")


@pytest.mark.parametrize(("hours", "state"), [(2.5, State.IN_PROGRESS), (3, State.COMPLETED), (5, State.COMPLETED)])
@pytest.mark.parametrize("booked", ["before it left", "while it was away"])
def test_a_run_that_began_meanwhile_began_as_ordered(place: Place, hours: float, state: State, booked: str) -> None:
    own = place.bench.own(job(), controls=Controls())
    opened = place.begin(own)
    if booked == "before it left":
        run_rest(opened)
        own = place.settle(own, opened)
    away = gone(place, own)
    if booked == "while it was away":
        run_rest(opened)
    place.wait(hours=hours)
    away = place.bench.desk.catch_up(away, place.now)
    opened.journey.look_after()
    assert opened.record.state is state
    back = undo(place.bench.desk, place.orders.orders, away, place.now)
    assert (back.before.start.tolist(), bound_job(back, opened.record.order_id)) == ([ORDERED], "a")
    # 10 kWh at the order's 120 g, be it settled or still to come; the estimate is of that run
    assert back.before.carbon_g.tolist() == pytest.approx([1200])
    assert np.isnan(back.before.chance_worse).all(), "none was told of this run when it was ahead"
    place.wait(hours=1)
    later = place.bench.desk.catch_up(back, place.now)
    assert (later.before.start.tolist(), later.before.settled.tolist()) == ([ORDERED], [True])
    assert later.before.carbon_g.tolist() == pytest.approx([1200])
    assert later.before.estimated_g.tolist() == pytest.approx([10 * 201 - 1200], abs=11)
    assert len([row for row in place.bench.rows(later, "settled") if row.subject == "a"]) == 1


def test_a_run_that_begins_in_this_very_half_hour_is_bound(place: Place) -> None:
    own = place.bench.own(job(), controls=Controls())
    opened = place.begin(own)
    away = gone(place, own)
    run_rest(opened)
    place.wait(hours=2)  # 19:05, five minutes into the run
    back = undo(place.bench.desk, place.orders.orders, place.bench.desk.catch_up(away, place.now), place.now)
    assert (back.before.start.tolist(), back.before.ordered.tolist()) == ([ORDERED], [True])


@pytest.mark.parametrize("asked", [False, True])
def test_a_slot_that_was_sold_and_began_meanwhile_began_as_sold(place: Place, asked: bool) -> None:
    desk, market = place.bench.desk, place.market(place.bench.own(job(), controls=Controls()))
    booking = market.book(GridNeed(start=hour(10), end=hour(14)))
    own = market.jobs.workspace
    away = gone(place, own)
    place.wait(hours=12)
    away = desk.catch_up(away, place.now)
    if asked:
        place.market(away).hear_of_runs()
    back = undo(desk, place.orders.orders, away, place.now)
    assert back.before.start.tolist() == [epoch_half_hour(hour(10))]
    assert bound_job(back, booking.record.order_id) == "a"
    assert (back.before.action.tolist(), back.reasons) == (own.before.action.tolist(), own.reasons)


def test_an_order_cancelled_before_its_start_comes_back_as_no_run(place: Place) -> None:
    opened, own = place.order(place.bench.own(job(), controls=Controls()))
    away = gone(place, own)
    opened.journey.cancel()
    place.wait(hours=5)
    away = place.bench.desk.catch_up(away, place.now)
    back = undo(place.bench.desk, place.orders.orders, away, place.now)
    assert back.before.ordered.tolist() == [False]
    assert back.before.start[0] >= epoch_half_hour(place.now)
