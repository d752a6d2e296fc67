from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from gridflex.agents.intake import Intake, Limits, read_jobs
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
HEAD = "job_id,energy_kwh,duration_hours,release"


def read(text: str, **how: Limits) -> Intake:
    return read_jobs("jobs.csv", text.encode(), NOW, **how)


def wrong(intake: Intake) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.value) for problem in intake.problems]


def test_the_planners_own_columns_are_read() -> None:
    intake = read(
        "job_id,power_kw,duration_hours,release,deadline,deferrable,interruptible,priority\n"
        "a,30,5,2026-01-08T17:00Z,2026-01-09T12:00+01:00,yes,no,high\n"
        "b,4.5,0.5,2026-01-08 18:00:00.25Z,,0,TRUE,Critical\n"
    )
    a, b = intake.frame.to_dict("records")
    assert (a["energy_kwh"], a["deadline"]) == (150.0, datetime(2026, 1, 9, 11, tzinfo=UTC))
    assert (a["deferrable"], a["interruptible"], a["priority"]) == (True, False, "high")
    assert (b["energy_kwh"], b["deferrable"], b["interruptible"], b["priority"]) == (2.25, False, True, "critical")
    assert b["release"] == datetime(2026, 1, 8, 18, 0, 0, 250_000, tzinfo=UTC)
    assert (intake.problems, intake.notes, intake.format) == ((), (), "CSV")
    assert intake.sentence == "jobs.csv (CSV): 2 of 2 jobs read."


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, newline: str) -> None:
    lines = [HEAD, "a,1.5,2,2026-01-08T17:00Z", "", "b,2,3,2026-01-08T17:00Z"]
    intake = read(newline.join(lines).replace(",", delimiter))
    assert intake.frame["energy_kwh"].tolist() == [1.5, 2.0]


def test_a_spreadsheets_separator_line_and_trailing_delimiters() -> None:
    intake = read("sep=;\njob_id;energy_kwh;duration_hours;release;;\na;1;2;2026-01-08T17:00Z;;\n")
    assert (len(intake.frame), intake.problems, intake.notes) == (1, (), ())


def test_headings_with_units_and_other_spellings() -> None:
    intake = read(
        "ID,Type,Energy (kWh),Duration (h),Release (UTC),Longest deferral [h]\nx,batch,3,1,2026-01-08T17:00Z,6\n"
    )
    assert intake.frame.loc[0, ["job_id", "kind", "energy_kwh", "max_defer_hours"]].tolist() == ["x", "batch", 3.0, 6.0]


@pytest.mark.parametrize(
    "value", ["nan", "NaN", "inf", "-Infinity", "1e999", "0", "-3", "", "ten", "0x10", "1_0", "١", "1000001"]
)
def test_what_is_no_allowed_energy_is_refused_and_the_rest_kept(value: str) -> None:
    intake = read(f"{HEAD}\na,{value},2,2026-01-08T17:00Z\nb,5,2,2026-01-08T17:00Z\n")
    assert wrong(intake) == [(1, "energy_kwh", value)]
    assert "above 0, at most 1,000,000" in intake.problems[0].allowed
    assert intake.frame["job_id"].tolist() == ["b"]
    assert intake.sentence == "jobs.csv (CSV): 1 of 2 jobs read, 1 refused."


@pytest.mark.parametrize("value", ["12,5", "1.250,5", "1,000"])
def test_a_decimal_comma_is_refused_with_a_hint(value: str) -> None:
    intake = read(f"{HEAD};".replace(",", ";") + f"\na;{value};2;2026-01-08T17:00Z\n")
    assert wrong(intake) == [(1, "energy_kwh", value)]
    assert "decimal point" in intake.problems[0].allowed


