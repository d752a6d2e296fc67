"""A corpus of bad files: each is one sentence or a list of wrong cells; good rows are kept, nothing is lost or run."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from gridflex.agents.intake import Intake, export_csv, read_jobs
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
HEAD = "job_id,kind,energy_kwh,duration_hours,release\n"
GOOD = "good,job,5,2,2026-01-08T17:00Z\n"
TEXTS = (
    '=HYPERLINK("http://x.example","y")',
    "+1+1",
    "-1+1|cmd",
    "@SUM(A1)",
    "＝1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "![x](https://x.example/x.png)",
    "[x](javascript:y) **b** `c`",
    "$\\frac{1}{2}$ $$x$$",
    ":red[x] :material/home: :smile:",
    "{{7*7}} ${x} %s %n",
    "'; DROP TABLE jobs; --",
    "../../etc/passwd",
    "\u200b\u200e\ufeffa",
    "𝔘𝔫𝔦 🙂 日本語 ﷽",
    "e\u0301" * 30,
)
REFUSED_TEXTS = ("a\x00b", "a\x07b", "a\x1b[31mb", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\u2066b", "\ufffd")


def read(raw: str | bytes) -> Intake:
    return read_jobs("x", raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"), NOW)


def refused(raw: str | bytes) -> str:
    """The one sentence that refuses a file as a whole."""
    with pytest.raises(InputError) as caught:
        read(raw)
    said = str(caught.value)
    assert said.endswith(".")
    assert len(said) < 400
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    return said


def one_wrong(intake: Intake, row: int = 1) -> str:
    """What is allowed in the only wrong cell; every other row was kept."""
    assert intake.frame["job_id"].tolist() == ["good"]
    assert [problem.row for problem in intake.problems] == [row]
    assert len(intake.problems[0].value) <= 81
    return intake.problems[0].allowed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_keep_every_letter(encoding: str) -> None:
    intake = read((HEAD + "Größe-é,Ünïcode £,5,2,2026-01-08T17:00Z\n").encode(encoding))
    assert intake.frame[["job_id", "kind"]].to_numpy().tolist() == [["Größe-é", "Ünïcode £"]]
    assert len(intake.notes) == (encoding in ("latin-1", "cp1252")), "who guessed says so"


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_kept_letter_by_letter_in_every_format(text: str) -> None:
    row = {"job_id": text, "kind": text, "energy_kwh": 5, "duration_hours": 2}
    quoted = text.replace('"', '""')
    for raw in (
        HEAD + f'"{quoted}","{quoted}",5,2,2026-01-08T17:00Z\n',
        json.dumps([row]),
        json.dumps({"jobs": [row]}),
    ):
        frame = read(raw).frame
        assert frame[["job_id", "kind"]].to_numpy().tolist() == [[text, text]]
        again = read(export_csv(frame)).frame
        assert again[["job_id", "kind"]].to_numpy().tolist() == [[text, text]]


@pytest.mark.parametrize("text", REFUSED_TEXTS)
@pytest.mark.parametrize("field", ["job_id", "kind"])
def test_control_and_direction_characters_are_refused_by_their_cell(text: str, field: str) -> None:
    row = {"job_id": "x", "kind": "job", "energy_kwh": 5, "duration_hours": 2} | {field: text}
    good = {"job_id": "good", "energy_kwh": 5, "duration_hours": 2}
    intake = read(json.dumps([row, good]))
    assert "no line breaks" in one_wrong(intake)
    assert intake.problems[0].column == field


NUMBERS = [
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1e309",
    "-1e309",
    "-5",
    "-0",
    "0",
    "1e300",
    "9" * 400,
    "0x1F",
    "1_000",
]


@pytest.mark.parametrize("number", [*NUMBERS, "1_000", "1 000", "£5", "5 kWh", "５", "١٢", "5;6", "--5", "5e", "."])
def test_numbers_that_cannot_be(number: str) -> None:
    assert "a number above 0" in one_wrong(read(HEAD + f"bad,job,{number},2,2026-01-08T17:00Z\n" + GOOD))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1", "true", "[]", "{}", '"5 kWh"'])
def test_numbers_that_cannot_be_in_json(number: str) -> None:
    bad = f'{{"job_id": "bad", "energy_kwh": {number}, "duration_hours": 2}}'
    good = '{"job_id": "good", "energy_kwh": 5, "duration_hours": 2}'
    assert "a number above 0" in one_wrong(read(f"[{bad}, {good}]"))


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("08/01/2026 17:00", "ISO 8601"),
        ("01-08-2026", "ISO 8601"),
        ("8 January 2026 5 pm", "ISO 8601"),
        ("46030.708", "ISO 8601"),
        ("1767891600", "ISO 8601"),
        ("2026-01-08T17:00", "this one has none"),
        ("2026-02-30T17:00Z", "ISO 8601"),
        ("2026-01-08T24:30Z", "ISO 8601"),
        ("0000-00-00T00:00Z", "ISO 8601"),
        ("9999-01-01T00:00Z", "year from 1970"),
    ],
)
def test_dates_of_many_styles_are_read_in_one_alone(moment: str, allowed: str) -> None:
    assert allowed in one_wrong(read(HEAD + f"bad,job,5,2,{moment}\n" + GOOD))


def test_headings_that_stand_twice_and_files_without_content() -> None:
    assert "stand twice" in refused("job_id,job_id,energy_kwh,duration_hours\na,b,1,1\n")
    assert "both mean" in refused("job_id,id,energy_kwh,duration_hours\na,b,1,1\n")
    for empty in (b"", b" ", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b""), gzip.compress(b"\xef\xbb\xbf\n")):
        assert refused(empty) == "The file is empty."


def zip_of(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("jobs.csv", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (zip_of(b"0" * 5_000_000), "ZIP archive"),
        (gzip.compress(b"0" * 30_000_000), "unpacks to more than 25 MB"),
        (gzip.compress(gzip.compress(b"0" * 30_000_000)), "compressed twice"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "not text"),
    ],
    ids=["zip bomb", "gzip bomb", "gzip in gzip", "program", "picture", "old spreadsheet"],
)
def test_bombs_and_binary_files(raw: bytes, says: str) -> None:
    assert says in refused(raw)


@pytest.mark.parametrize("row", ["j,job,5,2,\n", "j\n"])
def test_a_million_rows_are_refused_in_a_sentence(row: str) -> None:
    assert "at most" in refused(gzip.compress((HEAD + row * 1_000_000).encode()))


def test_a_million_jobs_of_json_are_refused_before_they_are_made() -> None:
    assert "more than 2,000,000 values" in refused(gzip.compress(b"[" + b'{"a":1},' * 1_000_000 + b"{}]"))


NESTS = [
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"jobs":' + "[" * 5_000 + "]" * 5_000 + "}",
    '{"errors":' + "[" * 5_000 + "]" * 5_000 + ',"jobs":[]}',
]


@pytest.mark.parametrize("text", NESTS, ids=["lists", "objects", "jobs", "errors"])
def test_nesting_without_end(text: str) -> None:
    assert "nested too deeply" in refused(text)


def test_nesting_just_short_of_too_deep_is_a_sentence_at_every_depth() -> None:
    said = set()
    for depth in range(900, 1000):
        cell = '{"a":' * depth + "1" + "}" * depth
        try:
            intake = read(f'[{{"job_id": {cell}, "energy_kwh": 1, "duration_hours": 1}}]')
        except InputError as error:
            said.add(str(error))
        else:
            assert [problem.column for problem in intake.problems] == ["job_id"]
    assert all("nested too deeply" in one for one in said)


def test_a_very_long_cell_is_refused_by_its_row_and_quoted_short() -> None:
    for cell in ("x" * 1_001, "x" * 100_000):
        assert "at most 1,000 characters" in one_wrong(read(HEAD + f"{cell},job,5,2,2026-01-08T17:00Z\n" + GOOD))
