"""The queue over HTTP: list, add, cancel, and the demo that never replaces one's own jobs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import Served


def new(name: str = "nightly", **given: Any) -> dict[str, Any]:
    return {"job_id": name, "priority": "low", "energy_kwh": 24.0, "duration_hours": 2.0, **given}


def add(here: httpx.Client, *jobs: dict[str, Any], replace: bool = False) -> httpx.Response:
    return here.post("/api/jobs", json={"jobs": list(jobs), "replace": replace})


def test_the_queue_is_listed_a_page_at_a_time_with_sums_over_all(api: Served) -> None:
    whole = api.get("/api/jobs")
    parts = [api.get("/workload/queue", params={"limit": 6, "offset": at}) for at in (0, 6, 12)]
    assert [len(part["jobs"]) for part in parts] == [6, 6, 3]
    assert [job for part in parts for job in part["jobs"]] == whole["jobs"]
    assert all(part["total_jobs"] == 15 for part in parts)
    assert whole["total_energy_kwh"] == pytest.approx(sum(job["energy_kwh"] for job in whole["jobs"]))
    assert sum(whole["by_status"].values()) == 15
    assert whole["deferrable_jobs"] + whole["critical_jobs"] == 15
    assert whole["demo"]
    assert "Expected peak" in whole["demand_forecast"]


def test_a_job_taken_in_is_decided_and_stays(api: Served) -> None:
    here = api.visitor()
    answer = add(here, new(deadline="2026-01-09T12:00:00+00:00"))
    assert answer.status_code == 201
    (decision,) = answer.json()["decisions"]
    assert (decision["job_id"], decision["power_kw"], decision["release"]) == ("nightly", 12.0, "2026-01-08T17:05:00Z")
    assert decision["action"] == "defer"
    assert decision["carbon_saved_gco2"] == pytest.approx(
        24 * (decision["baseline_intensity_gco2_kwh"] - decision["planned_intensity_gco2_kwh"])
    )
    assert decision["end"] <= "2026-01-09T12:00:00Z"
    listed = here.get("/api/jobs").json()
    assert listed["total_jobs"] == 16
    assert listed["jobs"][-1]["start"] == decision["start"]


def test_own_jobs_can_replace_the_queue(api: Served) -> None:
    here = api.visitor()
    add(here, new("a"), new("b", kind="backup"), replace=True)
    listed = here.get("/api/jobs").json()
    assert [job["job_id"] for job in listed["jobs"]] == ["a", "b"]
    assert (listed["demo"], listed["demand_forecast"]) == (False, None)


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        ([new(energy_kwh=0)], "energy_kwh"),
        ([new(energy_kwh="many")], "energy_kwh"),
        ([new(deadline="2026-01-09T12:00:00")], "timezone"),
        ([new(deadline="2026-01-08T17:00:00Z")], "the deadline must come after the release"),
        ([new("a\nb")], "job_id"),
        ([new(), new()], "'nightly' is given twice"),
        ([new(colour="red")], "colour"),
        ([], "jobs"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_kept(
    api: Served, jobs: list[dict[str, Any]], said: str
) -> None:
    here = api.visitor()
    answer = add(here, *jobs)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert here.get("/api/jobs").json()["total_jobs"] == 15


def test_an_id_that_is_there_already_is_refused(api: Served) -> None:
    here = api.visitor()
    add(here, new())
    assert add(here, new()).json()["detail"] == "Job 'nightly' is in the queue already; give it another id."


def test_a_queue_has_an_end(api: Served) -> None:
    here = api.visitor()
    for part in ("a", "b"):
        many = (new(f"{part}{number}", priority="critical") for number in range(1000))
        assert add(here, *many, replace=part == "a").status_code == 201
    assert add(here, new("one more")).json()["detail"] == "A queue holds at most 2,000 jobs."


def test_a_job_is_cancelled_with_a_reason_in_the_trail(api: Served) -> None:
    here = api.visitor()
    add(here, new("train/2", deadline="2026-01-09T12:00:00Z"))
    answer = here.delete("/api/jobs/train/2", params={"reason": "the data is wrong"})
    assert answer.json()["decisions"][0]["status"] == "cancelled"
    assert answer.json()["summary"]["cancelled"] == 1
    (row,) = here.get("/api/decisions", params={"kind": "override"}).json()["rows"]
    assert (row["subject"], row["content"]["reason"]) == ("train/2", "the data is wrong")


def test_a_job_that_is_not_there_cannot_be_cancelled(api: Served) -> None:
    assert api.visitor().delete("/api/jobs/nothing").status_code == 404


@pytest.mark.parametrize(("count", "critical"), [(1, True), (50, True), (1, False), (50, False)])
def test_a_demo_of_any_size_is_decided(api: Served, count: int, critical: bool) -> None:
    here = api.visitor()
    said = here.post("/demo/trigger", params={"num_jobs": count, "include_critical": critical}).json()
    assert (said["summary"]["jobs"], said["demo"], said["recorded"]) == (count, True, True)
    assert any(job["priority"] == "critical" for job in said["decisions"]) is critical
    assert here.get("/workload/queue").json()["total_jobs"] == count


@pytest.mark.parametrize("count", [0, 51])
def test_a_demo_has_one_to_fifty_jobs(api: Served, count: int) -> None:
    assert api.visitor().post("/demo/trigger", params={"num_jobs": count}).status_code == 422


def test_a_demo_never_replaces_own_jobs(api: Served) -> None:
    here = api.visitor()
    add(here, new(), replace=True)
    assert here.post("/demo/trigger").status_code == 409
    assert here.get("/api/jobs").json()["jobs"][0]["job_id"] == "nightly"
