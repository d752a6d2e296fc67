"""The desk: what was decided is on disk, row by row, before it is shown; visitors are apart."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from gridflex.agents.grid import GridAgent
from gridflex.agents.orchestrator import Orchestrator
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.decisions import Action
from gridflex.domain.job_frame import empty_frame, frame_from_jobs
from gridflex.errors import Conflict, InputError, StoreError
from gridflex.planning.rationale import ACTIONS
from gridflex.services.demo_workspace import DEMO_SEED
from gridflex.services.desk import Desk
from gridflex.services.workspace import QueueKind, Workspace
from gridflex.store.database import Database
from gridflex.store.forget import forget
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces
from tests.bench import NOW, RULE, START, Bench, Feed, PriceSheet, Sample, Shelf, flat, hour, job, one_price

FIRST = int(START.timestamp()) // 1800


def states(one: Workspace, other: Workspace) -> bool:
    return (one.token, one.id, one.version, one.to_state()) == (other.token, other.id, other.version, other.to_state())


def test_a_visitor_without_a_token_gets_the_demo_decided_and_written(here: Bench) -> None:
    opened = here.desk.open(None, NOW)
    assert (opened.kind, opened.seed, len(opened.frame), opened.is_demo) == (QueueKind.DEMO, DEMO_SEED, 15, True)
    assert (opened.before.baseline > 0).all()
    rows = here.rows(opened)
    assert [row.kind for row in rows] == ["plan"] + ["decision"] * 15
    assert [row.subject for row in rows[1:]] == opened.frame["job_id"].tolist()
    assert rows[0].data["cause"] == "the workspace was opened"
    assert here.trail.verify(opened.id).count == 16


def test_the_same_token_finds_the_same_work_again(here: Bench) -> None:
    opened = here.own(job("a"), job("b", priority="critical"))
    again = here.desk.open(opened.token, NOW + timedelta(minutes=20))
    assert states(again, opened)
    assert again.frame.equals(opened.frame)
    assert len(here.rows(opened)) == here.trail.verify(opened.id).count


@pytest.mark.parametrize("token", ["", "guess", "x" * 32, "../../etc/passwd"])
def test_a_token_that_opens_nothing_is_not_taken_over(here: Bench, token: str) -> None:
    opened = here.desk.open(token, NOW)
    assert opened.token not in ("", token)
    assert len(opened.frame) == 15


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    grid = GridAgent(Feed(flat(200)), Shelf(), Sample(), PriceSheet())
    first = Database(address)
    opened = Desk(Workspaces(first), grid, Orchestrator()).open(None, NOW)
    changed = Desk(Workspaces(first), grid, Orchestrator()).take_jobs(opened, frame_from_jobs([job()]), NOW, cause="c")
    first.dispose()
    second = Database(address)
    found = Desk(Workspaces(second), grid, Orchestrator()).open(opened.token, NOW)
    assert states(found, changed)
    assert Trail(second).verify(found.id).count == 16 + 3
    second.dispose()


def test_two_visitors_do_not_see_each_other(here: Bench) -> None:
    one, other = here.own(job("mine")), here.own(job("yours"))
    assert (one.token != other.token, one.id != other.id) == (True, True)
    assert here.desk.open(one.token, NOW).frame["job_id"].tolist() == ["mine"]
    assert here.desk.open(other.token, NOW).frame["job_id"].tolist() == ["yours"]
    assert "yours" not in json.dumps(here.trail.export(one.id))


def test_a_preview_writes_nothing(here: Bench) -> None:
    own = here.own(job())
    before = here.trail.count(own.id)
    view = here.view(own, NOW)
    preview = here.desk.decide(own, view, Controls(policy="best-window", threshold=0))
    assert preview.plan.start[0] != here.desk.decide(own, view).plan.start[0]
    assert here.trail.count(own.id) == before
    assert states(here.desk.open(own.token, NOW), own)
    kept = here.desk.prepare(own, view)
    assert here.desk.decide(own, view, queue=kept).plan.queue is kept


def test_using_a_plan_writes_it_and_a_row_for_each_job_that_changed(here: Bench) -> None:
    own = here.own(job("moves"), job("stays", priority="critical"), job("also", release=hour(4), max_defer_hours=0))
    before = len(here.rows(own))
    used = here.desk.adopt(own, Controls(policy="best-window"), NOW, "use this plan")
    plan, *decisions = here.rows(own)[before:]
    assert (plan.kind, plan.data["policy"], plan.data["cause"]) == ("plan", "best-window", "use this plan")
    assert plan.data["controls"] == Controls(policy="best-window").model_dump(mode="json")
    assert [row.subject for row in decisions] == ["moves"]
    assert decisions[0].data["start"] == hour(4).isoformat()
    assert (used.version, used.controls.policy) == (own.version + 1, "best-window")
    assert states(here.desk.open(own.token, NOW), used)


def test_a_decision_s_row_carries_its_figures(here: Bench) -> None:
    own = here.own(job())
    row = here.rows(own, "decision")[-1].data
    sentence = row.pop("sentence")
    assert row == {
        "action": "defer",
        "rationale": "high_carbon",
        "cause": "given",
        "start": hour(2).isoformat(),
        "end": hour(3).isoformat(),
        "parts": 1,
        "baseline_start": hour(0).isoformat(),
        "baseline_g_per_kwh": 200.0,
        "g_per_kwh": 140.0,
        "baseline_gbp_per_kwh": pytest.approx(0.1),
        "gbp_per_kwh": pytest.approx(0.1),
        "energy_kwh": 10.0,
        "saved_g": 600.0,
        "saved_gbp": pytest.approx(0),
        "chance_worse": pytest.approx(0, abs=1e-6),
        "tie": False,
        "provenance": "live",
        "forecast_issued": START.isoformat(),
    }
    assert "Saves 600 g (30 %)" in sentence
    plan = here.rows(own, "plan")[-1].data
    assert (plan["jobs"], plan["deferred"], plan["saved_g"], plan["baseline_g"]) == (1, 1, 600, 2000)
    assert (plan["threshold_g_per_kwh"], plan["forecast_issued"]) == (150, START.isoformat())


def test_the_plan_s_digest_can_be_recomputed_from_what_is_kept(here: Bench) -> None:
    own = here.own(job("a"), job("b", priority="critical"), job("late", deadline=hour(0.75)))
    digest = hashlib.sha256(b"a\nb\nlate")
    actions = [ACTIONS.index(word) for word in (Action.DEFER, Action.EXECUTE_NOW, Action.UNPLACED)]
    for column in ([FIRST + 4, FIRST, -1], [FIRST] * 3, actions, own.before.rationale):
        digest.update(np.array(column, dtype=np.int64).tobytes())
    assert here.rows(own, "plan")[-1].data["decisions_sha256"] == digest.hexdigest()


def test_what_cannot_be_written_is_not_shown(here: Bench) -> None:
    own = here.own(job())
    with here.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE trail_heads")
    with pytest.raises(StoreError):
        here.desk.adopt(own, Controls(), NOW, "use this plan")


def test_a_stale_tab_is_refused_and_nothing_is_written(here: Bench) -> None:
    stale = here.own(job())
    fresh = here.desk.adopt(stale, Controls(), NOW, "the other tab")
    before = here.trail.count(stale.id)
    with pytest.raises(Conflict, match="another tab"):
        here.desk.adopt(stale, RULE, NOW, "this tab")
    assert here.trail.count(stale.id) == before
    assert states(here.desk.open(stale.token, NOW), fresh)


def test_jobs_replace_a_queue(here: Bench) -> None:
    opened = here.desk.open(None, NOW)
    taken = here.desk.take_jobs(opened, frame_from_jobs([job("x"), job("y")]), NOW, cause="uploaded as CSV")
    assert (taken.kind, taken.is_demo, taken.anchor) == (QueueKind.OWN, False, START)
    assert taken.frame["job_id"].tolist() == ["x", "y"]
    upload, plan, *decisions = here.rows(taken)[16:]
    digest = hashlib.sha256(taken.frame.to_csv(index=False).encode()).hexdigest()
    assert (upload.kind, upload.data) == (
        "upload",
        {"cause": "uploaded as CSV", "jobs": 2, "sha256": digest, "added": False},
    )
    assert (plan.data["cause"], [row.subject for row in decisions]) == ("uploaded as CSV", ["x", "y"])


def test_a_job_is_added_to_what_is_there(here: Bench) -> None:
    own = here.own(job("first"))
    later = NOW + timedelta(hours=1)
    both = here.desk.take_jobs(own, frame_from_jobs([job("second", release=hour(1))]), later, cause="by hand", add=True)
    assert both.frame["job_id"].tolist() == ["first", "second"]
    assert both.before.baseline.tolist() == [FIRST, FIRST + 2]  # the first one's is frozen
    assert here.rows(both, "upload")[-1].data["added"] is True
    assert [row.subject for row in here.rows(both, "decision")[-1:]] == ["second"]


def test_a_job_added_to_a_demo_leaves_its_numbers_marked(here: Bench) -> None:
    opened = here.desk.open(None, NOW)
    both = here.desk.take_jobs(opened, frame_from_jobs([job("mine")]), NOW, cause="by hand", add=True)
    assert (len(both.frame), both.kind, both.is_demo) == (16, QueueKind.OWN, True)


def test_an_id_that_is_there_already_and_an_empty_file_change_nothing(here: Bench) -> None:
    own = here.own(job("same"))
    with pytest.raises(InputError, match="Job 'same' is in the queue already"):
        here.desk.take_jobs(own, frame_from_jobs([job("new"), job("same")]), NOW, cause="c", add=True)
    with pytest.raises(InputError, match="no job to take in"):
        here.desk.take_jobs(own, empty_frame(), NOW, cause="c")
    assert states(here.desk.open(own.token, NOW), own)


def test_starting_again_keeps_the_visitor_s_settings_and_forgets_the_jobs(here: Bench) -> None:
    own = here.own(job())
    later = NOW + timedelta(hours=3)
    again = here.desk.restart(own, QueueKind.DEMO, later, seed=7)
    assert (again.kind, again.seed, again.anchor, len(again.frame)) == (QueueKind.DEMO, 7, hour(3), 15)
    assert (again.controls, again.tariff, again.token) == (own.controls, own.tariff, own.token)
    assert here.rows(again, "plan")[-1].data["cause"] == "started again with a demo queue of 15 jobs"
    same = here.desk.restart(again, QueueKind.DEMO, later)
    assert same.frame.equals(again.frame)


def test_a_site_s_day_is_decided_job_by_job(here: Bench) -> None:
    day = here.desk.restart(here.desk.open(None, NOW), QueueKind.DAY, NOW)
    assert (len(day.frame), day.frame["job_id"].nunique(), day.kind.label) == (1000, 1000, "demo day of 1,000 jobs")
    assert len(here.rows(day, "decision")) == 15 + 1000


def test_another_region_is_a_kept_setting_and_a_new_plan(here: Bench) -> None:
    own = here.own(job())
    relative = RULE.model_copy(update={"mode": ThresholdMode.RELATIVE})
    moved = here.desk.change_site(own, Site(region=1, cap_kw=300, pue=1.2), relative, NOW)
    setting, plan = here.rows(own)[-3:-1] if here.rows(own)[-1].kind == "decision" else here.rows(own)[-2:]
    assert (setting.kind, setting.subject) == ("setting", "site")
    assert setting.data["site"] == Site(region=1, cap_kw=300, pue=1.2).model_dump(mode="json")
    assert plan.data["site"]["region"] == 1
    assert plan.data["threshold_g_per_kwh"] == 180  # the cleanest 30 % of the next 24 h
    assert here.decisions(moved, NOW).view.region == 1
    assert here.desk.open(own.token, NOW).site == moved.site


def test_another_tariff_is_a_kept_setting_and_prices_the_plan(here: Bench) -> None:
    own = here.own(job())
    dear = here.desk.change_tariff(own, one_price(0.40), NOW)
    assert here.rows(own, "setting")[-1].subject == "tariff"
    found = here.decisions(here.desk.open(own.token, NOW), NOW)
    assert found.plan.baseline_gbp[0] == pytest.approx(4.0)
    assert found.view.price_name == dear.tariff.name == "one price"


def test_a_replay_is_decided_and_written_nowhere(here: Bench) -> None:
    then = hour(-24 * 30)
    replay = here.desk.replayed(then)
    view = here.grid.replay(replay.site.region, then, replay.tariff)
    decided = here.desk.decide(replay, view)
    assert (replay.token, replay.version, len(decided), view.replay) == ("", 0, 15, True)
    assert here.desk.replayed(then).frame.equals(replay.frame)
    for change in (
        lambda: here.desk.adopt(replay, RULE, NOW, "use this plan"),
        lambda: here.desk.take_jobs(replay, frame_from_jobs([job()]), NOW, cause="c"),
    ):
        with pytest.raises(InputError, match="not a workspace's token"):
            change()
    assert here.trail.count("") == 0


def test_the_state_survives_being_written(here: Bench) -> None:
    own = here.own(job("a", interruptible=True), job("b"), controls=Controls(policy="interruptible"))
    text = json.dumps(own.to_state(), allow_nan=False)
    assert own.token not in text
    assert states(here.desk.open(own.token, NOW), own)


def test_a_workspace_forgotten_meanwhile_gives_who_holds_its_id_no_other(here: Bench) -> None:
    held = here.desk.find(here.own(job()).id, NOW)
    assert held is not None
    forget(here.database, held.id, NOW, "asked for")
    kept = len(here.store.touched_since(NOW - timedelta(days=1)))
    with pytest.raises(Conflict, match="no longer kept"):
        here.desk.catch_up(held, NOW + timedelta(hours=1))
    assert len(here.store.touched_since(NOW - timedelta(days=1))) == kept, "nothing was opened in its place"
