from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridflex.agents.intake import Intake, Watts, read_jobs
from gridflex.agents.intake.squeue import array_tasks, gpus_of
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
SUBMITTED = 1767884400
"""2026-01-08 15:00 UTC."""


def new(value: float | None, infinite: bool = False) -> dict[str, Any]:
    return {"set": value is not None, "infinite": infinite, "number": value or 0}


def record(encode: Any, **given: Any) -> dict[str, Any]:
    numbers = {
        "job_id": 7,
        "cpus": 4,
        "node_count": 1,
        "time_limit": 90,
        "submit_time": SUBMITTED,
        "eligible_time": 0,
        "deadline": 0,
    }
    plain = {"job_state": "PENDING", "partition": "long", "qos": "normal", "tres_req_str": "cpu=4,mem=1G,node=1"}
    return plain | {name: encode(value) if name != "job_id" else value for name, value in numbers.items()} | given


def read(*jobs: Any, errors: Any = (), **how: Watts) -> Intake:
    answer = {"meta": {"Slurm": {"release": "23.11"}}, "errors": errors, "jobs": list(jobs)}
    return read_jobs("squeue.json", json.dumps(answer).encode(), NOW, **how)


@pytest.mark.parametrize("encode", [int, new])
def test_both_encodings_of_numbers_say_the_same(encode: Any) -> None:
    intake = read(record(encode))
    (job,) = intake.frame.to_dict("records")
    assert (job["job_id"], job["kind"], job["priority"]) == ("7", "long", "medium")
    assert job["energy_kwh"] == pytest.approx(4 * 10 / 1000 * 1.5)
    assert (job["duration_hours"], job["time_limit_hours"]) == (1.5, 1.5)
    assert job["release"] == datetime(2026, 1, 8, 15, tzinfo=UTC)
    assert pd.isna(job["deadline"])
    assert intake.format == "Slurm squeue"
    assert "10 W per CPU, or 400 W per GPU" in intake.notes[0]
    assert "assumed" in intake.notes[0]


def test_only_pending_jobs_wait_and_the_others_are_counted() -> None:
    states: list[Any] = ["RUNNING", ["RUNNING"], ["PENDING"], "COMPLETING", [], None]
    intake = read(*(record(new, job_id=i, job_state=state) for i, state in enumerate(states)))
    assert intake.frame["job_id"].tolist() == ["2"]
    (said,) = [note for note in intake.notes if note.startswith("Not pending")]
    assert "2 running" in said
    assert "1 completing" in said
    assert "2 unknown" in said


@pytest.mark.parametrize(
    "limit", [new(0, infinite=True), new(None), 0xFFFFFFFF, 0xFFFFFFFE, None, 0, -5, 10_081, "90", True]
)
def test_a_time_limit_without_an_end_is_refused_by_row(limit: Any) -> None:
    intake = read(record(new, time_limit=limit), record(new, job_id=8))
    assert [(problem.row, problem.column) for problem in intake.problems] == [(1, "time_limit")]
    assert intake.frame["job_id"].tolist() == ["8"]


def test_gpus_are_counted_instead_of_cpus_with_the_watts_given() -> None:
    intake = read(record(new, tres_req_str="cpu=4,gres/gpu=2,gres/gpu:a100=2"), watts=Watts(per_gpu=300))
    assert intake.frame.loc[0, "energy_kwh"] == pytest.approx(2 * 0.3 * 1.5)
    assert intake.frame.loc[0, "gpus"] == 2
    assert "300 W per GPU" in intake.notes[0]


@pytest.mark.parametrize(
    ("job", "gpus"),
    [
        ({"tres_req_str": "cpu=4,gres/gpu:a100=2,gres/gpu:v100=1"}, 3),
        ({"tres_req_str": "cpu=4", "tres_per_node": "gres/gpu:2", "node_count": 3}, 6),
        ({"tres_per_node": "gres:gpu:a100:2"}, 2),
        ({"tres_per_node": "gres:gpu", "node_count": {"set": True, "infinite": False, "number": 4}}, 4),
        ({"tres_per_node": "gres:gpu:1(S:0)"}, 1),
        ({"tres_req_str": "cpu=4,gres/gpumem=80G"}, 0),
        ({"tres_req_str": None}, 0),
    ],
)
def test_gpus_of_a_request(job: dict[str, Any], gpus: float) -> None:
    assert gpus_of(job) == gpus


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("", 1),
        (None, 1),
        ("7", 1),
        ("1-10", 10),
        ("1,4-6", 4),
        ("0-20:5%2", 5),
        ("1-10%3", 10),
        ("junk", 1),
        ("9-1", 1),
    ],
)
def test_tasks_of_an_array(text: str | None, tasks: int) -> None:
    assert array_tasks({"array_task_string": text}) == tasks


def test_an_array_is_one_job_with_the_energy_of_all_its_tasks() -> None:
    intake = read(record(new, array_task_string="1-10"))
    assert intake.frame["energy_kwh"].tolist() == [pytest.approx(10 * 4 * 0.01 * 1.5)]
    assert "1 job array read as one job" in intake.notes[1]


def test_times_deadline_and_quality_of_service() -> None:
    soon = SUBMITTED + 7200
    intake = read(
        record(new, eligible_time=new(soon), deadline=new(soon + 86400), qos="High"),
        record(int, job_id=8, submit_time=0),
        record(new, job_id=9, deadline=new(5)),
        record(new, job_id=10, deadline=new(10**15)),
    )
    first, second = intake.frame.to_dict("records")
    assert (first["release"], first["priority"]) == (datetime(2026, 1, 8, 17, tzinfo=UTC), "high")
    assert first["deadline"] == datetime(2026, 1, 9, 17, tzinfo=UTC)
    assert second["release"] == NOW
    assert [(problem.row, problem.column) for problem in intake.problems] == [(3, "deadline"), (4, "deadline")]


def test_rows_that_are_no_job_or_name_no_processors_are_refused() -> None:
    intake = read(5, record(new, cpus=0), record(new, job_id=None), record(new, job_id=8))
    assert [(problem.row, problem.column) for problem in intake.problems] == [(1, "job"), (2, "cpus"), (3, "job_id")]
    assert len(intake.frame) == 1


@pytest.mark.parametrize(
    "errors", [["down"], [{"description": "Unable to contact slurm controller"}], [{"error_number": 1}], "down"]
)
def test_an_answer_with_errors_is_no_empty_queue(errors: Any) -> None:
    with pytest.raises(InputError, match="squeue reports an error"):
        read(errors=errors)


def test_an_answer_without_a_list_is_refused_and_an_empty_list_is_a_queue() -> None:
    with pytest.raises(InputError, match="no list of jobs"):
        read_jobs("s.json", b'{"meta": {}, "errors": []}', NOW)
    intake = read()
    assert (len(intake.frame), intake.problems) == (0, ())
    assert intake.notes[-1] == "It lists no waiting job."


def test_a_chained_job_is_said() -> None:
    assert "1 job with a dependency" in read(record(new, state_reason="Dependency")).notes[-1]


def test_the_recorded_sample_loads(shared_dir: Path) -> None:
    intake = read_jobs("s.json", (shared_dir / "data" / "slurm_squeue_out_example.json").read_bytes(), NOW)
    (job,) = intake.frame.to_dict("records")
    assert (job["job_id"], job["kind"], job["duration_hours"]) == ("58948420", "hw-m", pytest.approx(1439 / 60))
    assert job["deadline"] == datetime(2024, 10, 24, 20, 37, 28, tzinfo=UTC)
    assert "Not pending, so not in the queue: 1 running." in intake.notes
