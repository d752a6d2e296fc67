"""The table that is shown and exported."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from gridflex.domain.decisions import Action
from gridflex.services.job_table import ACTION_WORDS, REASON_WORDS, job_table, statuses
from gridflex.services.overrides import Override
from gridflex.services.workspace import QueueKind
from tests.bench import NOW, Bench, hour, job

JOBS = (
    job("w"),
    job("c", priority="critical", hours=1.25, kwh=10),
    job("soon", priority="critical", release=hour(1)),
    job("far", hours=60),
    job("x"),
)


def test_a_row_has_its_times_in_utc_and_uk_time(here: Bench) -> None:
    table = job_table(here.decisions(here.own(*JOBS), NOW))
    assert table["job"].tolist() == ["w", "c", "soon", "far", "x"]
    first = table.iloc[0]
    assert (first["action"], first["status"], first["why"][:18]) == ("wait", "deferred", "Waits until 19:00:")
    assert first["start_utc"] == hour(2)
    assert str(first["start_uk"].tz) == "Europe/London"
    assert first["latest_start_uk"] == hour(24)
    assert (first["at_once_g_per_kwh"], first["planned_g_per_kwh"], first["saved_kg"]) == (200, 140, 0.6)
    far = table.iloc[3]
    assert far[["start_utc", "latest_start_uk", "at_once_g_per_kwh", "planned_g_per_kwh"]].isna().all()
    assert (far["action"], far["status"], far["saved_kg"]) == ("not placed", "queued", 0)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, ["deferred", "running", "queued", "queued", "cancelled"]),
        (1, ["deferred", "running", "running", "queued", "cancelled"]),
        (1.5, ["deferred", "completed", "running", "queued", "cancelled"]),
        (2, ["running", "completed", "completed", "queued", "cancelled"]),
        (2.5, ["running", "completed", "completed", "queued", "cancelled"]),
        (3, ["completed", "completed", "completed", "queued", "cancelled"]),
        (100, ["completed", "completed", "completed", "queued", "cancelled"]),
    ],
)
def test_a_status_follows_from_the_run_and_the_clock(here: Bench, hours: float, words: list[str]) -> None:
    own = here.desk.override(here.own(*JOBS), Override("x", Action.CANCEL, "no"), NOW)
    later = NOW + timedelta(hours=hours)
    assert [str(word) for word in statuses(here.decisions(here.desk.catch_up(own, later), later))] == words


def test_a_long_table_gives_its_reasons_in_a_few_words(here: Bench) -> None:
    day = here.desk.restart(here.desk.open(None, NOW), QueueKind.DAY, NOW)
    table = job_table(here.decisions(day, NOW))
    assert len(table) == 1000
    assert set(table["why"]) <= set(REASON_WORDS.values())
    assert set(table["action"]) <= set(ACTION_WORDS.values())
    assert "may not wait" in set(table["why"])


def test_the_table_exports_with_units_in_its_headers(here: Bench) -> None:
    table = job_table(here.decisions(here.own(*JOBS), NOW))
    text = table.to_csv(index=False)
    again = pd.read_csv(pd.io.common.StringIO(text))
    assert again["saved_kg"].sum() == pytest.approx(table["saved_kg"].sum())
    for name in ("energy_kwh", "power_kw", "duration_h", "start_utc", "at_once_g_per_kwh", "saved_kg", "saved_gbp"):
        assert name in again.columns
