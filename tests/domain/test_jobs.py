"""A job as a form or a row gives it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from gridflex.domain.jobs import LONGEST_DEFERRAL_H, MAX_TEXT, Job, Priority, require_time_of_job
from gridflex.errors import InputError

NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)
PLAIN: dict[str, Any] = {"job_id": "a", "energy_kwh": 150.0, "duration_hours": 5.0, "release": NOON}


def test_power_is_energy_over_duration() -> None:
    assert Job(**PLAIN).power_kw == 30


@pytest.mark.parametrize(
    ("given", "may_wait"),
    [
        ({}, True),
        ({"priority": "low"}, True),
        ({"priority": "critical"}, False),
        ({"priority": "critical", "deferrable": True}, False),
        ({"deferrable": False}, False),
    ],
)
def test_who_may_wait(given: dict[str, Any], may_wait: bool) -> None:
    assert Job(**PLAIN | given).may_wait is may_wait


def test_the_mission_s_longest_deferrals() -> None:
    assert [LONGEST_DEFERRAL_H[word] for word in Priority] == [0, 4, 12, 24]


def test_times_are_kept_in_utc() -> None:
    summer = datetime.fromisoformat("2026-07-01T13:00+01:00")
    job = Job(**PLAIN | {"release": summer})
    assert job.release == summer
    assert job.release.tzinfo is UTC


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"release": NOON.replace(tzinfo=None)}, "timezone"),
        ({"release": NOON.replace(year=1969)}, "1970 to 2100"),
        ({"deadline": NOON}, "deadline must come after release"),
        ({"deadline": NOON - timedelta(hours=1)}, "deadline must come after release"),
        ({"time_limit_hours": 4.9}, "time_limit_hours must be at least duration_hours"),
        ({"energy_kwh": 0}, "greater than 0"),
        ({"energy_kwh": float("nan")}, "finite"),
        ({"energy_kwh": float("inf")}, "finite"),
        ({"duration_hours": -1}, "greater than 0"),
        ({"duration_hours": 169}, "less than or equal to 168"),
        ({"max_defer_hours": -0.5}, "greater than or equal to 0"),
        ({"priority": "urgent"}, "critical"),
        ({"job_id": "  "}, "at least 1 character"),
        ({"job_id": "x" * (MAX_TEXT + 1)}, "at most 64"),
        ({"job_id": "a\nrm -rf"}, "pattern"),
        ({"kind": "a\x00"}, "pattern"),
        ({"powr_kw": 3}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Job(**PLAIN | given)


def test_a_time_without_a_zone_is_refused_outside_the_model_too() -> None:
    with pytest.raises(InputError, match="no time zone"):
        require_time_of_job(NOON.replace(tzinfo=None))
