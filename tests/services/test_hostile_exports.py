"""Whatever a job is called, what is taken away runs nothing: no formula, no command, no calendar entry of its own."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from gridflex.agents.intake import export_csv, read_jobs
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.services.job_table import job_table
from gridflex.services.plan_export import calendar, kubernetes_commands, slurm_commands
from gridflex.services.workspace import Workspace
from gridflex.ui.tables import csv_of
from tests.bench import NOW, Bench, job

IDS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(1,1)",
    "＝1+1",
    "a;=1+1",
    "'=1",
    "$(touch hacked)",
    "`touch hacked`",
    "'; touch hacked; '",
    '"; touch hacked; "',
    "& touch hacked &",
    "| touch hacked",
    "\\'; touch hacked #",
    "--help",
    "x StartTime=now",
    "END:VEVENT",
    "a,b;c\\n",
    "{{7*7}} ${7*7} %s",
    "$\\href{javascript:x}{y}$ **b** :red[r]",
)
ENDED = "\r\n"


@pytest.fixture
def own(here: Bench) -> Workspace:
    """Hostile jobs that wait for 19:00."""
    return here.own(*(job(name, kind=name[:64]) for name in IDS))


def no_formula(text: str) -> None:
    """No cell begins one, whether commas or semicolons separate them."""
    for separator in ",;":
        for line in csv.reader(io.StringIO(text), delimiter=separator):
            for cell in line:
                number = cell.replace(".", "", 1).removeprefix("-").replace("e-", "").isdecimal()
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")), cell


def run(script: str, folder: Path, command: str) -> list[list[str]]:
    """The arguments of each call of ``command`` in a script that a shell really runs; nothing else may happen."""
    stand_in = f'{command}() {{ printf "%s\\0" "$@" >> calls; printf "\\n\\0" >> calls; }}\n'
    done = subprocess.run(["bash", "-eu", "-c", stand_in + script], cwd=folder, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    assert [path.name for path in folder.iterdir()] == ["calls"], "it wrote something of its own"
    calls = (folder / "calls").read_text().split("\n\0")[:-1]
    return [call.split("\0")[:-1] for call in calls]


def test_tables_and_queues_hold_no_formula_and_come_back(here: Bench, own: Workspace) -> None:
    decided = here.decisions(own, NOW)
    no_formula(csv_of(job_table(decided)))
    no_formula(export_csv(own.frame))
    assert read_jobs("x", export_csv(own.frame).encode(), NOW).frame["job_id"].tolist() == list(IDS)


def test_a_shell_runs_the_schedulers_commands_and_nothing_else(here: Bench, own: Workspace, tmp_path: Path) -> None:
    decided = here.decisions(own, NOW)
    (tmp_path / "slurm").mkdir()
    calls = run(slurm_commands(decided, NOW), tmp_path / "slurm", "scontrol")
    starts = {call[2] for call in calls}
    assert [call[:2] for call in calls] == [["update", f"JobId={name}"] for name in IDS]
    assert all(len(call) == 3 and call[2].startswith("StartTime=uts") for call in calls), starts
    (tmp_path / "kube").mkdir()
    calls = run(kubernetes_commands(decided, NOW), tmp_path / "kube", "kubectl")
    assert [call[1] for call in calls] == [f"job/{name}" for name in IDS for _ in (0, 1)]
    assert {call[3] for call in calls} == {'{"spec":{"suspend":true}}', '{"spec":{"suspend":false}}'}


def test_jobs_that_are_too_late_stand_in_a_comment_of_one_line(here: Bench, own: Workspace, tmp_path: Path) -> None:
    decided = here.decisions(own, NOW)
    late = NOW + timedelta(days=2)
    (tmp_path / "calls").touch()
    scripts = {"scontrol": slurm_commands(decided, late), "kubectl": kubernetes_commands(decided, late)}
    for command, script in scripts.items():
        assert all(line.startswith("#") for line in script.splitlines())
        assert run(script, tmp_path, command) == []


def test_a_calendar_holds_one_event_a_job_and_no_line_of_a_jobs_own(here: Bench, own: Workspace) -> None:
    lines = calendar(here.decisions(own, NOW), NOW).split(ENDED)
    names = ["BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"]
    assert all(line.startswith((*(f"{name}:" for name in names), " ")) for line in lines[:-1])
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(IDS)
    assert all(len(line.encode()) <= 75 and not {"\n", "\r"} & set(line) for line in lines)


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"])
def test_a_name_that_would_be_read_otherwise_than_it_is_run_is_no_name(sign: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        frame_from_jobs([job(f"a{sign}b")])
