"""Advise, approve, automatic: what starts by itself, and what waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridflex.agents.explain import explain
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.jobs import JobStatus
from gridflex.domain.modes import Mode
from gridflex.errors import InputError
from gridflex.services.headline import decision_sentence, totals
from gridflex.services.job_table import statuses
from gridflex.services.overrides import Override
from gridflex.services.tick import Outcome, tick_all
from gridflex.services.workspace import Workspace, from_state
from tests.bench import NOW, START, Bench, hour, job, stepped

FIRST = int(START.timestamp()) // 1800
BEST = Controls(policy="best-window", minimum_gain_percent=0)


def starts(own: Workspace) -> list[int]:
    """Stored starts, in half-hours from START."""
    return (own.before.start - FIRST).tolist()


def test_a_workspace_begins_in_automatic_mode_and_an_older_one_stays_in_it(here: Bench) -> None:
    own = here.own(job())
    assert own.mode is Mode.AUTOMATIC
    state = {name: value for name, value in own.to_state().items() if name not in ("mode", "proposal", "last")}
    assert from_state("", own.id, 1, state).mode is Mode.AUTOMATIC


def test_another_mode_is_kept_and_in_the_trail_and_moves_nothing(here: Bench) -> None:
    own = here.own(job())
    advised = here.desk.steer.set_mode(own, Mode.ADVISE, NOW)
    assert starts(advised) == starts(own)
    assert here.desk.open(own.token, NOW).mode is Mode.ADVISE
    row = here.rows(own)[-1]
    assert (row.kind, row.subject, row.data) == ("setting", "mode", {"mode": "advise", "before": "automatic"})
    assert here.desk.steer.set_mode(advised, Mode.ADVISE, NOW) is advised


def test_advise_starts_nothing_that_may_wait_and_holds_nothing_that_may_not(here: Bench) -> None:
    own = here.own(
        job("free", max_defer_hours=24), job("critical", priority="critical"), job("fixed", deferrable=False)
    )
    own = here.desk.steer.set_mode(own, Mode.ADVISE, NOW)
    assert starts(own) == [4, 0, 0]
    for hours in (0.5, 2, 2.5, 3):
        own = here.desk.catch_up(own, NOW + timedelta(hours=hours))
    # its planned start of 19:00 went by unused; it is advised again, critical ones began at 17:00
    assert starts(own) == [6, 0, 0]
    shown = here.decisions(own, NOW + timedelta(hours=3))
    assert statuses(shown) == [JobStatus.QUEUED, JobStatus.COMPLETED, JobStatus.COMPLETED]
    (told,) = explain(shown, [0])
    assert told.sentence.startswith("Not started: it waits for a person's word. ")
    sums = totals(shown)
    assert (sums.advised, sums.now, sums.done) == (1, 0, 2)
    assert "1 should start now, at your word" in decision_sentence(shown, sums)


def test_in_automatic_mode_the_same_job_begins_by_itself(here: Bench) -> None:
    own = here.own(job())
    for hours in (0.5, 2, 2.5):
        own = here.desk.catch_up(own, NOW + timedelta(hours=hours))
    assert starts(own) == [4]
    assert statuses(here.decisions(own, NOW + timedelta(hours=2.5))) == [JobStatus.RUNNING]


def test_the_tick_starts_nothing_in_advise_mode_either(here: Bench) -> None:
    own = here.desk.steer.set_mode(here.own(job()), Mode.ADVISE, NOW)
    later = NOW + timedelta(hours=5)
    (line,) = tick_all(here.store, here.trail, here.desk, later, 7)
    assert (line.outcome, line.settled) == (Outcome.PLANNED, 0)
    kept = here.desk.open(own.token, later)
    assert starts(kept)[0] >= 10
    asleep = next(row for row in here.rows(own, "plan") if "missed_half_hours" in row.data)
    assert asleep.data["runs_begun"] == 0


def test_a_word_starts_it_in_advise_mode(here: Bench) -> None:
    own = here.desk.steer.set_mode(here.own(job()), Mode.ADVISE, NOW)
    own = here.desk.override(own, Override("a", Action.EXECUTE_NOW, "start it"), NOW)
    own = here.desk.catch_up(own, NOW + timedelta(minutes=30))
    assert starts(own) == [0]
    assert statuses(here.decisions(own, NOW + timedelta(minutes=30))) == [JobStatus.RUNNING]


def test_one_word_starts_all_that_is_advised_and_no_more(here: Bench) -> None:
    own = here.desk.steer.set_mode(here.own(job("later")), Mode.ADVISE, NOW)
    own = here.desk.take_jobs(own, frame_from_jobs([job("now", max_defer_hours=0)]), NOW, cause="more", add=True)
    assert starts(own) == [4, 0]
    with pytest.raises(InputError, match="needs a reason"):
        here.desk.steer.run_everything(own, " ", NOW, advised_only=True)
    own = here.desk.steer.run_everything(own, "as advised", NOW, advised_only=True)
    own = here.desk.catch_up(own, NOW + timedelta(minutes=30))
    assert (starts(own), own.before.pinned.tolist()) == ([4, 0], [False, True])
    with pytest.raises(InputError, match="No job is left to start"):
        here.desk.steer.run_everything(own, "as advised", NOW + timedelta(minutes=30), advised_only=True)


def test_what_runs_goes_on_when_the_mode_becomes_advise(here: Bench) -> None:
    own = here.own(job("now", max_defer_hours=0))
    own = here.desk.steer.set_mode(own, Mode.ADVISE, NOW)
    own = here.desk.catch_up(own, NOW + timedelta(minutes=30))
    assert starts(own) == [0]
    assert statuses(here.decisions(own, NOW + timedelta(minutes=30))) == [JobStatus.RUNNING]


def test_a_job_that_nobody_starts_in_time_is_told_so(here: Bench) -> None:
    own = here.own(job(deadline=hour(3)))
    own = here.desk.steer.set_mode(own, Mode.ADVISE, NOW)
    own = here.desk.catch_up(own, NOW + timedelta(hours=2.5))
    (told,) = explain(here.decisions(own, NOW + timedelta(hours=2.5)), [0])
    assert (told.action, told.rationale) == (Action.UNPLACED, Rationale.PAST_DEADLINE)


def improved(here: Bench) -> Workspace:
    """A plan for 21:00 in approve mode, a quarter of an hour before a forecast that is 2 % better at 22:00."""
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.desk.steer.set_mode(here.own(job(), controls=BEST), Mode.APPROVE, NOW)
    here.feed.value = stepped((4, 200), (5, 100), (6, 98), then=200)
    return own


def test_approve_keeps_the_plan_and_proposes_the_better_one(here: Bench) -> None:
    own, now = improved(here), NOW + timedelta(minutes=30)
    later = here.desk.catch_up(own, now)
    assert starts(later) == [8]
    assert later.proposal is not None
    said = "A better plan would move 1 run and gain 20 g (2 %), above the margin of 1 %: it waits for a yes."
    assert later.proposal.sentence == said
    plan = here.rows(own, "plan")[-1].data
    assert (plan["replaced"], plan["proposed"], plan["sentence"]) == (
        False,
        True,
        f"Re-plan of a new half-hour. {said}",
    )
    assert here.decisions(later, now).start_epoch().tolist() == later.before.start.tolist()
    again = here.desk.open(own.token, now)
    assert again.proposal is not None
    assert (again.proposal.start - FIRST).tolist() == [10]


def test_a_yes_takes_exactly_what_was_proposed(here: Bench) -> None:
    own, now = improved(here), NOW + timedelta(minutes=30)
    later = here.desk.catch_up(own, now)
    assert later.proposal is not None
    here.feed.value = stepped((7, 200), (9, 10), then=200)  # what comes meanwhile is not what was shown
    here.grid._views.clear()
    taken = here.desk.steer.answer(later, later.proposal.made_at, True, now)
    assert (starts(taken), taken.proposal) == ([10], None)
    approval, plan, decision = here.rows(own)[-3:]
    assert (approval.kind, approval.data["accepted"]) == ("approval", True)
    assert plan.data["cause"] == "the proposal was approved"
    assert (decision.kind, decision.data["start"]) == ("decision", hour(5).isoformat())
    assert here.trail.verify(own.id)


def test_a_no_leaves_the_plan_and_is_remembered_until_the_next_half_hour(here: Bench) -> None:
    own, now = improved(here), NOW + timedelta(minutes=30)
    later = here.desk.catch_up(own, now)
    assert later.proposal is not None
    left = here.desk.steer.answer(later, later.proposal.made_at, False, now)
    assert (starts(left), left.proposal) == ([8], None)
    assert here.rows(own)[-1].data["accepted"] is False
    with pytest.raises(InputError, match="No plan is proposed"):
        here.desk.steer.answer(left, now, True, now)
    assert here.desk.catch_up(left, NOW + timedelta(hours=1)).proposal is not None


def test_a_proposal_that_was_replaced_is_not_taken(here: Bench) -> None:
    own, now = improved(here), NOW + timedelta(minutes=30)
    later = here.desk.catch_up(own, now)
    assert later.proposal is not None
    seen = later.proposal.made_at
    newer = here.desk.catch_up(later, NOW + timedelta(hours=1))
    with pytest.raises(InputError, match="Another proposal"):
        here.desk.steer.answer(newer, seen, True, NOW + timedelta(hours=1))
    with pytest.raises(InputError, match="Another proposal"):
        here.desk.steer.answer(later, seen, True, NOW + timedelta(hours=1))


def test_the_tick_proposes_in_approve_mode(here: Bench) -> None:
    own, now = improved(here), NOW + timedelta(minutes=30)
    (line,) = tick_all(here.store, here.trail, here.desk, now, 7)
    assert "it waits for a yes" in line.sentence
    kept = here.desk.open(own.token, now)
    assert (starts(kept), kept.proposal is not None) == ([8], True)


def test_in_approve_mode_the_plan_in_force_starts_by_itself(here: Bench) -> None:
    own = here.desk.steer.set_mode(here.own(job()), Mode.APPROVE, NOW)
    later = NOW + timedelta(hours=2.5)
    assert statuses(here.decisions(here.desk.catch_up(own, later), later)) == [JobStatus.RUNNING]


def test_a_word_on_one_job_moves_no_other_unasked_in_approve_mode(here: Bench) -> None:
    here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = here.desk.steer.set_mode(here.own(job(), job("b"), controls=BEST), Mode.APPROVE, NOW)
    here.feed.value = stepped((4, 200), (5, 100), (6, 90), then=200)
    here.grid._views.clear()
    own = here.desk.override(own, Override("b", Action.EXECUTE_NOW, "at once"), NOW)
    assert starts(own) == [8, 0]
    assert own.proposal is not None
    assert (own.proposal.start - FIRST).tolist() == [10, 0]
    assert here.rows(own, "plan")[-1].data["sentence"].startswith("Re-plan after override of b. A better plan would")


def test_a_job_that_comes_in_approve_mode_has_its_place_at_once(here: Bench) -> None:
    own = here.desk.steer.set_mode(here.own(job()), Mode.APPROVE, NOW)
    frame = here.own(job("new", priority="critical")).frame
    own = here.desk.take_jobs(own, frame, NOW, cause="one more", add=True)
    assert starts(own) == [4, 0]


def test_a_plan_that_cannot_stand_is_replaced_without_a_yes(here: Bench) -> None:
    own = here.own(job("a", kwh=10), job("b", kwh=10), controls=BEST)
    own = here.desk.steer.set_mode(own, Mode.APPROVE, NOW)
    assert starts(own) == [8, 8]
    capped = here.desk.change_site(own, Site(cap_kw=12), own.controls, NOW)
    assert sorted(starts(capped)) != [8, 8]
    assert capped.proposal is None
    assert here.rows(own, "plan")[-1].data["replan"] == "cap_exceeded"
