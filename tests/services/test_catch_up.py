"""As time goes on: baselines stay, runs that have begun stay, the others are decided anew."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from gridflex.domain.controls import Controls
from gridflex.services.headline import totals
from gridflex.services.possible import possible_g
from gridflex.services.workspace import Workspace
from tests.bench import NOW, START, Bench, hour, job, stepped

FIRST = int(START.timestamp()) // 1800
PAUSING = Controls(policy="interruptible", threshold=40)


def catch_up(here: Bench, own: Workspace, hours: float) -> Workspace:
    return here.desk.catch_up(own, NOW + timedelta(hours=hours))


def starts(own: Workspace) -> list[int]:
    """Stored starts, in half-hours from START."""
    return (own.before.start - FIRST).tolist()


def test_within_the_half_hour_nothing_is_decided_anew(here: Bench) -> None:
    own = here.own(job())
    assert here.desk.catch_up(own, NOW + timedelta(minutes=24)) is own


def test_a_new_half_hour_is_a_plan_row_and_a_row_for_what_changed(here: Bench) -> None:
    own = here.own(job("waits"), job("ran", priority="critical"))
    before = len(here.rows(own))
    here.feed.value = stepped((1, 220), (2, 100), (3, 120), then=180)  # the cleanest hour comes an hour earlier now
    later = catch_up(here, own, 0.5)
    plan, decision = here.rows(own)[before:]
    assert plan.data["cause"] == "a new half-hour"
    assert (decision.subject, decision.data["start"]) == ("waits", hour(1).isoformat())
    assert later.version == own.version + 1
    assert catch_up(here, later, 0.5) is later


def test_a_baseline_is_frozen_at_the_first_decision_and_never_moved(here: Bench) -> None:
    own = here.own(job())
    for half_hours in range(1, 6):
        own = catch_up(here, own, half_hours / 2)
        assert own.before.baseline.tolist() == [FIRST]
    assert starts(own) == [4]
    found = here.decisions(own, NOW + timedelta(hours=2.5))
    assert found.plan.baseline_g[0] == pytest.approx(2010)  # 200 g was measured as 201
    assert found.plan.carbon_g[0] == pytest.approx(5 * 141 + 5 * 140)


def test_a_run_that_has_begun_stays_put_whatever_is_decided_since(here: Bench) -> None:
    own = here.own(job("long", hours=4, kwh=40, priority="critical"), job("waits"))
    here.feed.value = stepped((0.5, 500), then=10)
    later = here.desk.adopt(own, Controls(policy="best-window", threshold=0), NOW + timedelta(hours=2.5), "later")
    assert starts(later) == [0, 4]
    decided = here.decisions(later, NOW + timedelta(hours=2.5))
    assert [str(word) for word in decided.action] == [str(word) for word in own.before.action]
    assert decided.rationale.tolist() == own.before.rationale.tolist()
    assert decided.plan.queue.fixed.all()


def test_what_waits_is_decided_anew_from_now_on(here: Bench) -> None:
    own = here.own(job())
    here.feed.value = stepped((4, 200), (8, 100), then=180)
    later = catch_up(here, own, 1)
    assert starts(later) == [7]  # (200 + 100) / 2 is at the threshold
    # Its own run came to nothing while nobody looked: a day later it counts as run where it was planned.
    slept = catch_up(here, later, 24)
    assert starts(slept) == [7]


def test_a_second_tab_takes_up_what_the_first_one_planned(here: Bench) -> None:
    own = here.own(job())
    first = catch_up(here, own, 0.5)
    rows = here.trail.count(own.id)
    second = catch_up(here, own, 0.5)
    assert (second.version, second.to_state()) == (first.version, first.to_state())
    assert here.trail.count(own.id) == rows


@pytest.mark.parametrize("away_h", [47.5, 48, 48.5, 49, 50, 50.5, 51, 52, 60, 24 * 30])
def test_runs_older_than_the_horizon_keep_their_figures_and_do_not_run_again(here: Bench, away_h: float) -> None:
    own = here.own(job("ran", priority="critical"), job("waited"), job("tail", kwh=6, hours=0.7))
    own = catch_up(here, own, 4)
    decided = here.decisions(own, NOW + timedelta(hours=4))
    before = totals(decided)
    power = decided.plan.power_kw().sum()
    later = NOW + timedelta(hours=away_h)
    back = here.desk.open(own.token, later)
    assert starts(back) == [0, 4, 4]
    found = here.decisions(back, later)
    sums = totals(found)
    assert (sums.done, sums.unplaced, sums.now) == (3, 0, 0)
    assert (sums.saved_g, sums.baseline_g) == pytest.approx((before.saved_g, before.baseline_g))
    assert (sums.saved_gbp, sums.baseline_gbp) == pytest.approx((before.saved_gbp, before.baseline_gbp))
    assert possible_g(found.plan.queue, found.plan.horizon, back.before) == pytest.approx(sums.saved_g)
    if away_h <= 48:
        assert found.plan.power_kw().sum() == pytest.approx(power)
    if away_h >= 52:
        assert found.plan.power_kw() == pytest.approx(0)
    assert here.rows(back, "decision")[-1].subject != "ran"


def test_a_job_that_waits_for_days_is_still_compared_with_its_first_half_hour(here: Bench) -> None:
    here.feed.value = stepped((40, 200), (50, 180), (60, 200), (70, 50), then=200)
    own = here.own(job(deadline=hour(72)))
    assert starts(own) == [80]
    own = catch_up(here, own, 2)  # its first half-hour has been measured: 201 g
    own = catch_up(here, own, 30)
    assert starts(own) == [119]
    own = catch_up(here, own, 55)
    found = here.decisions(own, NOW + timedelta(hours=55))
    assert found.plan.queue.baseline[0] < 0
    assert found.plan.baseline_g[0] == pytest.approx(2010)
    assert found.plan.saved_g[0] == pytest.approx(2010 - (5 * 200 + 5 * 50))


def test_a_run_that_pauses_keeps_its_parts_once_it_has_begun(here: Bench) -> None:
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), (5, 300), (5.5, 50), then=300)
    own = here.own(job(hours=1.5, kwh=15, interruptible=True), controls=PAUSING)
    assert own.before.pauses == {0: (FIRST + 2, FIRST + 6, FIRST + 10)}
    before = here.decisions(own, NOW)
    here.feed.value = stepped((2, 300), then=1)  # tempting, too late
    for hours in (1.5, 2, 4, 20, 50.5, 60):
        own = here.desk.open(own.token, NOW + timedelta(hours=hours))
        assert own.before.pauses == {0: (FIRST + 2, FIRST + 6, FIRST + 10)}
        found = here.decisions(own, NOW + timedelta(hours=hours))
        assert totals(found).done == (hours > 5.5)
        assert found.plan.saved_g[0] > 0
    assert here.desk.adopt(own, Controls(policy="threshold"), NOW + timedelta(hours=61), "c").before.pauses
    assert np.flatnonzero(before.plan.parts[0]).tolist() == [98, 102, 106]  # type: ignore[index]


def test_a_run_that_pauses_and_has_not_begun_is_planned_anew(here: Bench) -> None:
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), then=300)
    own = here.own(job(interruptible=True), controls=PAUSING)
    assert len(own.before.pauses) == 1
    here.feed.value = stepped((2, 300), then=10)
    assert catch_up(here, own, 0.5).before.pauses == {}


def test_a_clock_set_back_changes_nothing(here: Bench) -> None:
    own = here.own(job())
    assert here.desk.catch_up(own, NOW - timedelta(hours=1)) is own


def test_a_job_on_its_way_is_rounded_up_once_and_an_arrived_one_begins_now(here: Bench) -> None:
    own = here.own(
        job("arrived", priority="critical", release=NOW - timedelta(minutes=2)),
        job("coming", priority="critical", release=NOW + timedelta(minutes=2)),
    )
    assert starts(own) == [0, 1]
    preview = here.desk.decide(own, here.view(own, NOW + timedelta(minutes=10)))
    assert preview.start_epoch().tolist() == own.before.start.tolist()
    arrived = here.desk.adopt(own, Controls(), NOW + timedelta(minutes=10), "both have arrived")
    assert starts(arrived) == [0, 1]
    assert starts(catch_up(here, arrived, 0.5)) == [0, 1]
