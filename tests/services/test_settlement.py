"""Settlement: run and baseline on what was measured, beside what was estimated."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import HALF_HOUR, half_hours
from gridflex.services.headline import totals
from gridflex.services.overrides import Override
from gridflex.services.settled_rows import calibration_rows, settled_table
from gridflex.services.settlement import settled_totals
from gridflex.services.workspace import Workspace, from_state
from tests.bench import NOW, RULE, START, Bench, State, flat, hour, job, one_price, stepped

FIRST = int(START.timestamp()) // 1800
OTHERWISE = stepped((1, 149), (2, 199), (3, 169), then=180)
"""What the past looks like once it is measured (a gram more): the deferral to 19:00 was a mistake."""


def at(here: Bench, own: Workspace, hours: float) -> Workspace:
    return here.desk.catch_up(own, NOW + timedelta(hours=hours))


def settled(here: Bench, own: Workspace) -> dict[str, dict[str, object]]:
    return {row.subject: row.data for row in here.rows(own, "settled")}


def test_a_run_that_is_over_is_settled_on_measured_values(here: Bench) -> None:
    own = at(here, here.own(job()), 2.5)
    assert not own.before.settled.any()
    own = at(here, own, 3)
    assert own.before.settled.tolist() == [True]
    # 10 kWh: 17:00 to 18:00 was measured at 201 g/kWh, 19:00 to 20:00 at 141; 10 p/kWh all day.
    assert settled(here, own)["a"] == {
        "sentence": "Settled on measured values, Great Britain: a saving of 600 g and £0.00; "
        "600 g and £0.00 were estimated when it began.",
        "start": hour(2).isoformat(),
        "baseline_start": hour(0).isoformat(),
        "estimated_saved_g": pytest.approx(600),
        "settled_saved_g": pytest.approx(600),
        "estimated_saved_gbp": pytest.approx(0),
        "settled_saved_gbp": pytest.approx(0),
        "settled_run_g": pytest.approx(1410),
        "settled_baseline_g": pytest.approx(2010),
        "settled_run_gbp": pytest.approx(1.0),
        "settled_baseline_gbp": pytest.approx(1.0),
        "chance_worse": pytest.approx(0, abs=1e-6),
        "worse": False,
        "values": "measured values, Great Britain",
        "prices": "one price",
        "demo": False,
    }


def test_a_deferral_that_turned_out_dirtier_is_called_one(here: Bench) -> None:
    own = at(here, here.own(job()), 2)
    here.feed.value = OTHERWISE
    own = at(here, own, 3)
    found = settled(here, own)["a"]
    assert (found["settled_baseline_g"], found["settled_run_g"]) == pytest.approx((1500, 1700))
    assert (found["settled_saved_g"], found["worse"]) == (pytest.approx(-200), True)
    assert "a saving of −200 g" in str(found["sentence"])
    sums = settled_totals(own)
    assert (sums.settled, sums.waiting, sums.told, sums.worse) == (1, 0, 1, 1)
    assert (sums.estimated_g, sums.saved_g) == pytest.approx((610, -200))  # by then the baseline had been measured
    assert 0 < sums.expected_worse < 1e-4


def test_what_a_settled_run_saved_is_the_same_figure_everywhere_and_stays(here: Bench) -> None:
    own = at(here, at(here, here.own(job(), job("c", priority="critical")), 2), 3)
    rows = len(here.rows(own, "settled"))
    here.feed.value = flat(90)  # whatever is revised later
    for hours in (3.5, 20, 49, 60):
        own = at(here, own, hours)
        assert totals(here.decisions(own, NOW + timedelta(hours=hours))).saved_g == pytest.approx(600)
        assert settled_totals(own).saved_g == pytest.approx(600)
    assert len(here.rows(own, "settled")) == rows == 2


def test_a_run_that_waits_for_nothing_is_settled_too(here: Bench) -> None:
    own = at(here, here.own(job("c", priority="critical", kwh=7, hours=0.7)), 1)
    # 10 kW: all of the first half-hour and 0.4 of the second.
    found = settled(here, own)["c"]
    assert found["settled_run_g"] == found["settled_baseline_g"] == pytest.approx(7 * 201)
    assert (found["chance_worse"], found["worse"]) == (None, False)


def test_runs_are_weighed_by_the_half_hours_they_fill(here: Bench) -> None:
    here.feed.value = stepped((0.5, 99), (1, 299), then=180)
    own = at(here, here.own(job("c", priority="critical", kwh=7, hours=0.7)), 1)
    assert settled(here, own)["c"]["settled_run_g"] == pytest.approx(10 * (0.5 * 100 + 0.2 * 300))


def test_a_run_that_pauses_is_settled_on_the_half_hours_it_used(here: Bench) -> None:
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), then=300)
    own = here.own(job(interruptible=True), controls=Controls(policy="interruptible", threshold=40))
    own = at(here, own, 1.5)
    assert not at(here, own, 3).before.settled.any()
    own = at(here, own, 3.5)
    found = settled(here, own)["a"]
    assert (found["settled_run_g"], found["settled_baseline_g"]) == pytest.approx((10 * 51, 10 * 301))


def test_without_measured_values_a_run_stays_unsettled_and_that_is_said(here: Bench) -> None:
    own = at(here, here.own(job("c", priority="critical")), 0.5)
    here.feed.value = None  # the source is gone, the archive is empty: the sample is shown, and settles nothing
    own = at(here, own, 3)
    assert here.decisions(own, NOW + timedelta(hours=3)).view.provenance.word == "sample"
    sums = settled_totals(own)
    assert (sums.settled, sums.waiting) == (0, 1)
    assert sums.sentence == "1 run over but not settled: their values are not known yet."
    assert settled(here, own) == {}
    here.shelf.values = dict.fromkeys(half_hours(hour(0), 1), 120.0)
    assert not at(here, own, 3.5).before.settled.any()  # half of the run is not all of it
    here.shelf.values = dict.fromkeys(half_hours(hour(0), 2), 120.0)
    own = at(here, here.desk.open(own.token, NOW + timedelta(hours=3.5)), 4)
    assert settled(here, own)["c"]["settled_run_g"] == pytest.approx(1200)
    assert (
        settled_totals(own).sentence
        == "1 run settled: a saving of 0 g and £0.00; 0 g and £0.00 were estimated as they began."
    )


def test_a_source_that_is_down_leaves_what_it_said_before(here: Bench) -> None:
    own = here.own(job("c", priority="critical"))
    last = here.feed.state(0, NOW).snapshot
    here.feed.value, here.feed.fixed = None, State(last, live=False, error="no answer")
    own = at(here, own, 2)
    assert here.decisions(own, NOW + timedelta(hours=2)).view.provenance.word == "cached"
    assert not own.before.settled.any()  # forecasts, no measured values: not what a run is settled on


def test_a_region_settles_on_the_last_forecast_issued(here: Bench) -> None:
    own = here.desk.change_site(here.own(job()), Site(region=13), RULE, NOW)
    here.feed.value = stepped((1, 190), (2, 200), (4, 120), then=180)
    own = at(here, own, 2.5)
    own = at(here, own, 3)
    found = settled(here, own)["a"]
    assert found["values"] == "last forecast issued, London"
    assert (found["settled_baseline_g"], found["settled_run_g"]) == pytest.approx((1900, 1200))


def test_cost_is_settled_at_the_tariff_s_price(here: Bench) -> None:
    own = at(here, here.desk.change_tariff(here.own(job("c", priority="critical")), one_price(0.30), NOW), 1)
    assert settled(here, own)["c"]["settled_run_gbp"] == pytest.approx(3.0)


def test_a_cancelled_and_an_unplaced_job_are_never_settled(here: Bench) -> None:
    own = here.own(job("no"), job("late", deadline=hour(0.75)))
    own = at(here, here.desk.override(own, Override("no", Action.CANCEL, "not needed"), NOW), 30)
    assert own.before.start.tolist() == [NOT_YET, NOT_YET]
    assert settled_totals(own).sentence == "No run is over yet."


def test_a_run_in_an_ordered_window_keeps_what_was_agreed(here: Bench) -> None:
    from gridflex.domain.decisions import Rationale

    own = here.own(job())
    bound = own.before.overridden(0, Action.DEFER, FIRST + 4, Rationale.WINDOW_ORDERED).valued(0, 333.0, 0.55)
    version = here.store.save(
        own.id, from_state("", own.id, 1, {**own.to_state(), "before": bound.to_state()}).to_state(),
        expected_version=own.version, at=NOW,
    )  # fmt: skip
    own = here.desk.open(own.token, NOW)
    assert own.version == version
    own = at(here, own, 3)
    found = settled(here, own)["a"]
    assert (found["settled_run_g"], found["settled_run_gbp"]) == (333, 0.55)
    assert found["settled_baseline_g"] == pytest.approx(2010)


def test_estimates_are_those_of_the_last_decision_before_the_run_began(here: Bench) -> None:
    own = here.own(job())
    assert own.before.estimated_g.tolist() == [600]
    here.feed.value = stepped((2, 200), (4, 130), then=180)
    own = at(here, own, 2)  # it begins now
    assert own.before.estimated_g == pytest.approx([2010 - 1300])
    told = own.before.chance_worse.tolist()
    here.feed.value = OTHERWISE
    own = at(here, own, 2.5)
    assert own.before.estimated_g == pytest.approx([710])
    assert own.before.chance_worse.tolist() == told


def test_a_state_of_before_is_read_and_goes_on(here: Bench) -> None:
    own = at(here, here.own(job(), job("c", priority="critical")), 2.5)
    state = json.loads(json.dumps(own.to_state()))
    for name in ("estimated_g", "estimated_gbp", "chance_worse", "settled"):
        del state["before"][name]
    old = from_state(own.token, own.id, own.version, state)
    assert not old.before.settled.any()
    assert np.isnan(old.before.chance_worse).all()
    assert old.before.estimated_g == pytest.approx(old.before.baseline_g - old.before.carbon_g)
    again = at(here, old, 3)
    assert again.before.settled.all()
    assert settled(here, again)["a"]["chance_worse"] is None


def test_a_month_s_sleep_settles_from_the_archive(here: Bench) -> None:
    own = here.own(job())
    here.shelf.values = {hour(0) + HALF_HOUR * n: 100.0 + n for n in range(200)}
    own = at(here, own, 24 * 30)
    found = settled(here, own)["a"]
    # 17:00 and 17:30 at 100 and 101; 19:00 and 19:30 at 104 and 105.
    assert (found["settled_baseline_g"], found["settled_run_g"]) == pytest.approx((1005, 1045))
    assert (found["settled_saved_g"], found["worse"]) == (pytest.approx(-40), True)


def test_the_table_and_the_calibration_are_read_from_the_trail(here: Bench) -> None:
    own = at(here, here.own(job(), job("b"), job("c", priority="critical")), 2)
    here.feed.value = OTHERWISE
    own = at(here, own, 3)
    table = settled_table(here.trail.rows(own.id, limit=1000))
    assert sorted(table["job"]) == ["a", "b", "c"]
    moved = table[table["job"] != "c"]
    assert moved["settled_saved_kg"].tolist() == pytest.approx([-0.2, -0.2])
    assert moved["estimated_saved_kg"].tolist() == pytest.approx([0.61, 0.61])
    assert table["settled_saved_kg"].sum() * 1000 == pytest.approx(settled_totals(own).saved_g)
    assert str(moved["start_uk"].iloc[0]) == "2026-01-08 19:00:00+00:00"
    (only,) = calibration_rows(table)
    assert (only.low, only.high, only.count, only.worse) == (0, 0.05, 2, 1)


def test_no_history_is_an_empty_table_and_no_calibration(here: Bench) -> None:
    table = settled_table(here.rows(here.own(job())))
    assert len(table) == 0
    assert calibration_rows(table) == []


def test_nothing_is_settled_twice_by_two_instances(here: Bench) -> None:
    own = here.own(job("c", priority="critical"))
    later = NOW + timedelta(hours=2)
    first, second = here.desk.catch_up(own, later), here.desk.catch_up(own, later)
    assert first.version == second.version
    assert [row.subject for row in here.rows(own, "settled")] == ["c"]


def test_undecided_rows_hold_nothing_settled() -> None:
    none = Commitments.none(2)
    assert (none.settled.any(), none.estimated_g.tolist()) == (False, [0, 0])
    both = Commitments.from_state(json.loads(json.dumps(none.to_state(), allow_nan=False)))
    assert np.isnan(both.chance_worse).all()
