from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridflex.agents.intake import Intake, Limits, Watts, read_jobs
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
START = datetime(2026, 1, 8, 17, tzinfo=UTC)
HEADER = "; Note: first; second\n; Version: 2.2\n;  UnixStartTime: 749458803\n; Note: one; two\n"


def line(
    job: int,
    submit: int,
    run: int,
    procs: int,
    asked_procs: int = -1,
    asked: int = -1,
    status: int = 1,
    queue: int = -1,
) -> str:
    return f"{job} {submit} -1 {run} {procs} -1 -1 {asked_procs} {asked} -1 {status} 1 1 -1 {queue} -1 -1 -1"


def swf(*lines: str, header: str = HEADER, **how: Limits | Watts) -> Intake:
    return read_jobs("log.swf", (header + "\n".join(lines) + "\n").encode(), NOW, **how)


def test_a_workload_log_is_moved_to_now_with_its_spacing() -> None:
    intake = swf(line(1, 100, 1800, 8), line(2, 4600, 7200, 2, asked=9000, queue=3))
    one, two = intake.frame.to_dict("records")
    assert (one["job_id"], one["release"], one["duration_hours"]) == ("1", START, 0.5)
    assert one["energy_kwh"] == pytest.approx(8 * 0.010 * 0.5)
    assert two["release"] == START + timedelta(seconds=4500)
    assert (two["kind"], two["time_limit_hours"]) == ("queue 3", 2.5)
    assert intake.format == "Standard Workload Format"
    assert intake.notes[0].startswith(
        "Recorded from 1993-10-01 07:00 UTC. Arrivals are moved so that the first falls on 2026-01-08 17:00"
    )
    assert "assumed: 10 W" in intake.notes[1]


def test_missing_values_take_what_was_asked_for() -> None:
    intake = swf(line(1, 0, -1, -1, asked_procs=4, asked=3600), line(2, 0, -1, 4), line(3, 0, 60, -1))
    assert intake.frame["energy_kwh"].tolist() == [pytest.approx(0.04)]
    assert [(problem.row, problem.column, problem.value) for problem in intake.problems] == [
        (2, "run_s", "-1"),
        (3, "processors", "-1"),
    ]
    assert "1 job without a run time: the time asked for stands in its place." in intake.notes


def test_a_run_beyond_its_limit_keeps_its_length() -> None:
    intake = swf(line(1, 0, 3700, 1, asked=3600), line(2, 0, 3600, 1, asked=10**7), line(3, 0, 3600, 1, status=5))
    assert intake.frame["time_limit_hours"].isna().all()
    assert "1 job failed or cancelled in the log: those that ran are kept, they used energy." in intake.notes


def test_lines_that_are_no_job_are_listed() -> None:
    intake = swf(
        line(1, 0, 60, 1), "2 0 -1", line(3, 0, 60, 1) + " 9", line(4, -5, 0, 1), line(1, 0, 60, 1), "x" * 9, '5 "a'
    )
    assert [(problem.row, problem.column) for problem in intake.problems] == [
        (2, "line"),
        (3, "line"),
        (4, "arrival_s"),
        (4, "run_s"),
        (5, "job_id"),
        (6, "line"),
        (7, "line"),
    ]
    assert intake.frame["job_id"].tolist() == ["1"]


def test_a_log_without_a_header_is_known_by_its_columns() -> None:
    intake = swf(line(1, 0, 60, 1), header="", watts=Watts(per_cpu=100))
    assert intake.frame["energy_kwh"].tolist() == [pytest.approx(0.1 / 60)]
    assert intake.notes[0].startswith("Arrivals are moved")


def test_a_log_that_is_too_long_or_empty() -> None:
    with pytest.raises(InputError, match="2 rows; at most 1"):
        swf(line(1, 0, 60, 1), line(2, 0, 60, 1), limits=Limits(rows=1))
    intake = swf()
    assert (len(intake.frame), intake.notes[-1]) == (0, "It lists no waiting job.")


def test_a_semicolon_before_columns_is_no_log() -> None:
    intake = read_jobs("x.csv", b";job_id;energy_kwh;duration_hours\n1;a;5;2\n", NOW)
    assert (intake.format, len(intake.frame)) == ("CSV", 1)


def test_the_gaia_trace_is_moved_to_now() -> None:
    intake = read_jobs(
        "g.csv", b"arrival_time,length,cpus,user\n10,1800,2,a\n70.5,x,1,b\n1810,3600,1,c\n0,60,1,d,e\n", NOW
    )
    assert intake.format == "GAIA trace"
    assert intake.frame["job_id"].tolist() == ["gaia-0001", "gaia-0003"]
    assert intake.frame["release"].tolist() == [START, START + timedelta(minutes=30)]
    assert intake.frame["energy_kwh"].tolist() == [pytest.approx(0.01), pytest.approx(0.01)]
    assert [(problem.row, problem.column) for problem in intake.problems] == [(2, "run_s"), (4, "after the last")]
    assert intake.notes[-1] == "Columns ignored: 'user'."


@pytest.mark.parametrize(
    ("file", "jobs", "refused"), [("gaia_pai_1k.csv", 1000, 0), ("NASA-iPSC-1993-3.1-cln.swf.gz", 18_066, 173)]
)
def test_the_recorded_traces_load(shared_dir: Path, file: str, jobs: int, refused: int) -> None:
    raw = (shared_dir / "data" / file).read_bytes()
    intake = read_jobs(file, raw, NOW)
    assert (len(intake.frame), intake.refused) == (jobs, refused)
    assert intake.frame["release"].min() == START
    text = gzip.decompress(raw).decode() if file.endswith(".gz") else raw.decode()
    if refused:
        runs = [int(fields[3]) for row in text.splitlines() if not row.startswith(";") and (fields := row.split())]
        assert sum(run == 0 for run in runs) == refused
        assert intake.frame["duration_hours"].sum() * 3600 == pytest.approx(sum(runs))
