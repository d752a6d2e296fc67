from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gridflex.agents.demo_queue import fifteen_jobs
from gridflex.agents.intake import export_csv, read_jobs, validate_edited
from gridflex.domain.job_frame import as_job_frame, empty_frame
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)


def test_a_good_table_comes_back_as_it_is() -> None:
    frame = fifteen_jobs(3, NOW)
    intake = validate_edited(frame, NOW)
    assert (intake.problems, intake.notes) == ((), ())
    assert_frame_equal(intake.frame, frame)


def test_cells_that_were_edited_are_judged_by_row() -> None:
    frame = fifteen_jobs(3, NOW).astype(object).reset_index(drop=True)
    frame.loc[0, "energy_kwh"] = -1.0
    frame.loc[1, "job_id"] = frame.loc[2, "job_id"]
    frame.loc[3, "priority"] = None
    frame.loc[4, "deadline"] = datetime(2026, 1, 20)  # noqa: DTZ001
    frame.loc[5, "duration_hours"] = None
    frame.loc[15] = [None] * frame.shape[1]
    intake = validate_edited(frame, NOW)
    assert [(problem.row, problem.column) for problem in intake.problems] == [
        (1, "energy_kwh"),
        (3, "job_id"),
        (5, "deadline"),
        (6, "duration_hours"),
    ]
    assert intake.notes == ("1 blank row skipped.",)
    assert intake.frame.loc[intake.frame["job_id"] == frame.loc[3, "job_id"], "priority"].tolist() == ["medium"]


def test_a_column_of_times_without_a_zone_is_refused() -> None:
    frame = fifteen_jobs(3, NOW)
    intake = validate_edited(frame.assign(release=frame["release"].dt.tz_localize(None)), NOW)
    assert intake.refused == 15
    assert "this one has none" in intake.problems[0].allowed


def test_a_table_without_a_needed_column_is_refused() -> None:
    with pytest.raises(InputError, match="No column energy_kwh"):
        validate_edited(fifteen_jobs(3, NOW).drop(columns="energy_kwh"), NOW)


def test_an_empty_table_is_an_empty_queue() -> None:
    assert_frame_equal(validate_edited(empty_frame(), NOW).frame, empty_frame())


@settings(deadline=None, max_examples=40)
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)
    .map(lambda text: text.strip())
    .filter(bool)
)
def test_an_export_is_read_back_exactly_and_runs_nothing(text: str) -> None:
    texts = [text, f"={text}", f"'={text}", f"''@{text}"]
    frame = as_job_frame(
        {
            "job_id": texts,
            "kind": texts[::-1],
            "energy_kwh": [0.1 + 0.2, 1e6, 1e-9, 1 / 3],
            "duration_hours": [1 / 7, 168, 2, 3],
            "release": ["2026-03-29T00:59:59.999999Z", "2026-10-25T01:30Z", "1970-01-01T00:00Z", "2100-12-31T00:00Z"],
            "deadline": [None, "2026-10-25T02:30Z", None, None],
            "interruptible": [True, False, True, False],
            "time_limit_hours": [None, 168, 5, None],
        }
    )
    frame = frame.drop_duplicates("job_id").reset_index(drop=True)
    text = export_csv(frame)
    assert_frame_equal(read_jobs("queue.csv", text.encode(), NOW).frame, frame)
    again = pd.read_csv(pd.io.common.StringIO(text), dtype=str, keep_default_na=False)
    for name in ("job_id", "kind"):
        assert not again[name].str.match(r"[=+\-@\t\r]").any()


def test_the_export_states_units_and_both_clocks() -> None:
    frame = as_job_frame({"job_id": ["a"], "energy_kwh": [5], "duration_hours": [2], "release": ["2026-07-01T17:00Z"]})
    head, row = export_csv(frame).splitlines()
    assert head.startswith(
        "job_id,kind,priority,energy (kWh),duration (h),release (UTC),release (UK time),deadline (UTC)"
    )
    assert row.startswith("a,job,medium,5.0,2.0,2026-07-01T17:00:00Z,2026-07-01 18:00,,")
    assert read_jobs("q.csv", export_csv(frame).encode(), NOW).notes == ()


def test_an_empty_export_is_read_as_an_empty_queue() -> None:
    assert_frame_equal(read_jobs("q.csv", export_csv(empty_frame()).encode(), NOW).frame, empty_frame())
