"""Thirty generated days: sums equal their rows, and nothing is one cycle multiplied."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from gridflex.backtest.bands import projection
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


def test_the_projection_is_drawn_from_the_seasons_rows_it_names(api: Served) -> None:
    said = api.new_client().post("/demo/generate").json()
    season, best = said["season_by_day"], said["policies"][-1]
    assert said["projected_from"] == "the sample's 9 Jan to 7 Feb"
    assert (season[0]["day"], season[-1]["day"]) == ("2025-01-09", "2025-02-07")
    for field in ("carbon_saved_kg", "cost_saved_gbp"):
        drawn = projection(np.array([day[field] for day in season]), 30)
        assert best[f"projected_{field}"] == pytest.approx(asdict(drawn))


def test_no_policy_saves_more_than_is_possible_and_bands_hold_their_figure(api: Served) -> None:
    said = api.new_client().post("/demo/generate").json()
    for policy in said["policies"]:
        assert policy["carbon_saved_kg"]["value"] <= said["possible_carbon_saved_kg"] + 1e-6
        for name in ("carbon_saved_kg", "cost_saved_gbp", "projected_carbon_saved_kg"):
            assert policy[name]["p5"] < policy[name]["value"] < policy[name]["p95"]
        assert policy["sla_kept_percent"] == 100
