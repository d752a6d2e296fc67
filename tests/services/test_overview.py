"""Cards, stories and the promises kept to jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gridflex.agents.commitments import Commitments
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls, ThresholdMode
from gridflex.domain.decisions import Action
from gridflex.planning.queue import Queue
from gridflex.services.demand_view import DemandView
from gridflex.services.hero import hero
from gridflex.services.overrides import Override
from gridflex.services.overview import Card, Overview, next_low_carbon, overview, stories
from gridflex.services.possible import possible_g
from gridflex.services.sla import Sla, sla
from gridflex.ui.charts.hero import hero_figure, marks
from gridflex.ui.palette import palette
from tests.bench import NOW, RULE, Bench, decide, flat, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
VIEW = view_of(CARBON)


def seen(decided: Decisions) -> Overview:
    return overview(decided, possible(decided.plan.queue), NOW)


def possible(queue: Queue) -> float:
    return possible_g(queue, VIEW.horizon, Commitments.none(len(queue)))


def card(decided: Decisions, label: str) -> Card:
    return next(found for found in seen(decided).cards if found.label == label)


def test_the_quiet_state_says_below_which_threshold() -> None:
    clean = decide([job("a"), job("b")], view_of(flat(149)))
    assert overview(clean, 0.0, NOW).decided == "Below 150 g: all 2 run now."
    off = decide([job("a"), job("b")], view_of(flat(149)), Controls(mode=ThresholdMode.OFF))
    assert overview(off, 0.0, NOW).decided == "all 2 run now."


def test_the_share_of_the_possible_is_told_where_there_is_one() -> None:
    found = seen(decide([job()], VIEW))
    assert found.worth.endswith("and £0.00: 60 % of the saving possible under this forecast.")  # 600 of 1,000 g
    assert found.title == "The grid is high: 200 g/kWh."
    assert overview(decide([job()], VIEW), 0.0, NOW).worth == "That saves 600 g (30 %) and £0.00."


def test_a_share_of_the_possible_names_what_a_person_fixed(here: Bench) -> None:
    own = here.own(job("a"), job("b"))
    own = here.desk.override(own, Override("a", Action.DEFER, "later", hour(5)), NOW)
    one = seen(here.decisions(own, NOW)).worth
    assert one.endswith("% of the saving possible under this forecast, with 1 job fixed by a person or an order.")
    own = here.desk.override(own, Override("b", Action.DEFER, "later", hour(5)), NOW)
    assert "of the saving possible" not in seen(here.decisions(own, NOW)).worth, "nothing was left to choose"


def test_the_grid_card_shows_the_condition_the_next_hour_and_the_price() -> None:
    view = view_of(stepped((0.5, 200), (1, 150), (1.5, 100), then=180))
    found = card(decide([job()], view), "Market condition")
    assert found.value == view.condition(150).word
    assert found.caption == "wait if you can · next hour 125 g/kWh · 10.0 p/kWh"
    assert "Share of the next 24 h that is better than now" in found.help


@pytest.mark.parametrize(
    ("threshold", "value", "caption"),
    [
        (150, "in 1 h 55 min", "from 19:00 · mean 140 g/kWh"),
        (100, "in 3 h 55 min", "from 21:00 · mean 100 g/kWh"),
        (99, "none ahead", "48 h stay above 99 g/kWh"),
        (200, "now", "mean 200 g/kWh"),
    ],
)
def test_the_clean_window_has_a_countdown_from_the_clock(threshold: float, value: str, caption: str) -> None:
    found = card(decide([job()], VIEW, Controls(threshold=threshold)), "Clean window")
    assert (found.value, found.caption) == (value, caption)


def test_the_clean_window_is_a_mean_over_two_hours() -> None:
    assert next_low_carbon(VIEW, 155) == (3, 155)  # 200 and three times 140
    assert next_low_carbon(VIEW, 10) is None


def test_the_carbon_cap_card_is_the_mean_of_all_planned_energy() -> None:
    jobs = [job("w", kwh=30), job("c", priority="critical")]
    found = card(decide(jobs, VIEW), "Mean of the plan")
    assert (found.value, found.caption) == ("155 g/kWh", "no carbon cap set · 200 if all ran at once")
    capped = card(decide(jobs, VIEW, Controls(carbon_cap=160)), "Carbon cap")
    assert (capped.value, capped.caption) == ("125 of 160 g/kWh", "met · 200 if all ran at once")
    in_all = card(decide(jobs, VIEW, Controls(carbon_cap_kg=6)), "Carbon cap")
    assert (in_all.value, in_all.caption) == ("5.00 kg of 6 kg", "met · 200 if all ran at once")
    least = card(decide(jobs, VIEW, Controls(carbon_cap=100)), "Carbon cap")
    assert least.caption == "not reachable, least possible 125 g/kWh · 200 if all ran at once"
    assert "Mean of the plan" not in [shown.label for shown in seen(decide([job(hours=60)], VIEW)).cards]


def test_jobs_that_were_impossible_on_arrival_are_counted_apart() -> None:
    jobs = [
        job("waits"),
        job("exact", deadline=hour(1)),
        job("late", deadline=hour(0.9)),
        job("critical", priority="critical"),
        job("critical and late", priority="critical", deadline=hour(0.5)),
        job("far", hours=60),
    ]
    decided = decide(jobs, VIEW)
    assert sla(decided) == Sla(in_time=3, possible=4, impossible=2, critical=2, delay_hours=0)
    found = card(decided, "SLA")
    assert found.value == "3 of 4 in time"
    assert found.caption == "2 critical jobs, start delay zero · 2 impossible on arrival, counted apart"


def test_a_time_limit_counts_against_the_deadline() -> None:
    decided = decide([job(deadline=hour(3), time_limit_hours=3), job("b", deadline=hour(2), time_limit_hours=3)], VIEW)
    assert (sla(decided).in_time, sla(decided).impossible) == (1, 1)


def test_a_plan_that_misses_a_deadline_or_holds_a_critical_job_would_be_told() -> None:
    decided = decide([job(deadline=hour(3)), job("c", priority="critical")], VIEW)
    broken = replace(decided, plan=replace(decided.plan, start=decided.plan.start + np.array([1, 3])))
    assert sla(broken) == Sla(in_time=1, possible=2, impossible=0, critical=1, delay_hours=1.5)
    found = card(broken, "SLA")
    assert (found.value, found.caption) == ("1 of 2 in time", "1 critical job, start delay at most 1.5 h")


def test_a_cancelled_job_is_no_promise(here: Bench) -> None:
    own = here.own(job("a"), job("b", priority="critical"))
    own = here.desk.override(own, Override("b", Action.CANCEL, "no longer needed"), NOW)
    assert sla(here.decisions(own, NOW)) == Sla(1, 1, 0, 0, 0)


def test_promises_are_still_kept_hours_later(here: Bench) -> None:
    own = here.own(job("a", deadline=hour(3)), job("b", priority="critical", deadline=hour(1)))
    for hours in (1, 2.5, 10, 50, 100):
        own = here.desk.catch_up(own, NOW + timedelta(hours=hours))
        assert sla(here.decisions(own, NOW + timedelta(hours=hours))) == Sla(2, 2, 0, 1, 0)


def test_a_run_that_pauses_is_in_time_if_its_last_part_is() -> None:
    view = view_of(stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), (5, 300), (5.5, 50), then=300))
    jobs = [job(interruptible=True, deadline=hour(5.5), hours=1.5, kwh=15, time_limit_hours=1.5)]
    decided = decide(jobs, view, Controls(policy="interruptible"))
    assert decided.plan.parts is not None
    assert sla(decided) == Sla(1, 1, 0, 0, 0)


def test_three_decisions_tell_the_story() -> None:
    jobs = [job("most", kwh=90), job("less"), job("c", priority="critical"), job("n", kwh=20, max_defer_hours=0.5)]
    told = stories(decide(jobs, VIEW))
    assert [(title, found.job_id) for title, found in told] == [
        ("Largest saving", "most"),
        ("Critical", "c"),
        ("Runs without waiting", "n"),
    ]
    assert "no later window gains" in told[2][1].sentence
    assert [title for title, _ in stories(decide([job()], view_of(flat(100))))] == ["Runs without waiting"]


def test_the_possible_is_what_perfect_placement_saves_and_no_plan_beats_it() -> None:
    decided = decide([job("a"), job("b", kwh=20, hours=2), job("c", priority="critical")], VIEW)
    assert possible(decided.plan.queue) == pytest.approx(1000 + 2000)
    for policy in ("threshold", "threshold-best-window", "best-window", "peer-sliding-mean"):
        saved = decide([job("a"), job("b", kwh=20, hours=2)], VIEW, RULE.model_copy(update={"policy": policy})).plan
        assert saved.saved_g.sum() <= 3000 + 1e-9


def test_the_possible_counts_what_can_no_longer_be_saved(here: Bench) -> None:
    own = here.own(job(deadline=hour(3)))
    here.feed.value = stepped((0.5, 200), then=250)
    later = here.desk.catch_up(own, NOW + timedelta(hours=0.5))
    found = here.decisions(later, NOW + timedelta(hours=0.5))
    # Its baseline was measured at 201 g and then 250 g; every start left costs 250 g.
    assert possible_g(found.plan.queue, found.plan.horizon, later.before) == pytest.approx((201 + 250) * 5 - 2500)


def test_expected_load_is_on_the_hero(here: Bench) -> None:
    decided = decide([job()], VIEW)
    demand = DemandView(np.full(48, 10.0), np.full(48, 90.0), "a peak")
    assert hero(VIEW, decided.plan, 150, demand).demand_high[48:96].tolist() == [90.0] * 48
    assert np.isnan(hero(VIEW, decided.plan, 150).demand_high).all()


def test_arrivals_are_drawn_and_named_only_where_they_are_expected() -> None:
    decided = decide([job()], VIEW)
    demand = DemandView(np.full(48, 10.0), np.full(48, 90.0), "a peak")
    for view, told in ((hero(VIEW, decided.plan, 150, demand), True), (hero(VIEW, decided.plan, 150), False)):
        drawn = [shape.name for shape in hero_figure(view, palette(False)).layout.shapes]
        assert ("arrivals expected" in drawn) is told
        assert ("arrivals expected" in [words for *_, words in marks(view, palette(False))]) is told


def test_a_stroke_begins_anew_after_half_hours_without_a_value() -> None:
    found = hero(VIEW, decide([job()], VIEW).plan, 150)
    row = np.arange(144)
    gap = replace(found, actual=np.where((row == 1) | (row > 2), np.nan, 200.0))
    measured = {shape.name: shape for shape in hero_figure(gap, palette(False)).layout.shapes}["measured"]
    assert measured.path == "M0,200H1M2,200H3"


def test_equal_values_are_one_stroke() -> None:
    found = hero(VIEW, decide([job()], VIEW).plan, 150)
    flat_then_up = replace(found, actual=np.where(np.arange(144) < 100, 200.0, 250.0))
    measured = {shape.name: shape for shape in hero_figure(flat_then_up, palette(False)).layout.shapes}["measured"]
    assert measured.path == "M0,200H100V250H144"


def test_a_band_goes_there_above_and_back_below() -> None:
    found = hero(VIEW, decide([job()], VIEW).plan, 150)
    row = np.arange(144)
    low, high = (np.where((row > 47) & (row < 50), value, np.nan) for value in (80.0 + row, 280.0 + row))
    drawn = hero_figure(replace(found, low=low, high=high), palette(False)).layout.shapes
    assert {shape.name: shape for shape in drawn}["likely range"].path == "M48,128V328H49V329H50V129H49V128H48Z"
