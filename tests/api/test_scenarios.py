"""Named scenarios over HTTP."""

from __future__ import annotations

import pytest

from tests.api.conftest import Served


def test_kept_compared_and_removed(api: Served) -> None:
    client = api.visitor()
    kept = client.put("/api/workspace/scenarios/no waiting", json={"controls": {"policy": "run-at-once"}})
    assert (kept.status_code, [one["name"] for one in kept.json()["scenarios"]]) == (200, ["no waiting"])
    found = client.get("/api/workspace/scenario-comparison", params={"right": "no waiting"}).json()
    assert (found["left_name"], found["right_name"]) == ("in force", "no waiting")
    assert found["right"]["jobs_deferred"] == found["right"]["mean_delay_h"] == 0
    assert found["left"]["jobs_deferred"] > 0
    for name, value in found["difference"].items():
        assert value == pytest.approx(found["right"][name] - found["left"][name]), name
    summary = client.post("/api/plan").json()["summary"]
    assert found["left"]["carbon_saved_kg"] == pytest.approx(summary["carbon_saved_gco2"] / 1e3)
    assert client.delete("/api/workspace/scenarios/no waiting").json() == {"scenarios": []}
    assert client.delete("/api/workspace/scenarios/no waiting").status_code == 404
    assert client.get("/api/workspace/scenario-comparison", params={"left": "ghost"}).status_code == 404


def test_a_policy_that_is_none_is_refused(api: Served) -> None:
    answer = api.visitor().put("/api/workspace/scenarios/x", json={"controls": {"policy": "magic"}})
    assert (answer.status_code, "is not a policy" in answer.json()["detail"]) == (422, True)


def test_a_name_is_the_same_however_it_is_spaced(api: Served) -> None:
    client, spaced = api.visitor(), "/api/workspace/scenarios/ night  shift "
    kept = client.put(spaced, json={"controls": {"policy": "run-at-once"}}).json()
    assert [one["name"] for one in kept["scenarios"]] == ["night shift"]
    params = {"right": " night  shift"}
    assert client.get("/api/workspace/scenario-comparison", params=params).json()["right"]["jobs_deferred"] == 0
    assert client.delete(spaced).json() == {"scenarios": []}
