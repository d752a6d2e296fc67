"""Optimise and dry run: the same figures as everywhere, written or not as they say."""

from __future__ import annotations

import httpx
import pytest

from gridflex.domain.controls import Controls
from gridflex.services.headline import totals
from gridflex.store.workspaces import StoredWorkspace, Workspaces
from tests.api.conftest import Served
from tests.api.test_jobs import new


def stored(api: Served, here: httpx.Client) -> StoredWorkspace:
    from gridflex.api.keys import token_of
    from gridflex.api.visits import HEADER

    found = Workspaces(api.platform.database).load(token_of(here.headers[HEADER]))
    assert found is not None
    return found


def test_optimise_answers_with_the_figures_of_the_agents(api: Served) -> None:
    said = api.visitor().post("/optimize").json()
    demo = api.platform.desk.replayed(api.clock.now)
    decided = api.platform.desk.decide(demo, api.platform.grid.view(0, api.clock.now))
    sums, proof = totals(decided), decided.certificate
    summary = said["summary"]
    assert (summary["jobs"], summary["deferred"]) == (15, sums.waiting)
    assert summary["carbon_saved_gco2"] == pytest.approx(sums.saved_g)
    assert summary["carbon_saved_gco2"] == pytest.approx(sum(job["carbon_saved_gco2"] for job in said["decisions"]))
    assert summary["bound_carbon_gco2"] == pytest.approx(proof.bound_g)
    assert summary["gap_percent"] == pytest.approx(proof.gap_percent)
    assert summary["provenance"] == "sample"


def test_only_the_jobs_asked_for_are_answered(api: Served) -> None:
    said = api.visitor().post("/optimize", json={"job_ids": ["demo-03", "demo-01"]}).json()
    assert [job["job_id"] for job in said["decisions"]] == ["demo-01", "demo-03"]
    assert (said["decisions_total"], said["summary"]["jobs"]) == (15, 15)


def test_an_unknown_job_stops_it_before_anything_is_written(api: Served) -> None:
    here = api.visitor()
    before = stored(api, here).version
    assert here.post("/optimize", json={"job_ids": ["nothing"]}).status_code == 422
    assert stored(api, here).version == before


def test_other_rules_become_the_plan_and_are_kept(api: Served) -> None:
    here = api.visitor()
    strict = here.post("/optimize", json={"controls": {"threshold": 60, "policy": "threshold"}}).json()
    assert (strict["summary"]["threshold_gco2_kwh"], strict["summary"]["policy"]) == (60, "threshold")
    assert here.post("/optimize").json()["summary"]["threshold_gco2_kwh"] == 60
    (newest, *_) = here.get("/api/decisions", params={"kind": "plan", "limit": 1}).json()["rows"]
    assert newest["content"]["controls"] == Controls(threshold=60, policy="threshold").model_dump(mode="json")


def test_a_policy_that_is_none_is_refused(api: Served) -> None:
    answer = api.visitor().post("/optimize", json={"controls": {"policy": "magic"}})
    assert answer.status_code == 422
    assert "'magic' is not a policy" in answer.json()["detail"]


def test_limits_that_contradict_each_other_are_said(api: Served) -> None:
    answer = api.visitor().post("/api/plan", json={"controls": {"cap_kw": 0.001}})
    assert answer.status_code == 200
    assert answer.json()["summary"]["unplaced"] > 0


def test_a_dry_run_writes_nothing(api: Served) -> None:
    here = api.visitor()
    before = stored(api, here)
    said = here.post("/api/plan", json={"controls": {"threshold": 60}}).json()
    assert (said["recorded"], said["dispatch_time_ms"]) == (False, None)
    assert said["summary"]["threshold_gco2_kwh"] == 60
    assert stored(api, here) == before


def test_a_dry_run_takes_anyones_own_jobs_without_a_key(api: Served) -> None:
    answer = api.new_client().post("/api/plan", json={"jobs": [new("mine", max_defer_hours=18)], "job_ids": ["mine"]})
    said = answer.json()
    assert (said["demo"], said["workspace_id"], said["decisions_total"]) == (False, None, 1)
    assert said["decisions"][0]["latest_start"] == "2026-01-09T11:00:00Z"
    assert "X-GridFlex-Key" not in answer.headers


def test_decision_and_dispatch_are_two_figures(api: Served) -> None:
    said = api.visitor().post("/optimize").json()
    assert 0 < said["summary"]["decision_time_ms"] < said["dispatch_time_ms"]
    measured = api.get("/metrics/system")
    assert measured["dispatch_time"]["count"] > 0
    assert measured["decision_time"]["count"] > measured["dispatch_time"]["count"]


def test_a_new_half_hour_finds_the_plan_brought_up_to_now(api: Served) -> None:
    from datetime import timedelta

    here = api.visitor()
    api.clock.now += timedelta(hours=1)
    first = here.get("/workload/queue").json()["jobs"][0]
    assert first["status"] == "completed"
    causes = [row["content"]["cause"] for row in here.get("/api/decisions", params={"kind": "plan"}).json()["rows"]]
    assert causes[0] == "a new half-hour"