def test_a_decimal_comma_between_commas_is_refused_as_a_row_too_long() -> None:
    intake = read(f"{HEAD}\na,12,5,2,2026-01-08T17:00Z\nb,5,2,2026-01-08T17:00Z\n")
    assert [problem.row for problem in intake.problems] == [1]
    assert "decimal comma" in intake.problems[0].allowed
    assert intake.frame["job_id"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("2026-01-08T17:00", "this one has none"),
        ("2026-01-08 17:00:00", "this one has none"),
        ("2026-01-08", "this one has none"),
        ("08/01/2026 17:00", "ISO 8601"),
        ("8 Jan 2026 17:00 GMT", "ISO 8601"),
        ("1767891600", "ISO 8601"),
        ("2026-02-30T10:00Z", "ISO 8601"),
        ("2026-01-08T25:00Z", "ISO 8601"),
        ("now", "ISO 8601"),
        ("0001-01-01T00:00+05:00", "year from 1970"),
        ("9999-12-31T23:59Z", "year from 1970"),
    ],
)
def test_times_that_cannot_be_told_are_refused(value: str, allowed: str) -> None:
    intake = read(f"{HEAD},deadline\na,1,2,{value},\nb,1,2,2026-01-08T17:00Z,{value}\nc,1,2,2026-01-08T17:00Z,\n")
    assert wrong(intake) == [(1, "release", value), (2, "deadline", value)]
    assert allowed in intake.problems[0].allowed
    assert intake.frame["job_id"].tolist() == ["c"]


@pytest.mark.parametrize(
    "value",
    ["2026-01-08T18:00+01:00", "20260108T1700Z", "2026-01-08 17:00Z", "2026-01-08T17Z", "2026-01-08T17:00:00.0 +0000"],
)
def test_iso_times_with_a_zone_are_one_instant(value: str) -> None:
    assert read(f"{HEAD}\na,1,2,{value}\n").frame["release"].tolist() == [datetime(2026, 1, 8, 17, tzinfo=UTC)]


def test_every_wrong_cell_of_a_row_is_listed() -> None:
    intake = read(
        "job_id,energy_kwh,duration_hours,priority,deferrable,max_defer_hours,gpus\n"
        ",x,0,urgent,maybe,337,0\n"
        f"{'y' * 65},1,1,low,yes,0,1\n"
    )
    assert [problem.row for problem in intake.problems] == [1] * 7 + [2]
    assert set(wrong(intake)) == {
        (1, "job_id", ""),
        (1, "energy_kwh", "x"),
        (1, "duration_hours", "0"),
        (1, "priority", "urgent"),
        (1, "deferrable", "maybe"),
        (1, "max_defer_hours", "337"),
        (1, "gpus", "0"),
        (2, "job_id", "y" * 65),
    }
    assert intake.refused == 2


def test_contradictions_are_refused() -> None:
    intake = read(
        "job_id,energy_kwh,power_kw,duration_hours,release,deadline,time_limit_hours\n"
        "late,1,,2,2026-01-08T17:00Z,2026-01-08T17:00Z,\n"
        "short,1,,2,2026-01-08T17:00Z,,1\n"
        "both,10,7,2,2026-01-08T17:00Z,,\n"
        "agree,10,5.01,2,2026-01-08T17:00Z,,2\n"
        "neither,,,2,2026-01-08T17:00Z,,\n"
        "huge,,999999,100,2026-01-08T17:00Z,,\n"
    )
    assert wrong(intake) == [
        (1, "deadline", "2026-01-08T17:00Z"),
        (2, "time_limit_hours", "1"),
        (3, "power_kw", "7"),
        (5, "energy_kwh", ""),
        (6, "power_kw", "999999"),
    ]
    assert intake.frame[["job_id", "energy_kwh"]].to_numpy().tolist() == [["agree", 10.0]]


def test_a_job_id_stands_for_its_first_good_row() -> None:
    intake = read(f"{HEAD}\na,x,2,2026-01-08T17:00Z\na,1,2,2026-01-08T17:00Z\n a ,2,2,2026-01-08T17:00Z\n")
    assert wrong(intake) == [(1, "energy_kwh", "x"), (3, "job_id", "a")]
    assert intake.frame["energy_kwh"].tolist() == [1.0]


