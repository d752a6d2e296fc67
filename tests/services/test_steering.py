"""Run everything now, hold until, let go: a person's word on the whole queue, in the trail with its reason."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.errors import InputError
from gridflex.planning.rationale import ACTIONS, RATIONALES
from gridflex.services.overrides import Override
from gridflex.services.workspace import Workspace
from tests.bench import NOW, START, Bench, hour, job, stepped

FIRST = int(START.timestamp()) // 1800


def starts(own: Workspace) -> list[int]:
    """Stored starts, in half-hours from START."""
    return (own.before.start - FIRST).tolist()


def test_run_everything_starts_all_at_once_or_at_their_release(here: Bench) -> None:
    own = here.own(job("waits"), job("comes", release=hour(1)), job("critical", priority="critical"))
    assert starts(own) == [4, 4, 0]
    before = len(here.rows(own))
    ran = here.desk.steer.run_everything(own, "the rack goes at nine", NOW)
    assert starts(ran) == [0, 2, 0]
    assert [ACTIONS[code] for code in ran.before.action] == [Action.EXECUTE_NOW] * 3
    assert RATIONALES[ran.before.rationale[2]] is Rationale.SLA_CRITICAL, "no word was needed for it"
    override, plan, *decisions = here.rows(own)[before:]
    said = {"action": "run everything now", "reason": "the rack goes at nine", "jobs": 2}
    assert (override.kind, override.data, plan.data["cause"]) == ("override", said, "run everything now")
    assert [(row.subject, row.data["rationale"]) for row in decisions] == [("waits", "operator"), ("comes", "operator")]
    assert ran.reasons == dict.fromkeys(("waits", "comes"), "the rack goes at nine")
    assert here.trail.verify(own.id)


def test_it_stays_so_whatever_the_next_half_hour_knows(here: Bench) -> None:
    ran = here.desk.steer.run_everything(here.own(job("comes", release=hour(1))), "now", NOW)
    later = here.desk.catch_up(ran, NOW + timedelta(minutes=30))
    assert starts(later) == [2]


def test_what_has_begun_is_cancelled_or_ordered_is_left_alone(here: Bench) -> None:
    own = here.own(job("off"), job("begun", max_defer_hours=0), job("waits"))
    own = here.desk.override(own, Override("off", Action.CANCEL, "not needed"), NOW)
    later = here.desk.catch_up(own, NOW + timedelta(minutes=30))
    ran = here.desk.steer.run_everything(later, "now", NOW + timedelta(minutes=30))
    assert starts(ran)[1:] == [0, 1]
    assert ran.before.cancelled.tolist() == [True, False, False]
    with pytest.raises(InputError, match="No job is left to start"):
        here.desk.steer.run_everything(
            here.desk.catch_up(ran, NOW + timedelta(hours=1)), "again", NOW + timedelta(hours=1)
        )


def test_the_site_s_cap_is_not_broken_by_a_word(here: Bench) -> None:
    own = here.own(job("a", kwh=10), job("b", kwh=10))
    own = here.desk.change_site(own, Site(cap_kw=15), own.controls, NOW)
    rows = len(here.rows(own))
    with pytest.raises(InputError, match=r"would draw 20.0 kW, above the site's cap of 15.0 kW"):
        here.desk.steer.run_everything(own, "now", NOW)
    assert len(here.rows(own)) == rows
    wide = here.desk.change_site(own, Site(cap_kw=20), own.controls, NOW)
    assert starts(here.desk.steer.run_everything(wide, "now", NOW)) == [0, 0]


def test_nor_is_its_cap_in_gpus(here: Bench) -> None:
    own = here.own(job("a", gpus=10), job("b", gpus=10))
    own = here.desk.change_site(own, Site(cap_gpus=15), own.controls, NOW)
    with pytest.raises(InputError, match=r"would draw 20 GPUs, above the site's cap of 15 GPUs"):
        here.desk.steer.run_everything(own, "now", NOW)
    wide = here.desk.change_site(own, Site(cap_gpus=20), own.controls, NOW)
    assert starts(here.desk.steer.run_everything(wide, "now", NOW)) == [0, 0]


def test_hold_keeps_what_may_wait_until_then_and_nothing_else(here: Bench) -> None:
    here.feed.value = stepped((1, 90), then=120)  # clean now: all would run at once
    own = here.own(
        job("a"), job("soon", deadline=hour(3)), job("critical", priority="critical"), job("set", deferrable=False)
    )
    assert starts(own) == [0, 0, 0, 0]
    held = here.desk.steer.hold(own, hour(4), "the line is at work", NOW)
    # one is due by 20:00 and runs an hour: it is held to its latest start
    assert starts(held) == [8, 4, 0, 0]
    row = next(row for row in here.rows(own) if row.kind == "override")
    assert row.data == {"action": "hold until 21:00", "reason": "the line is at work", "jobs": 2}
    later = here.desk.catch_up(held, NOW + timedelta(hours=1))
    assert starts(later) == [8, 4, 0, 0]


def test_the_rules_place_what_is_held_after_its_end(here: Bench) -> None:
    own = here.own(job("a"), controls=Controls(policy="best-window", minimum_gain_percent=0))
    assert starts(own) == [8]  # the cleanest hours are 21:00 to 23:00
    own = here.desk.steer.hold(own, hour(1), "no one is there", NOW)
    assert starts(own) == [8]
    assert starts(here.desk.steer.hold(own, hour(5), "no one is there", NOW)) == [10]


def test_held_jobs_keep_the_site_s_cap(here: Bench) -> None:
    own = here.own(job("a", kwh=10), job("b", kwh=10))
    own = here.desk.change_site(own, Site(cap_kw=12), own.controls, NOW)
    held = here.desk.steer.hold(own, hour(5), "later", NOW)
    assert min(starts(held)) >= 10
    assert abs(np.diff(starts(held))[0]) >= 2


@pytest.mark.parametrize("until", [hour(-1), NOW, hour(60)])
def test_a_time_that_is_not_ahead_is_refused(here: Bench, until: object) -> None:
    with pytest.raises(InputError, match="Hold jobs until a later half-hour"):
        here.desk.steer.hold(here.own(job()), until, "why not", NOW)  # type: ignore[arg-type]


def test_critical_jobs_are_never_held(here: Bench) -> None:
    own = here.own(job("critical", priority="critical"), job("set", deferrable=False))
    with pytest.raises(InputError, match="No job is left to hold"):
        here.desk.steer.hold(own, hour(2), "all of it", NOW)
    assert starts(here.desk.open(own.token, NOW)) == [0, 0]


def test_let_go_hands_them_back_to_the_plan(here: Bench) -> None:
    own = here.own(job("a"), job("b"))
    held = here.desk.steer.hold(own, hour(8), "a while", NOW)
    assert starts(held) == [16, 16]
    free = here.desk.steer.let_go(held, "all is well", NOW)
    assert (starts(free), free.before.pinned.any()) == ([4, 4], np.False_)
    with pytest.raises(InputError, match="No job is held"):
        here.desk.steer.let_go(free, "again", NOW)
