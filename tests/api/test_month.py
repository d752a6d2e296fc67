"""Thirty generated days: sums equal their rows, and nothing is one cycle multiplied."""

from __future__ import annotations

import pytest

from tests.api.conftest import Served


def test_thirty_days_add_up(api: Served) -> None:
    said = api.new_client().post("/demo/generate").json()
    days, best = said["by_day"], said["policies"][-1]
    assert (said["demo"], said["days"], said["provenance"]) == (True, 30, "sample")
    assert said["jobs"] + said["jobs_left_out"] == 450
    assert sum(day["jobs"] for day in days) == said["jobs"]
    assert sum(day["baseline_carbon_kg"] for day in days) == pytest.approx(said["baseline_carbon_kg"])
    assert sum(day["carbon_saved_kg"] for day in days) == pytest.approx(best["carbon_saved_kg"]["value"])
    assert sum(day["cost_saved_gbp"] for day in days) == pytest.approx(best["cost_saved_gbp"]["value"])
    share = 100 * best["carbon_saved_kg"]["value"] / said["baseline_carbon_kg"]
    assert best["carbon_saved_percent"]["value"] == pytest.approx(share)
    assert len({day["carbon_saved_kg"] for day in days}) == len(days)


def test_no_policy_saves_more_than_is_possible_and_bands_hold_their_figure(api: Served) -> None:
    said = api.new_client().post("/demo/generate").json()
    for policy in said["policies"]:
        assert policy["carbon_saved_kg"]["value"] <= said["possible_carbon_saved_kg"] + 1e-6
        for name in ("carbon_saved_kg", "cost_saved_gbp", "projected_carbon_saved_kg"):
            assert policy[name]["p5"] < policy[name]["value"] < policy[name]["p95"]
        assert policy["sla_kept_percent"] == 100
