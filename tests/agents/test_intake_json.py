from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pandas.testing import assert_frame_equal

from gridflex.agents.intake import Intake, Limits, read_jobs
from gridflex.domain.job_frame import frame_to_json
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
JOB = {"job_id": "a", "energy_kwh": 12.5, "duration_hours": 2, "release": "2026-01-08T17:00Z"}


def read(value: Any, **how: Limits) -> Intake:
    text = value if isinstance(value, str) else json.dumps(value)
    return read_jobs("jobs.json", text.encode(), NOW, **how)


def test_a_list_and_an_object_with_jobs_say_the_same() -> None:
    jobs = [JOB | {"deferrable": False, "gpus": None}, JOB | {"job_id": 7, "power_kw": 6.25, "interruptible": 1}]
    intake = read(jobs)
    assert (intake.format, intake.problems) == ("JSON", ())
    assert intake.frame["job_id"].tolist() == ["a", "7"]
    assert intake.frame["deferrable"].tolist() == [False, True]
    assert intake.frame["interruptible"].tolist() == [False, True]
    assert_frame_equal(read({"jobs": jobs}).frame, intake.frame)


def test_a_stored_queue_comes_back_exactly_and_is_judged_like_any_other() -> None:
    frame = read([JOB | {"deadline": "2026-01-10T00:00:00.000001Z", "energy_kwh": 0.1 + 0.2}]).frame
    stored = frame_to_json(frame)
    intake = read(stored)
    assert intake.format == "GridFlex queue"
    assert_frame_equal(intake.frame, frame)
    edited = stored.replace('"duration_hours":[2.0]', '"duration_hours":[-2]')
    assert [(p.row, p.column, p.value) for p in read(edited).problems] == [(1, "duration_hours", "-2")]


@pytest.mark.parametrize("energy", ["NaN", "Infinity", "-Infinity", "1e999", "true", '"x"', "[1]", '{"a": 1}', "null"])
def test_values_that_are_no_energy_are_refused(energy: str) -> None:
    intake = read(
        f'[{{"job_id": "a", "energy_kwh": {energy}, "duration_hours": 2}}, {json.dumps(JOB | {"job_id": "b"})}]'
    )
    assert [(problem.row, problem.column) for problem in intake.problems] == [(1, "energy_kwh")]
    assert intake.frame["job_id"].tolist() == ["b"]


def test_what_is_no_object_is_refused_by_its_row() -> None:
    intake = read([JOB, 5, None, "x", JOB | {"job_id": "b"}])
    assert [(problem.row, problem.column) for problem in intake.problems] == [(2, "job"), (3, "job"), (4, "job")]
    assert intake.frame["job_id"].tolist() == ["a", "b"]
    assert len(read([1]).problems) == 1


def test_broken_unicode_is_refused_and_whole_unicode_kept() -> None:
    intake = read('[{"job_id": "\\ud800", "energy_kwh": 1, "duration_hours": 1, "x\\udfff": 2},'
                  ' {"job_id": "\\ud83d\\ude42", "energy_kwh": 1, "duration_hours": 1}]')  # fmt: skip
    assert [(problem.row, problem.column) for problem in intake.problems] == [(1, "job_id")]
    assert intake.frame["job_id"].tolist() == ["🙂"]
    assert intake.notes[0] == "Columns ignored: 'x\ufffd'."
    intake.sentence.encode()


@pytest.mark.parametrize("value", [[], {"jobs": []}])
def test_no_jobs_are_an_empty_queue(value: object) -> None:
    intake = read(value)
    assert (len(intake.frame), intake.notes) == (0, ("It lists no waiting job.",))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[{"job_id": "a",', "breaks off at line 1, column 17"),
        ("[" * 200_000, "nested too deeply"),
        ("[" + "9" * 5000 + "]", "thousands of digits"),
        ("{}", "holds no jobs"),
        ('{"jobs": 3}', "holds no jobs"),
        ('[{"name": "a"}]', "No column job_id"),
        ('{"format": "gridflex-jobs-1"}', "columns are no lists"),
        ('{"format": "gridflex-jobs-1", "columns": {"job_id": ["a"], "energy_kwh": []}}', "different lengths"),
        (json.dumps([{f"c{i}": 1 for i in range(101)}]), "101 columns"),
        (json.dumps({"format": "gridflex-jobs-1", "columns": {f"c{i}": [1] for i in range(101)}}), "101 columns"),
    ],
)
def test_what_holds_no_jobs_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(text)


def test_more_jobs_than_allowed_refuse_the_file() -> None:
    with pytest.raises(InputError, match="2 rows; at most 1 are read"):
        read([JOB, JOB], limits=Limits(rows=1))
