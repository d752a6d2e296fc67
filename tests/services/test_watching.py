"""What rules say, and when: once as a state begins, by the page's re-plan and by the tick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gridflex.agents.orchestrator import Orchestrator
from gridflex.domain.controls import Controls
from gridflex.domain.decisions import Action
from gridflex.domain.modes import Mode
from gridflex.errors import InputError
from gridflex.notify.rules import MOST_RULES, Trigger
from gridflex.services.desk import Desk
from gridflex.services.overrides import Override
from gridflex.services.tick import tick_all
from gridflex.services.workspace import Workspace, from_state
from tests.bench import NOW, Bench, State, bench, flat, hour, job, snapshot, stepped

URL = "https://hooks.example/in"
BEST = Controls(policy="best-window", minimum_gain_percent=0)


class Told:
    """A bench whose notices are kept."""

    def __init__(self, here: Bench) -> None:
        self.here, self.notices = here, []  # type: Bench, list[Notice]
        here.desk = Desk(here.store, here.grid, Orchestrator(), self.notices.extend)

    def watch(self, own: Workspace, trigger: Trigger, limit: float) -> Workspace:
        return self.here.desk.rules.add(own, trigger, limit, URL, NOW)[0]

    def at(self, own: Workspace, hours: float) -> Workspace:
        return self.here.desk.catch_up(own, NOW + timedelta(hours=hours))

    @property
    def sentences(self) -> list[str]:
        return [notice.sentence for notice in self.notices]


@pytest.fixture
def told() -> Iterator[Told]:
    """Dirty until 19:00, fair until 21:00, clean until 23:00, then dirty again."""
    with bench(stepped((2, 200), (4, 140), (6, 100), then=180)) as here:
        yield Told(here)


def test_a_threshold_speaks_when_it_is_crossed_either_way_and_only_then(told: Told) -> None:
    own = told.watch(told.here.own(job()), Trigger.THRESHOLD, 150)
    for hours in (0.5, 1, 1.5):
        own = told.at(own, hours)
    assert told.sentences == [], "it was above when the rule was made"
    for hours in (2, 2.5, 3, 4, 5, 5.5):
        own = told.at(own, hours)
    assert told.sentences == ["Carbon intensity fell back to or below 150 g/kWh: it is 140 g/kWh."]
    for hours in (6, 6.5, 7):
        own = told.at(own, hours)
    assert told.sentences[1:] == ["Carbon intensity rose above 150 g/kWh: it is 180 g/kWh."]
    assert told.notices[1].data == {"gco2_per_kwh": 180.0, "above": True, "provenance": "live"}


def test_what_was_said_is_kept_with_the_workspace_and_stands_in_the_trail(told: Told) -> None:
    own = told.watch(told.here.own(job()), Trigger.THRESHOLD, 150)
    told.at(own, 0.5)
    (line,) = tick_all(told.here.store, told.here.trail, told.here.desk, NOW + timedelta(hours=2), 7)
    assert "Re-plan" in line.sentence
    told.at(told.here.desk.open(own.token, NOW + timedelta(hours=2)), 2.5)
    assert len(told.notices) == 1, "the tick said it; the page does not say it again"
    (row,) = told.here.rows(own, "notice")
    assert row.data == {
        "sentence": told.sentences[0],
        "notice_id": told.notices[0].id,
        "trigger": "threshold_crossed",
        "limit": 150.0,
        "host": "hooks.example",
    }
    assert told.here.trail.verify(own.id)


def test_a_plan_that_moves_more_than_the_limit_is_told(told: Told) -> None:
    told.here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = told.here.own(job("a"), job("b"), job("c", deadline=hour(5)), job("d", priority="critical"), controls=BEST)
    own = told.watch(told.watch(own, Trigger.PLAN, 60), Trigger.PLAN, 80)
    own = told.at(own, 0.5)
    assert told.sentences == []
    told.here.feed.value = stepped((4, 200), (5, 100), (6, 90), then=200)
    told.here.grid._views.clear()
    own = told.at(own, 1)
    # of three ahead two move an hour later; the critical one has begun
    assert told.sentences == ["A new plan moves 2 jobs of 3 still ahead (67 %)."]
    told.at(own, 1.5)
    assert len(told.notices) == 1


def test_a_proposal_is_told_once_though_it_is_made_again_each_half_hour(told: Told) -> None:
    told.here.feed.value = stepped((4, 200), (6, 100), then=200)
    own = told.here.desk.steer.set_mode(told.here.own(job(), controls=BEST), Mode.APPROVE, NOW)
    own = told.watch(own, Trigger.PLAN, 20)
    told.here.feed.value = stepped((4, 200), (5, 100), (6, 90), then=200)
    for hours in (0.5, 1, 1.5):
        own = told.at(own, hours)
    assert own.proposal is not None
    assert told.sentences == ["A new plan is proposed that would move 1 job of 1 still ahead (100 %)."]


def test_a_deadline_at_risk_names_the_job_once(told: Told) -> None:
    own = told.watch(told.here.own(job("in-time")), Trigger.DEADLINE, 0)
    own = told.at(own, 0.5)
    assert told.sentences == []
    late = job("too-late", deadline=hour(1.2), release=hour(0.5))
    own = told.here.desk.take_jobs(own, told.here.own(late).frame, NOW + timedelta(minutes=30), cause="more", add=True)
    assert told.sentences == ["1 job may miss the deadline: too-late."]
    assert told.notices[0].data == {"job_ids": ["too-late"], "count": 1, "mode": "automatic"}
    told.at(told.at(own, 1), 1.5)
    assert len(told.notices) == 1


def test_in_advise_mode_a_job_that_nobody_starts_is_told_before_it_is_too_late(told: Told) -> None:
    own = told.here.own(job("a", deadline=hour(4)))
    own = told.watch(told.here.desk.steer.set_mode(own, Mode.ADVISE, NOW), Trigger.DEADLINE, 60)
    own = told.at(own, 2)
    assert told.sentences == []  # due to start by 20:00, advised at 19:00: an hour is left
    own = told.at(own, 2.5)
    assert told.sentences == ["1 job may miss the deadline: a."]
    told.at(own, 3)
    assert len(told.notices) == 1


def test_a_source_that_grows_stale_is_told_once_and_again_after_it_was_live(told: Told) -> None:
    own = told.watch(told.here.own(job()), Trigger.STALE, 60)
    own = told.at(own, 0.5)
    told.here.feed.fixed = State(snapshot(flat(120), NOW), live=False, error="it is down")
    told.here.feed.value = None
    own = told.at(own, 1)
    assert told.sentences == [], "55 min old"
    for hours in (1.5, 2, 2.5):
        own = told.at(own, hours)
    assert told.sentences == ["The grid's values are cached: the last answer is 1 h 30 min old."]
    told.here.feed.value = flat(120)
    own = told.at(own, 3)
    told.here.feed.value = None
    told.at(told.at(own, 3.5), 4)
    assert len(told.notices) == 2


def test_a_rule_is_added_and_removed_with_a_row_that_tells_no_secret(told: Told) -> None:
    own = told.here.own(job())
    own, rule = told.here.desk.rules.add(own, Trigger.STALE, 30, f"{URL}?token=hush", NOW)
    assert from_state("", own.id, 1, own.to_state()).rules == (rule,)
    left = told.here.desk.rules.remove(own, rule.id, NOW)
    assert (left.rules, left.seen) == ((), {})
    added, removed = told.here.rows(own, "rule")
    assert (added.data["action"], removed.data["action"], added.data["host"]) == ("added", "removed", "hooks.example")
    everything = str([row.content for row in told.here.rows(own)])
    assert rule.secret not in everything
    assert "hush" not in everything
    with pytest.raises(InputError, match="no such rule"):
        told.here.desk.rules.remove(left, rule.id, NOW)


def test_there_is_an_end_to_rules(told: Told) -> None:
    own = told.here.own(job())
    for _ in range(MOST_RULES):
        own = told.watch(own, Trigger.STALE, 30)
    with pytest.raises(InputError, match="at most 10 rules"):
        told.watch(own, Trigger.STALE, 30)
    with pytest.raises(InputError, match="private, local or reserved"):
        told.here.desk.rules.add(told.here.own(job()), Trigger.STALE, 30, "https://10.0.0.1/", NOW)


def test_rules_outlive_a_new_queue(told: Told) -> None:
    own = told.watch(told.here.own(job()), Trigger.THRESHOLD, 150)
    again = told.here.desk.restart(own, own.kind.DEMO, NOW)
    assert again.rules == own.rules
    assert told.here.desk.override(again, Override("demo-01", Action.CANCEL, "x"), NOW).rules == own.rules
