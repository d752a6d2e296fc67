"""A person's word on a job: run now, hold, cancel; with a reason, and only where it can be kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gridflex.agents.explain import Explained, explain
from gridflex.domain.controls import Controls
from gridflex.domain.decisions import Action, Rationale
from gridflex.errors import InputError
from gridflex.services.headline import totals
from gridflex.services.overrides import MOST_REASON, Override
from gridflex.services.workspace import Workspace
from tests.bench import NOW, START, Bench, hour, job, stepped

FIRST = int(START.timestamp()) // 1800


def word(action: Action, until: Any = None, reason: str = "the demo is at eight", name: str = "a") -> Override:
    return Override(name, action, reason, until)


def told(here: Bench, own: Workspace, now: Any = NOW, row: int = 0) -> Explained:
    return explain(here.decisions(own, now), [row])[0]


def test_run_now_pins_the_job_to_this_half_hour(here: Bench) -> None:
    own = here.own(job())
    ran = here.desk.override(own, word(Action.EXECUTE_NOW), NOW)
    found = told(here, ran)
    assert (found.action, found.rationale, found.start) == (Action.EXECUTE_NOW, Rationale.OPERATOR, hour(0))
    assert found.sentence == "A person chose this start (17:00), the one it would have had without a plan."
    assert ran.reasons == {"a": "the demo is at eight"}


def test_hold_pins_it_to_a_later_one_whatever_the_rule_says(here: Bench) -> None:
    own = here.own(job())
    held = here.desk.override(own, word(Action.DEFER, until=hour(4.6)), NOW)
    for hours in (0, 0.5, 3):
        held = here.desk.catch_up(held, NOW + timedelta(hours=hours))
        assert (held.before.start - FIRST).tolist() == [10]
    found = told(here, held, NOW + timedelta(hours=3))
    assert (found.action, found.start, found.saved_g) == (Action.DEFER, hour(5), 2010 - 1000)


def test_cancel_takes_it_out_of_every_sum_and_it_may_come_back(here: Bench) -> None:
    own = here.own(job(), job("b"))
    cancelled = here.desk.override(own, word(Action.CANCEL), NOW)
    found = told(here, cancelled)
    assert (found.action, found.start, found.saved_g) == (Action.CANCEL, None, 0)
    assert found.sentence == "Cancelled by a person; it does not run."
    sums = totals(here.decisions(cancelled, NOW))
    assert (sums.cancelled, sums.unplaced, sums.waiting, sums.baseline_g) == (1, 0, 1, 2000)
    later = here.desk.catch_up(cancelled, NOW + timedelta(hours=1))
    assert told(here, later, NOW + timedelta(hours=1)).action is Action.CANCEL
    back = here.desk.override(later, word(Action.DEFER, until=hour(4)), NOW + timedelta(hours=1))
    assert told(here, back, NOW + timedelta(hours=1)).start == hour(4)
    assert back.before.baseline.tolist() == own.before.baseline.tolist()


def test_it_is_in_the_trail_with_its_reason_a_plan_and_the_job_s_new_decision(here: Bench) -> None:
    own = here.own(job(), job("other"))
    before = len(here.rows(own))
    here.desk.override(own, word(Action.DEFER, until=hour(4), reason="  " + "x" * 300), NOW)
    override, plan, decision = here.rows(own)[before:]
    assert (override.kind, override.subject) == ("override", "a")
    assert override.data == {"action": "defer", "reason": "x" * MOST_REASON, "start": hour(4).isoformat()}
    assert plan.data["cause"] == "override of a"
    assert (decision.kind, decision.subject, decision.data["rationale"]) == ("decision", "a", "operator")
    assert (decision.data["start"], decision.data["saved_g"]) == (hour(4).isoformat(), 1000)
    cancelled = here.desk.override(here.desk.open(own.token, NOW), word(Action.CANCEL), NOW)
    override, plan, decision = here.rows(cancelled)[-3:]
    assert (override.data["start"], decision.data["action"], decision.data["start"]) == (None, "cancel", None)
    assert here.trail.verify(own.id)


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_without_a_reason_nothing_changes(here: Bench, reason: str) -> None:
    own = here.own(job())
    rows = len(here.rows(own))
    with pytest.raises(InputError, match="needs a reason"):
        here.desk.override(own, word(Action.CANCEL, reason=reason), NOW)
    assert len(here.rows(own)) == rows


def test_a_job_that_is_unknown_or_has_begun_is_refused(here: Bench) -> None:
    own = here.own(job("a", priority="critical", hours=3), job("b"))
    with pytest.raises(InputError, match="no job 'ghost'"):
        here.desk.override(own, word(Action.CANCEL, name="ghost"), NOW)
    here.desk.override(own, word(Action.CANCEL), NOW)  # in its first half-hour it can still be stopped
    other = here.own(job("a", priority="critical", hours=3))
    later = here.desk.catch_up(other, NOW + timedelta(minutes=30))
    for action in (Action.CANCEL, Action.EXECUTE_NOW, Action.DEFER):
        with pytest.raises(InputError, match="has already begun"):
            here.desk.override(later, word(action, until=hour(9)), NOW + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("given", "action", "until", "said"),
    [
        ({}, Action.DEFER, None, "Hold a job until a later half-hour"),
        ({}, Action.DEFER, NOW, "Hold a job until a later half-hour"),
        ({}, Action.DEFER, hour(-3), "Hold a job until a later half-hour"),
        ({}, Action.SHIFT_REGION, None, "run a job now, hold it or cancel it"),
        ({"deadline": hour(6)}, Action.DEFER, hour(5.1), "its latest start is 22:00"),
        ({"max_defer_hours": 3}, Action.DEFER, hour(3.5), "its latest start is 20:00"),
        ({"deadline": hour(80)}, Action.DEFER, hour(47.5), "beyond the 48 hours"),
        ({"deadline": hour(200)}, Action.DEFER, hour(100), "beyond the 48 hours"),
        ({"release": hour(2)}, Action.EXECUTE_NOW, None, "released at 19:00 and cannot run before"),
        ({"release": hour(2)}, Action.DEFER, hour(1), "released at 19:00"),
        ({"priority": "critical"}, Action.DEFER, hour(1), "may not wait cannot be held"),
        ({"deferrable": False}, Action.DEFER, hour(1), "may not wait cannot be held"),
    ],
)
def test_a_start_that_the_job_cannot_have_is_refused(
    here: Bench, given: dict[str, Any], action: Action, until: Any, said: str
) -> None:
    own = here.own(job(**given))
    with pytest.raises(InputError, match=said):
        here.desk.override(own, word(action, until), NOW)
    assert here.desk.open(own.token, NOW).version == own.version


@pytest.mark.parametrize(
    ("given", "until", "start"),
    [
        ({"deadline": hour(6)}, hour(5), 5),
        ({"max_defer_hours": 3}, hour(2.7), 3),
        ({"deadline": hour(80)}, hour(47), 47),
        ({"release": hour(2)}, hour(2), 2),
    ],
)
def test_the_whole_window_is_allowed(here: Bench, given: dict[str, Any], until: Any, start: float) -> None:
    held = here.desk.override(here.own(job(**given)), word(Action.DEFER, until), NOW)
    assert told(here, held).start == hour(start)


def test_a_job_that_is_too_late_may_still_be_run_at_once(here: Bench) -> None:
    own = here.own(job(deadline=hour(0.75)))
    assert told(here, own).action is Action.UNPLACED
    with pytest.raises(InputError, match="its latest start is 17:00"):
        here.desk.override(own, word(Action.DEFER, hour(1)), NOW)
    ran = here.desk.override(own, word(Action.EXECUTE_NOW), NOW)
    assert (told(here, ran).start, told(here, ran).saved_g) == (hour(0), 0)


def test_a_pausing_job_that_a_person_starts_runs_through(here: Bench) -> None:
    here.feed.value = stepped((1, 300), (1.5, 50), (3, 300), (3.5, 50), then=300)
    own = here.own(job(interruptible=True), controls=Controls(policy="interruptible", threshold=40))
    assert own.before.pauses
    held = here.desk.override(own, word(Action.DEFER, hour(2)), NOW)
    assert held.before.pauses == {}
    assert (told(here, held).start, told(here, held).end, told(here, held).parts) == (hour(2), hour(3), 1)
