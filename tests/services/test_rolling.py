"""The rolling re-plan: a plan changes only for a gain above the margin, and what stands is what is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.agents.explain import explain
from gridflex.domain.controls import Aim, Controls, Site
from gridflex.domain.halfhours import half_hours
from gridflex.planning.certificate import plan_value
from gridflex.planning.replan import MARGIN, Cause
from gridflex.services.job_table import job_table
from gridflex.services.overview import overview
from gridflex.services.rolling import Rolled, asleep, asleep_words
from gridflex.services.workspace import Workspace
from tests.bench import NOW, RULE, START, Bench, Values, bench, hour, job, stepped

FIRST = int(START.timestamp()) // 1800
BEST = Controls(policy="best-window", aim=Aim.CARBON, minimum_gain_percent=0)
"""Grams alone: gains are easy to reckon."""


def at(here: Bench, own: Workspace, hours: float) -> Workspace:
    return here.desk.catch_up(own, NOW + timedelta(hours=hours))


def starts(own: Workspace) -> list[int]:
    """Stored starts, in half-hours from START."""
    return (own.before.start - FIRST).tolist()


def last_plan(here: Bench, own: Workspace) -> dict[str, object]:
    found: dict[str, object] = here.rows(own, "plan")[-1].data
    return found


def test_a_gain_within_the_margin_changes_nothing_and_the_trail_says_so(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job(), controls=BEST)
    here.feed.value = stepped((4, 200), (5, 100), (6, 99), then=200)  # an hour later would be 1 % better
    before = len(here.rows(own))
    later = at(here, own, 0.5)
    assert starts(later) == starts(own) == [8]
    (plan,) = here.rows(own)[before:]
    assert (plan.data["cause"], plan.data["replaced"], plan.data["replan"]) == ("a new half-hour", False, "small_gain")
    assert (plan.data["gain_g"], plan.data["margin_percent"]) == (pytest.approx(10), 1)
    assert plan.data["sentence"] == (
        "Re-plan of a new half-hour. The plan stands: moving 1 run would gain 10 g (1 %), not above the margin of 1 %."
    )


def test_a_gain_above_the_margin_moves_the_run_and_its_row_has_the_cause(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job(), controls=BEST)
    here.feed.value = stepped((4, 200), (5, 100), (6, 98), then=200)
    later = at(here, own, 0.5)
    assert starts(later) == [10]
    cause = "A better plan moves 1 run and gains 20 g (2 %), above the margin of 1 %."
    assert last_plan(here, later)["sentence"] == f"Re-plan of a new half-hour. {cause}"
    row = here.rows(own, "decision")[-1]
    assert (row.subject, row.data["cause"], row.data["start"]) == ("a", cause, hour(5).isoformat())


def test_the_same_plan_stands_without_a_word_of_gain(here: Bench) -> None:
    later = at(here, here.own(job(), controls=BEST), 0.5)
    assert last_plan(here, later)["sentence"] == "Re-plan of a new half-hour. The plan stands: nothing better is known."
    assert last_plan(here, later)["replan"] == "same"


def test_money_is_told_as_money(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (5, 100), then=200)
    own = here.own(job(kwh=1000), controls=Controls(policy="best-window", aim=Aim.MONEY, threshold=0))
    here.feed.value = stepped((1, 200), (2, 50), (4, 200), (5, 100), then=200)
    later = at(here, own, 0.5)
    # 50 kg at GBP 245/t, of 1,000 kWh at 10 p and 100 kg at GBP 245/t.
    assert "gains £12.25 (9.8 %)" in str(last_plan(here, later)["sentence"])
    assert last_plan(here, later)["gain_gbp"] == pytest.approx(12.25)


@pytest.mark.parametrize(("aim", "more"), [(Aim.MONEY, "cost £0.02 more"), (Aim.CARBON, "emit 90 g more")])
def test_a_rule_that_would_now_run_a_job_for_more_is_told_and_not_followed(here: Bench, aim: Aim, more: str) -> None:
    own = here.own(job(), controls=RULE.model_copy(update={"aim": aim}))
    here.feed.value = stepped((2, 149), (4, 140), then=200)  # below the threshold: the rule would run it at once
    later = at(here, own, 0.5)
    assert starts(later) == [4]
    assert f"placed anew, 1 run would {more}" in str(last_plan(here, later)["sentence"])


def test_the_plan_in_force_is_what_every_page_shows(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job(), controls=BEST)
    here.feed.value = stepped((4, 200), (5, 100), (6, 99), then=200)
    own, now = at(here, own, 0.5), NOW + timedelta(hours=0.5)
    shown = here.decisions(own, now)
    assert shown.start_epoch().tolist() == own.before.start.tolist()
    assert shown.stands is not None
    assert shown.stands.tolist() == [True]
    assert shown.plan.carbon_g == pytest.approx(1000)
    (told,) = explain(shown, [0])
    assert told.stands
    assert told.sentence.startswith("Waits until 21:00 as planned before: another start would gain too little. Its run")
    assert job_table(shown)["saved_kg"].tolist() == pytest.approx([1.005])
    assert overview(shown, 1015, now).sums.saved_g == pytest.approx(1005)  # 200 and 201 g until 18:00
    preview = here.desk.decide(own, here.view(own, now), own.controls.model_copy(update={"minimum_gain_percent": 0.5}))
    assert (preview.stands, preview.plan.carbon_g[0]) == (None, pytest.approx(990))


def test_a_forecast_renewed_within_the_half_hour_moves_nothing_until_the_next(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job(), controls=BEST)
    here.feed.value = stepped((2, 10), (4, 200), (6, 100), then=200)
    here.grid._views.clear()  # as when the source has answered again
    soon = NOW + timedelta(minutes=10)
    shown = here.decisions(own, soon)
    assert shown.start_epoch().tolist() == own.before.start.tolist()
    assert here.desk.catch_up(own, soon) is own
    assert starts(at(here, own, 0.5)) == [1]


def test_a_person_s_action_always_replaces(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job(), controls=BEST)
    here.feed.value = stepped((4, 200), (5, 100), (6, 99), then=200)
    now = NOW + timedelta(hours=0.5)
    own = at(here, own, 0.5)
    assert starts(here.desk.adopt(own, BEST, now, "use this plan")) == [10]
    assert "replan" not in last_plan(here, own)


def test_what_is_over_and_what_a_person_chose_does_not_widen_the_margin(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.own(job("open"), job("huge", kwh=100_000, priority="critical"), controls=BEST)
    here.feed.value = stepped((4, 200), (5, 100), (6, 95), then=200)
    assert starts(at(here, own, 0.5)) == [10, 0]


def test_a_job_without_a_place_gets_one_while_the_others_stay(here: Bench) -> None:
    own = here.own(job("a"), job("far", release=hour(3), hours=47), controls=BEST)
    assert starts(own)[1] < 0
    later = at(here, own, 3)
    assert starts(later) == [starts(own)[0], 6]
    assert [row.subject for row in here.rows(later, "decision")][-1] == "far"


def test_under_a_cap_the_kept_plan_has_its_own_certificate(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (5, 100), (6, 101), then=200)
    own = here.own(job("a"), job("b"), controls=BEST)
    own = here.desk.change_site(own, Site(cap_kw=12), BEST, NOW)
    assert sorted(starts(own)) == [8, 10]
    here.feed.value = stepped((4, 200), (5, 101), (6, 100), (6.5, 100.5), then=200)
    own, now = at(here, own, 0.5), NOW + timedelta(hours=0.5)
    shown = here.decisions(own, now)
    assert shown.start_epoch().tolist() == own.before.start.tolist()
    proof = shown.certificate
    assert proof.planned_g == pytest.approx(shown.plan.carbon_g.sum())
    assert proof.bound_g <= proof.planned_g
    assert shown.plan.power_kw().max() <= 12


def test_a_cap_that_a_new_job_leaves_no_room_under_replaces_the_plan(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (5, 100), then=200)
    own = here.own(job("a"), job("far", kwh=470, hours=47, release=hour(3), deferrable=False), controls=BEST)
    own = here.desk.change_site(own, Site(cap_kw=12), BEST, NOW)
    assert starts(own)[0] == 8
    later = at(here, own, 3)  # now the long run fits before the horizon's end, and it may not wait
    assert starts(later)[1] == 6
    shown = here.decisions(later, NOW + timedelta(hours=3))
    assert shown.plan.power_kw().max() <= 12
    assert last_plan(here, later)["replan"] == "cap_exceeded"


def test_a_run_that_ends_before_its_time_limit_gives_its_room_to_the_next(here: Bench) -> None:
    """An hour expected, three kept free: what had to wait for the limit starts when the run is over."""
    here.feed.value = stepped((3, 100), then=300)
    first = job("first", priority="critical", time_limit_hours=3)
    own = here.own(first, job("next", release=hour(0.5)), controls=BEST)
    own = here.desk.change_site(own, Site(cap_kw=12), BEST, NOW)
    assert starts(own) == [0, 6]
    later = at(here, own, 1)
    assert starts(later) == [0, 2]


@pytest.mark.parametrize(
    ("cause", "gain", "share", "sentence"),
    [
        (Cause.FIRST_PLAN, 0.0, 0.0, "A new plan: runs that had no place have one."),
        (Cause.WINDOW_LEFT, -1.0, -0.1, "A new plan moves 2 runs: one could no longer run when it was planned."),
        (Cause.SMALL_GAIN, 9.0, 0.5, "The plan stands: a new one would leave a run without a place."),
    ],
)
def test_rarer_causes_in_words(cause: Cause, gain: float, share: float, sentence: str) -> None:
    found = Rolled(cause, gain, share, in_grams=False, moved=2)
    assert (found.sentence, found.replaced) == (sentence, cause is not Cause.SMALL_GAIN)


def test_a_carbon_cap_that_the_old_plan_no_longer_keeps_replaces_it(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (5, 100), then=200)
    capped = Controls(policy="best-window", aim=Aim.COST, carbon_cap=120)
    own = here.own(job(), controls=capped)
    assert starts(own) == [8]
    here.feed.value = stepped((4, 200), (5, 130), (6, 110), then=200)
    later = at(here, own, 0.5)
    assert starts(later) == [10]
    assert last_plan(here, later)["replan"] == "cap_exceeded"
    assert "no longer kept its cap" in str(last_plan(here, later)["sentence"])


def test_a_run_that_pauses_stands_with_all_its_parts(here: Bench) -> None:
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), then=300)
    pausing = Controls(policy="interruptible", aim=Aim.CARBON, minimum_gain_percent=0)
    own = here.own(job(interruptible=True), controls=pausing)
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), (4, 49.9), then=300)
    later = at(here, own, 0.5)
    assert later.before.pauses == own.before.pauses
    shown = here.decisions(later, NOW + timedelta(hours=0.5))
    assert explain(shown, [0])[0].parts == 2


def noisy(seed: int) -> Values:
    """A forecast that is another one in each half-hour it is asked at."""
    rng = np.random.default_rng(seed)
    known = dict(zip(half_hours(hour(-200), 1000), rng.uniform(50, 300, 1000), strict=True))
    return lambda moment: float(known[moment])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=4), st.sampled_from(["best-window", "threshold"]))
def test_whatever_the_forecasts_a_plan_moves_only_for_its_gain(seeds: list[int], policy: str) -> None:
    controls = Controls(policy=policy, aim=Aim.MONEY, minimum_gain_percent=0)
    with bench(noisy(seeds[0])) as here:
        own = here.own(job("a"), job("b", hours=2.5, kwh=40), job("c", max_defer_hours=6), controls=controls)
        for step, seed in enumerate(seeds[1:], start=1):
            here.feed.value = noisy(seed)
            now = NOW + timedelta(hours=step / 2)
            later = here.desk.catch_up(own, now)
            told = last_plan(here, later)
            movable = ~own.before.begun(FIRST + step)
            moved = bool(((later.before.start != own.before.start) & movable).any())
            assert moved == told["replaced"]
            shown = here.decisions(later, now)
            assert shown.start_epoch().tolist() == later.before.start.tolist()
            if moved:
                cost = plan_value(shown.plan.take(movable), shown.rules.objective)
                gain = float(told["gain_gbp"])  # type: ignore[arg-type]
                assert gain > MARGIN * (cost + gain)
            assert here.trail.verify(later.id).count == len(here.rows(later))
            own = later


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("planned", "awake", "words"),
    [
        ("2026-01-08T02:41", "2026-01-08T07:44", "asleep 03:00–07:30, plan kept"),
        ("2026-01-08T22:41", "2026-01-09T07:30", "asleep Thu 8 Jan 23:00–Fri 9 Jan 07:30, plan kept"),
        ("2026-06-08T02:41", "2026-06-08T07:44", "asleep 04:00–08:30, plan kept"),  # UK time is an hour ahead
        ("2026-03-29T00:10", "2026-03-29T02:10", "asleep 00:30 GMT–03:00 BST, plan kept"),  # the clock skips an hour
    ],
)
def test_sleep_is_told_in_uk_time(planned: str, awake: str, words: str) -> None:
    slept = asleep(utc(planned), utc(awake))
    assert slept is not None
    assert asleep_words(*slept) == words


@pytest.mark.parametrize("awake", ["2026-01-08T02:41", "2026-01-08T02:59", "2026-01-08T03:00", "2026-01-08T03:29"])
def test_no_half_hour_missed_is_no_sleep(awake: str) -> None:
    assert asleep(utc("2026-01-08T02:41"), utc(awake)) is None
