from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pydantic import ValidationError

from gridflex.domain.job_frame import (
    JOB_DTYPES,
    RANGES,
    as_job_frame,
    empty_frame,
    frame_from_jobs,
    frame_from_json,
    frame_to_json,
    job_from_row,
    may_wait,
    totals_by,
)
from gridflex.domain.jobs import MAX_DEFERRAL_H, MAX_ENERGY_KWH, Job, Priority
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, tzinfo=UTC)

positive = st.floats(1e-9, 168, allow_subnormal=False)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
printable = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=64).filter(str.strip)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    release, hours = draw(moments), draw(positive)
    return Job(
        job_id=draw(printable),
        kind=draw(printable),
        priority=draw(st.sampled_from(Priority)),
        energy_kwh=draw(positive),
        duration_hours=hours,
        release=release,
        deadline=draw(st.none() | st.just(release + timedelta(microseconds=draw(st.integers(1, 10**12))))),
        max_defer_hours=draw(st.none() | st.floats(0, MAX_DEFERRAL_H)),
        deferrable=draw(st.booleans()),
        interruptible=draw(st.booleans()),
        gpus=draw(st.none() | positive),
        time_limit_hours=draw(st.none() | st.just(hours)),
        work_units=draw(st.none() | positive),
    )


def job(job_id: str = "a", **given: object) -> Job:
    return Job.model_validate({"job_id": job_id, "energy_kwh": 10, "duration_hours": 2, "release": NOW} | given)


@settings(deadline=None, max_examples=40)
@given(st.lists(jobs(), max_size=5))
def test_jobs_survive_the_frame_and_the_frame_survives_json(rows: list[Job]) -> None:
    frame = frame_from_jobs(rows)
    assert frame.dtypes.astype(str).to_dict() == JOB_DTYPES
    assert [job_from_row(frame.loc[i]) for i in frame.index] == rows
    assert_frame_equal(frame_from_json(frame_to_json(frame)), frame)


def test_an_empty_frame_has_all_columns_and_types() -> None:
    assert empty_frame().dtypes.astype(str).to_dict() == JOB_DTYPES
    assert_frame_equal(frame_from_json(frame_to_json(empty_frame())), empty_frame())


def test_absent_columns_take_the_models_defaults() -> None:
    frame = as_job_frame({"job_id": ["a"], "energy_kwh": [1], "duration_hours": [2], "release": [NOW]})
    assert job_from_row(frame.loc[0]) == job(energy_kwh=1)


def test_a_required_column_must_be_given() -> None:
    with pytest.raises(KeyError, match="release"):
        as_job_frame({"job_id": ["a"], "energy_kwh": [1], "duration_hours": [2]})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "other", "columns": {}}', '{"format": "gridflex-jobs-1"}']
)
def test_other_text_is_no_stored_queue(text: str) -> None:
    with pytest.raises(InputError):
        frame_from_json(text)


def test_ranges_are_the_models_own() -> None:
    energy = RANGES["energy_kwh"]
    assert energy.allows(np.array([-1, 0, 1e-9, MAX_ENERGY_KWH, MAX_ENERGY_KWH + 1, np.nan, np.inf])).tolist() == [
        False,
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    assert RANGES["max_defer_hours"].allows(np.array([0.0, MAX_DEFERRAL_H, -0.1])).tolist() == [True, True, False]
    assert str(energy) == "above 0, at most 1,000,000"


def test_totals_by_priority_and_kind_add_up() -> None:
    frame = frame_from_jobs(
        [
            job("a", kind="x", priority="low", energy_kwh=10, duration_hours=2),
            job("b", kind="x", priority="critical", energy_kwh=6, duration_hours=3),
            job("c", kind="y", priority="critical", energy_kwh=1, duration_hours=1, deferrable=False),
        ]
    )
    by_priority = totals_by(frame, "priority")
    assert by_priority.index.tolist() == ["critical", "low"]
    assert by_priority.loc["critical"].tolist() == [2, 0, 7.0, 3.0]
    by_kind = totals_by(frame, "kind")
    assert by_kind.loc["x"].tolist() == [2, 1, 16.0, 7.0]
    assert by_kind["energy_kwh"].sum() == frame["energy_kwh"].sum()
    assert may_wait(frame).tolist() == [True, False, False]
    assert totals_by(empty_frame(), "kind").empty


@pytest.mark.parametrize(
    "given",
    [
        {"job_id": "two\nlines"},
        {"kind": "bell\x07"},
        {"release": datetime(1, 1, 1, tzinfo=UTC)},
        {"deadline": datetime(2101, 1, 1, tzinfo=UTC)},
        {"time_limit_hours": 1.9},
    ],
)
def test_a_job_holds_nothing_that_would_break_later(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        job(**given)


def test_missing_values_are_nan_and_nat() -> None:
    row = frame_from_jobs([job()]).loc[0]
    assert row["deadline"] is pd.NaT
    assert np.isnan(row["gpus"])