@pytest.mark.parametrize(
    "text", ["=1+1", "@cmd", "+1", "-1", "<script>alert(1)</script>", "**b** `c` $x$", "Ärger 🙂", "';--"]
)
def test_text_is_kept_as_text(text: str) -> None:
    intake = read(f"{HEAD},kind\n{text},1,2,2026-01-08T17:00Z,{text}\n")
    assert intake.frame.loc[0, ["job_id", "kind"]].tolist() == [text, text]


def test_a_line_break_or_control_character_is_no_id() -> None:
    intake = read(f'{HEAD}\n"a\nb",1,2,2026-01-08T17:00Z\n"a\x07",1,2,2026-01-08T17:00Z\n')
    assert [problem.column for problem in intake.problems] == ["job_id", "job_id"]


def test_without_a_release_a_job_waits_since_now() -> None:
    intake = read("job_id,energy_kwh,duration_hours\na,1,2\nb,1,2\n")
    assert intake.frame["release"].tolist() == [NOW, NOW]
    assert intake.notes == ("2 jobs without a release: taken as waiting since now.",)


def test_jobs_that_are_refused_are_not_counted_as_waiting() -> None:
    intake = read("job_id,energy_kwh,duration_hours\na,10,1\nb,none,1\n")
    assert intake.notes == ("1 job without a release: taken as waiting since now.",)


def test_unknown_columns_and_blank_rows_are_said() -> None:
    intake = read(f"{HEAD},owner\na,1,2,2026-01-08T17:00Z,me\n,,,,\n")
    assert intake.notes == ("Columns ignored: 'owner'.", "1 blank row skipped.")
    assert intake.problems == ()


def test_headings_alone_are_an_empty_queue() -> None:
    intake = read(HEAD + "\n")
    assert (len(intake.frame), intake.notes) == (0, ("It lists no waiting job.",))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("job_id,energy_kwh\na,1\n", "No column duration_hours; the columns found are 'job_id', 'energy_kwh'."),
        ("duration_hours\n1\n", "No column job_id and no column energy_kwh \\(or power_kw\\)"),
        ("id,job_id,energy_kwh,duration_hours\n", "both mean job_id"),
        ("job_id,job_id,energy_kwh,duration_hours\n", "'job_id' stand twice"),
        (f'{HEAD}\n"a,1,2,3\nb,1,2,3\n', "quotation mark is opened and never closed"),
        ("hello", "No column job_id"),
        (",".join(f"c{i}" for i in range(101)), "101 columns; at most 100"),
        ("sep=;", "no headings"),
    ],
)
def test_what_is_no_table_of_jobs_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(text)


def test_a_swallowed_part_of_the_file_is_named() -> None:
    rows = "\n".join(f"j{i},1,2,2026-01-08T17:00Z" for i in range(100))
    intake = read(f'{HEAD},note\nx,1,2,2026-01-08T17:00Z,"open\n{rows}\nlast,1,2,2026-01-08T17:00Z,shut"\n')
    assert [(problem.row, problem.column) for problem in intake.problems] == [(1, "note")]
    assert "quotation mark" in intake.problems[0].allowed
    assert len(intake.problems[0].value) < 100


def test_more_rows_than_allowed_refuse_the_file() -> None:
    rows = "\n".join(f"j{i},1,2,2026-01-08T17:00Z" for i in range(6))
    assert len(read(f"{HEAD}\n{rows}", limits=Limits(rows=6)).frame) == 6
    with pytest.raises(InputError, match="more than 5 rows"):
        read(f"{HEAD}\n{rows}", limits=Limits(rows=5))


def test_a_full_queue_is_judged_within_half_a_second() -> None:
    stamp = (NOW + timedelta(days=1)).isoformat()
    for cell in ("12.5", "x"):
        rows = "\n".join(f"j{i},{cell},2,{NOW.isoformat()},{stamp},yes,no,low" for i in range(20_000))
        raw = f"{HEAD},deadline,deferrable,interruptible,priority\n{rows}".encode()
        began = time.process_time()
        intake = read_jobs("full.csv", raw, NOW)
        assert len(intake.frame) + intake.refused == 20_000
        assert time.process_time() - began < 0.5
