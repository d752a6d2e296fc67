"""View models of the charts: axis, hero, timeline, one job, curves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls
from gridflex.domain.decisions import Action
from gridflex.domain.regions import GB
from gridflex.services.axis import time_axis
from gridflex.services.curves import threshold_curves
from gridflex.services.headline import totals
from gridflex.services.hero import Window, hero
from gridflex.services.job_detail import job_detail
from gridflex.services.overrides import Override
from gridflex.services.timeline import MOST_ROWS, timeline
from gridflex.services.workspace import QueueKind
from tests.bench import NOW, RULE, Bench, decide, flat, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
VIEW = view_of(CARBON)


def test_an_axis_marks_noon_and_midnight_of_the_uk_clock() -> None:
    axis = time_axis(datetime(2026, 7, 1, 10, 0, tzinfo=UTC), 60)
    assert axis.ticks == (2, 26, 50)
    assert axis.texts == ("12:00", "Thu 2 Jul", "12:00")
    assert axis.labels[0] == "Wed 1 Jul 11:00"
    assert len(axis.labels) == 60


@pytest.mark.parametrize(
    ("start", "ticks"),
    [(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), (0, 22, 46)), (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), (0, 26, 50))],
)
def test_an_axis_counts_half_hours_over_a_clock_change(start: datetime, ticks: tuple[int, ...]) -> None:
    axis = time_axis(start, 60)
    assert axis.ticks == ticks
    assert axis.texts[0] == axis.texts[2].replace("Mon 30", "Sun 29").replace("Mon 26", "Sun 25")


def test_the_hero_has_a_day_behind_and_two_ahead() -> None:
    decided = decide([job()], VIEW)
    found = hero(VIEW, decided.plan, 150)
    assert (len(found.actual), found.now_row, len(found.hover), len(found.axis.labels)) == (144, 48, 144, 144)
    assert found.actual[:48].tolist() == [200.0] * 48
    assert np.isnan(found.actual[48:]).all()
    assert found.forecast[48:52].tolist() == [200, 200, 200, 200]
    assert found.axis.labels[48] == "Thu 8 Jan 17:00"
    assert found.hover[48] == "200 g/kWh forecast, 10.0 p/kWh"
    assert "measured" in found.hover[47]
    assert found.alt == (
        "Carbon intensity, 24 hours back and 48 hours ahead. Now 200 g/kWh; lowest ahead 100 g/kWh at 21:00 UK time; "
        "threshold 150 g/kWh. 1 waiting job run in the shaded windows."
    )
    assert (found.top, found.power_top) == (300, 10)


def test_the_hero_s_band_is_ahead_only_and_never_below_zero() -> None:
    view = replace(VIEW, horizon=replace(VIEW.horizon, sd=np.where(np.arange(192) < 96, 5.0, 120.0)))
    found = hero(view, decide([job()], view).plan, 150)
    assert np.isnan(found.low[:48]).all()
    assert found.high[48] == 320
    assert found.low[56] == 0
    assert found.low[48] == 80
    assert found.top == 350  # 200 + 120, rounded up


def test_windows_are_merged_where_they_touch_and_the_largest_kept() -> None:
    jobs = [
        job("a", max_defer_hours=24),
        job("b", hours=2, kwh=500, deadline=hour(10)),
        job("c", release=hour(6), max_defer_hours=20),
        job("fixed", priority="critical"),
    ]
    decided = decide(jobs, view_of(stepped((2, 200), (4, 140), (10, 200), then=140)))
    found = hero(decided.view, decided.plan, 150).windows
    # a and b start at 19:00, b ends at 21:00; c is released at 23:00 and waits until 03:00.
    assert found == (Window(52, 56, 2), Window(68, 70, 1))


def test_the_timeline_shows_each_job_before_and_after() -> None:
    jobs = [job("w", deadline=hour(6.4)), job("c", priority="critical", hours=1.25), job("far", hours=60)]
    drawn = timeline(decide(jobs, VIEW), cap_kw=300)
    bars = {bar.label: bar for bar in drawn.bars}
    assert (drawn.now_row, drawn.cap_kw, len(drawn.power), len(drawn.axis.labels)) == (12, 300, 108, 108)
    w, c, far = bars["w"], bars["c"], bars["far"]
    assert (w.baseline, w.planned, w.due, w.action) == ((12, 14), (16, 18), 24, Action.DEFER)
    assert (c.baseline, c.planned, c.due, c.action) == ((12, 14.5), (12, 14.5), None, Action.EXECUTE_NOW)
    assert (far.planned, far.action) == (None, Action.UNPLACED)
    assert "not placed" in far.hover
    assert w.hover == "w · job · 10.0 kW<br>wait · Thu 8 Jan 19:00"
    assert drawn.levels[12:20] == (3, 3, 3, 3, 2, 2, 2, 2)
    assert drawn.strip_hover[12] == "Thu 8 Jan 17:00: 200 g/kWh, high"
    assert drawn.alt.startswith("Timeline of 3 jobs: ")
    assert "1 wait" in drawn.alt


def test_a_long_queue_shows_its_largest_jobs_and_groups_the_others(here: Bench) -> None:
    day = here.desk.restart(here.desk.open(None, NOW), QueueKind.DAY, NOW)
    decided = here.decisions(day, NOW)
    drawn = timeline(decided)
    singles = [bar for bar in drawn.bars if bar.jobs == 1]
    groups = [bar for bar in drawn.bars if bar.jobs > 1]
    assert len(singles) == MOST_ROWS
    assert sum(bar.jobs for bar in drawn.bars) == 1000
    assert len({bar.action for bar in groups}) == len(groups)
    assert sum(bar.jobs for bar in groups if bar.action is Action.DEFER) + sum(
        bar.action is Action.DEFER for bar in singles
    ) == int(decided.of(Action.DEFER).sum())
    assert [bar.baseline[0] for bar in singles] == sorted(bar.baseline[0] for bar in singles)


def test_a_group_of_cancelled_jobs_has_no_planned_bar(here: Bench) -> None:
    jobs = [job(f"big{i}", kwh=100) for i in range(MOST_ROWS)] + [job("x", kwh=1), job("y", kwh=1)]
    own = here.own(*jobs)
    for name in ("x", "y"):
        own = here.desk.override(own, Override(name, Action.CANCEL, "no"), NOW)
    group = timeline(here.decisions(own, NOW)).bars[-1]
    assert (group.jobs, group.action, group.planned, group.label) == (2, Action.CANCEL, None, "2 more, cancelled")


def test_a_job_s_chart_has_every_start_it_may_have() -> None:
    decided = decide([job(deadline=hour(6)), job("c", priority="critical"), job("far", hours=60)], VIEW)
    found = job_detail(decided, 0)
    assert found.carbon_kg.tolist() == pytest.approx([2, 2, 2, 1.7, 1.4, 1.4, 1.4, 1.2, 1, 1, 1])
    assert found.cost_gbp == pytest.approx(np.full(11, 1.0))
    assert found.chosen == 4
    assert found.carbon_kg[4] * 1000 == pytest.approx(2000 - found.job.saved_g)
    assert found.axis.labels[4] == "Thu 8 Jan 19:00"
    assert found.issued == "Forecast of Thu 8 Jan 17:00, live; price: test sheet."
    assert len(job_detail(decided, 1).carbon_kg) == 1
    far = job_detail(decided, 2)
    assert (far.chosen, np.isnan(far.carbon_kg).all()) == (None, True)


@pytest.mark.parametrize("away_h", [20, 48.5, 49, 52, 200, 24 * 60])
def test_charts_of_a_visitor_who_was_away_are_drawn(here: Bench, away_h: float) -> None:
    own = here.own(job("a"), job("c", priority="critical"))
    own = here.desk.catch_up(own, NOW + timedelta(hours=4))
    later = NOW + timedelta(hours=away_h)
    decided = here.decisions(here.desk.open(own.token, later), later)
    assert timeline(decided).bars[0].planned is not None
    assert hero(decided.view, decided.plan, 150).windows == ()
    assert job_detail(decided, 0).job.sentence.startswith("Waited until ")
    assert threshold_curves(decided).carbon_percent[0] == pytest.approx(100 * totals(decided).saved_share)


def by_plan(policy: str, threshold: float, *jobs: object) -> Decisions:
    controls = Controls(policy=policy, threshold=threshold)
    return decide(list(jobs), VIEW, controls)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "policy", ["threshold", "threshold-best-window", "best-window", "run-at-once", "interruptible"]
)
@pytest.mark.parametrize("threshold", [0, 99, 100, 139, 140, 155, 199, 200, 400])
def test_each_point_of_the_curves_is_the_plan_of_that_threshold(policy: str, threshold: float) -> None:
    jobs = [job("a"), job("b", kwh=33, hours=2.3), job("c", priority="critical"), job("d", interruptible=True)]
    decided, curves = by_plan(policy, threshold, *jobs), threshold_curves(by_plan(policy, 150, *jobs))
    sums = totals(decided)
    at = int(threshold)
    assert curves.carbon_percent[at] == pytest.approx(100 * sums.saved_share)
    assert curves.deferred[at] == sums.waiting
    assert curves.delay_hours[at] == pytest.approx(float(decided.plan.delay_hours.sum()) / 3)
    assert (curves.row, curves.jobs, len(curves.threshold)) == (150, 4, 401)


def test_curves_of_a_queue_without_carbon_or_freedom_are_flat() -> None:
    zero = threshold_curves(decide([job()], view_of(flat(0))))
    assert not zero.carbon_percent.any()
    fixed = threshold_curves(decide([job(priority="critical")], VIEW))
    assert not fixed.deferred.any()
    assert fixed.suggestion.threshold is None


def test_the_suggested_threshold_has_its_reason() -> None:
    found = threshold_curves(decide([job()], VIEW)).suggestion
    assert found.threshold == 119  # above it the job stops half an hour earlier, at 120 g
    assert found.reason.startswith(
        "119 g/kWh is the highest threshold that keeps 100 % of the most this policy can gain: 1 job waits"
    )


def test_a_held_job_is_in_the_curves_whatever_the_threshold(here: Bench) -> None:
    own = here.own(job("held"), job("free"))
    own = here.desk.override(own, Override("held", Action.DEFER, "later", hour(4)), NOW)
    curves = threshold_curves(here.decisions(own, NOW))
    assert curves.deferred[[0, 150, 400]].tolist() == [2, 2, 1]
    assert curves.carbon_percent[400] == pytest.approx(100 * 1000 / 4000)


def test_the_threshold_may_lie_beyond_the_slider() -> None:
    found = threshold_curves(decide([job()], VIEW, RULE.model_copy(update={"threshold": 900.0})))
    assert found.row == 400
    assert VIEW.region == GB
