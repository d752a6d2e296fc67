"""Undo takes back the last override, upload or setting by a row of its own; nothing leaves the trail."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.modes import Mode
from gridflex.errors import InputError
from gridflex.services.overrides import Override
from gridflex.services.workspace import QueueKind, Workspace, from_state
from tests.bench import NOW, RULE, START, Bench, hour, job, one_price, stepped

FIRST = int(START.timestamp()) // 1800


def starts(own: Workspace) -> list[int]:
    return (own.before.start - FIRST).tolist()


def begun(here: Bench, *jobs: object) -> Workspace:
    """A workspace whose jobs are its first word: nothing of the bench's own making is left to undo."""
    own = here.own(*(jobs or (job("a"), job("b"))))  # type: ignore[arg-type]
    return here.desk.steer.undo(here.desk.steer.set_mode(own, Mode.ADVISE, NOW), NOW)


def test_an_override_is_taken_back_by_a_row_that_names_it(here: Bench) -> None:
    own = begun(here)
    ran = here.desk.override(own, Override("a", Action.EXECUTE_NOW, "hurry"), NOW)
    rows = here.rows(own)
    override = next(row for row in rows if row.kind == "override")
    back = here.desk.steer.undo(ran, NOW)
    assert (starts(back), back.before.pinned.tolist(), back.reasons, back.last) == ([4, 4], [False, False], {}, None)
    undo, plan, decision = here.rows(own)[len(rows) :]
    assert (undo.kind, undo.subject) == ("undo", "a")
    assert undo.data == {
        "undoes": "override",
        "said": "override of a",
        "written_at": override.at,
        "content_sha256": override.content_hash,
    }
    assert (plan.data["cause"], decision.subject, decision.data["action"]) == ("undo of override of a", "a", "defer")
    assert here.rows(own)[: len(rows)] == rows, "what was written stays"
    assert here.trail.verify(own.id).erased == 0
    with pytest.raises(InputError, match="nothing to undo"):
        here.desk.steer.undo(back, NOW)


def test_the_word_before_is_in_force_again(here: Bench) -> None:
    own = here.desk.override(begun(here), Override("a", Action.DEFER, "at nine", hour(4)), NOW)
    off = here.desk.override(own, Override("a", Action.CANCEL, "no"), NOW)
    back = here.desk.steer.undo(off, NOW)
    assert (starts(back), back.reasons) == ([8, 4], {"a": "at nine"})
    assert back.before.cancelled.tolist() == [False, False]


def test_a_run_with_pauses_comes_back_with_them(here: Bench) -> None:
    here.feed.value = stepped((1, 100), (2, 300), (3, 100), then=300)
    own = here.own(job("a", hours=2, interruptible=True), controls=Controls(policy="interruptible"))
    own = here.desk.steer.set_mode(own, Mode.APPROVE, NOW)
    assert own.before.pauses[0] == (FIRST, FIRST + 1, FIRST + 4, FIRST + 5)
    held = here.desk.override(own, Override("a", Action.DEFER, "at nine", hour(4)), NOW)
    assert held.before.pauses == {}
    kept = from_state(own.token, own.id, held.version, json.loads(json.dumps(held.to_state())))
    assert here.desk.steer.undo(kept, NOW).before.pauses == own.before.pauses


def test_a_run_that_has_begun_stays_and_the_others_come_back(here: Bench) -> None:
    own = begun(here, job("a"), job("b", release=hour(2)))
    ran = here.desk.steer.run_everything(own, "now", NOW)
    later = NOW + timedelta(minutes=30)
    back = here.desk.steer.undo(here.desk.catch_up(ran, later), later)
    assert starts(back)[0] == 0
    assert back.before.pinned.tolist() == [True, False]
    alone = here.desk.override(begun(here, job("a")), Override("a", Action.EXECUTE_NOW, "hurry"), NOW)
    with pytest.raises(InputError, match="has begun"):
        here.desk.steer.undo(here.desk.catch_up(alone, later), later)


def test_a_start_that_went_by_under_the_word_is_not_claimed(here: Bench) -> None:
    held = here.desk.override(begun(here), Override("a", Action.DEFER, "much later", hour(9)), NOW)
    later = NOW + timedelta(hours=3)
    back = here.desk.steer.undo(here.desk.catch_up(held, later), later)
    assert starts(back)[0] >= 6, "planned for 19:00, but nobody ran it then"


def test_added_jobs_go_again(here: Bench) -> None:
    own = begun(here)
    more = here.desk.take_jobs(own, frame_from_jobs([job("c"), job("d")]), NOW, cause="two more", add=True)
    back = here.desk.steer.undo(more, NOW)
    assert back.frame["job_id"].tolist() == ["a", "b"]
    assert (starts(back), back.before.baseline.tolist()) == (starts(own), own.before.baseline.tolist())
    kept = here.desk.override(here.desk.open(own.token, NOW), Override("b", Action.EXECUTE_NOW, "x"), NOW)
    assert kept.before.pinned.tolist() == [False, True]


def test_the_former_queue_comes_back_with_its_words(here: Bench) -> None:
    own = here.desk.override(begun(here), Override("a", Action.DEFER, "at nine", hour(4)), NOW)
    other = here.desk.take_jobs(own, frame_from_jobs([job("x")]), NOW, cause="another file")
    back = here.desk.steer.undo(other, NOW)
    assert back.frame.equals(own.frame)
    assert (starts(back), back.reasons, back.anchor, back.kind) == (starts(own), own.reasons, own.anchor, QueueKind.OWN)
    demo = here.desk.restart(back, QueueKind.DEMO, NOW)
    assert len(demo.frame) == 15
    assert here.desk.steer.undo(demo, NOW).frame.equals(own.frame)
    assert here.rows(own, "undo")[-1].data["content_sha256"] is None, "it was the plan's own row"


def test_a_queue_that_was_away_did_not_run_meanwhile(here: Bench) -> None:
    own = begun(here)  # planned for 19:00
    other = here.desk.take_jobs(own, frame_from_jobs([job("x")]), NOW, cause="another file")
    later = NOW + timedelta(hours=3)
    back = here.desk.steer.undo(here.desk.catch_up(other, later), later)
    assert min(starts(back)) >= 6
    assert back.before.settled.tolist() == [False, False]


def test_settings_come_back(here: Bench) -> None:
    own = begun(here)
    site = here.desk.change_site(own, Site(region=13, pue=1.4), Controls(threshold=90), NOW)
    back = here.desk.steer.undo(site, NOW)
    assert (back.site, back.controls, back.tariff) == (own.site, own.controls, own.tariff)
    dear = here.desk.change_tariff(back, one_price(0.9), NOW)
    assert here.desk.steer.undo(dear, NOW).tariff == own.tariff
    other = here.desk.adopt(here.desk.open(own.token, NOW), Controls(threshold=20), NOW, "kept")
    assert here.desk.steer.undo(other, NOW).controls == RULE
    asked = here.desk.steer.set_mode(here.desk.open(own.token, NOW), Mode.APPROVE, NOW)
    assert here.desk.steer.undo(asked, NOW).mode is Mode.AUTOMATIC
    assert here.trail.verify(own.id)


def test_planning_anew_is_no_setting(here: Bench) -> None:
    own = here.desk.override(begun(here), Override("a", Action.EXECUTE_NOW, "hurry"), NOW)
    again = here.desk.adopt(own, own.controls, NOW, "asked for")
    assert again.last is not None
    assert again.last.said == "override of a"
