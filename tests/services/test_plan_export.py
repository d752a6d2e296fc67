"""The plan to take away: a calendar other programs read, and commands that never ask for the impossible."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls
from gridflex.services.plan_export import calendar, kubernetes_commands, slurm_commands
from tests.bench import NOW, decide, hour, job, stepped, view_of

VIEW = view_of(stepped((2, 300), (4, 100), then=200))
"""gCO2/kWh: 300 for two hours, 100 for two, 200 after: the clean hours begin at 19:00."""
BEST = Controls(policy="best-window", mode="off")  # type: ignore[arg-type]


def decided(*names: str, **given: object) -> Decisions:
    return decide([job(name, **given) for name in names], VIEW, BEST)


def unfolded(text: str) -> list[str]:
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


def test_the_calendar_has_an_event_for_each_run_in_utc() -> None:
    lines = unfolded(calendar(decided("a", "b", hours=1.5), NOW))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == 2
    assert lines.count("DTSTART:20260108T190000Z") == 2
    assert lines.count("DTEND:20260108T203000Z") == 2
    assert len({line for line in lines if line.startswith("UID:")}) == 2


def test_a_name_cannot_add_a_line_to_the_calendar() -> None:
    lines = unfolded(calendar(decided("x;y,z\\ START"), NOW))
    assert any(line.startswith("SUMMARY:x\\;y\\,z\\\\ START") for line in lines)
    assert lines.count("BEGIN:VEVENT") == 1


def test_slurm_is_asked_to_wait_until_the_start_in_seconds() -> None:
    lines = slurm_commands(decided("4711"), NOW).splitlines()
    assert lines[0].startswith("# Dry run")
    assert lines[1:] == [f"scontrol update JobId=4711 StartTime=uts{int(hour(2).timestamp())}"]


def test_a_start_that_has_come_is_asked_for_a_minute_ahead() -> None:
    late = hour(2) + timedelta(seconds=20)
    (line,) = slurm_commands(decided("4711"), late).splitlines()[1:]
    assert line.endswith(f"StartTime=uts{int((late + timedelta(minutes=1)).timestamp())}")
    assert f"# at {late + timedelta(minutes=1):%Y-%m-%dT%H:%MZ}:" in kubernetes_commands(decided("4711"), late)


@pytest.mark.parametrize("commands", [slurm_commands, kubernetes_commands])
def test_after_its_latest_start_a_job_is_refused(commands: object) -> None:
    jobs = decided("a", deadline=hour(4))
    told = commands(jobs, hour(3) + timedelta(minutes=1)).splitlines()[1:]  # type: ignore[operator]
    assert told == ["# refused: a had to start by 2026-01-08T20:00Z"]


def test_kubernetes_is_told_what_suspending_does() -> None:
    lines = kubernetes_commands(decided("train"), NOW).splitlines()
    assert "kills its active pods" in lines[0]
    assert lines[1:] == [
        """kubectl patch job/train -p '{"spec":{"suspend":true}}'""",
        "# at 2026-01-08T19:00Z:",
        """kubectl patch job/train -p '{"spec":{"suspend":false}}'""",
    ]


def test_a_name_is_one_word_to_the_shell() -> None:
    hostile = decided("a; rm -rf /")
    assert "JobId='a; rm -rf /'" in slurm_commands(hostile, NOW)
    assert "'job/a; rm -rf /'" in kubernetes_commands(hostile, NOW)


def test_jobs_that_run_now_need_no_command() -> None:
    assert slurm_commands(decide([job(priority="critical")], VIEW, BEST), NOW).splitlines()[1:] == []
