from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.agents.intake import Limits, read_jobs
from gridflex.domain.job_frame import JOB_DTYPES
from gridflex.errors import InputError

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
CSV = "job_id,energy_kwh,duration_hours,release,kind\nÄ1,5,2,2026-01-08T17:00Z,Größe\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_encodings_and_gzip(encoding: str, pack: type[bytes]) -> None:
    intake = read_jobs("j.csv", pack(CSV.encode(encoding)), NOW)
    assert intake.frame[["job_id", "kind"]].to_numpy().tolist() == [["Ä1", "Größe"]]
    assert any("Windows-1252" in note for note in intake.notes) == (encoding == "cp1252")


def test_big_endian_and_several_gzip_members() -> None:
    half = len(CSV) // 2
    packed = gzip.compress(CSV[:half].encode()) + gzip.compress(CSV[half:].encode())
    assert len(read_jobs("j.csv.gz", packed, NOW).frame) == 1
    assert len(read_jobs("j.csv", b"\xfe\xff" + CSV.encode("utf-16-be"), NOW).frame) == 1


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"PK\x03\x04" + bytes(40), "ZIP archive or a spreadsheet"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PAR1" + bytes(8), "Parquet"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd\x24", "zstd"),
        (b"\xff\xfea", "marked as UTF-16"),
        ("job".encode("utf-32"), "zero bytes"),
        (b"job_id\x00,energy_kwh", "zero bytes"),
        (b"\x81\x8d\x8f\x90\x9d", "neither UTF-8 nor Windows-1252"),
        (gzip.compress(CSV.encode(), mtime=0)[:-9], "damaged or cut off"),
        (b"\x1f\x8b" + bytes(30), "damaged or cut off"),
    ],
)
def test_what_is_no_text_is_one_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_jobs("x", raw, NOW)


def test_sizes_are_bound_before_and_after_unpacking() -> None:
    with pytest.raises(InputError, match="The file has 10 MB; at most 10 MB are read"):
        read_jobs("x", b"a" * 10_000_001, NOW)
    bomb = gzip.compress(b"0" * 3_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(InputError, match="unpacks to more than 2 MB"):
        read_jobs("x", bomb, NOW, limits=Limits(unpacked_bytes=2_000_000))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" + "[]," * 1_600_000, "more than 2,000,000 values"),
        ("job_id,energy_kwh,duration_hours\n" + "," * 3_000_000, "more than 2,000,000 values"),
        ("; Version: 2\n" + "\n" * 40_000 + "1", "more than 20,000 jobs"),
        ("; Version: 2\n" + "1 " * 6_000, "line of more than 10,000 characters"),
    ],
)
def test_a_small_file_cannot_fill_the_memory(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_jobs("x", gzip.compress(text.encode()), NOW)


def outcome(raw: bytes) -> str:
    """What is said of a file: how much was read, or why nothing was."""
    try:
        intake = read_jobs("x", raw, NOW)
    except InputError as error:
        return str(error)
    assert intake.frame["job_id"].is_unique
    return intake.sentence


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_a_queue_or_a_sentence(raw: bytes) -> None:
    assert outcome(raw)


WORDS = (*'{}[]",:;\n\t ', "job_id", "jobs", "energy_kwh", "duration_hours", "1", "-1", "a", "errors", "null", "format")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(WORDS)).map("".join))
def test_any_arrangement_of_the_formats_words_gives_a_queue_or_a_sentence(text: str) -> None:
    assert outcome(text.encode())


CELLS = st.sampled_from(
    ["", "a", "1", "-1", "1e400", "2026-01-08T17:00Z", "1,5", "nan", "{}", '"', "=1", "\u2028", "\x85", "é"]
)
JSON_CELLS = st.none() | st.booleans() | st.integers() | st.floats() | CELLS | st.lists(st.integers(), max_size=1)
COLUMNS = (*JOB_DTYPES, "power_kw", "arrival_time", "length", "cpus", "job_state", "time_limit", "qos", "other")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(COLUMNS), unique=True), st.lists(st.lists(CELLS, max_size=8), max_size=4))
def test_any_table_gives_a_queue_or_a_sentence(headings: list[str], rows: list[list[str]]) -> None:
    always = ["job_id", "energy_kwh", "duration_hours"]
    head = ["arrival_time", "length", "cpus"] if "cpus" in headings else list(dict.fromkeys(always + headings))
    assert outcome("\n".join(",".join(row) for row in [head, *rows]).encode())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), JSON_CELLS) | JSON_CELLS, max_size=4))
def test_any_json_gives_a_queue_or_a_sentence(jobs: list[object]) -> None:
    complete = [
        {"job_id": 1, "energy_kwh": 1, "duration_hours": 1} | job if isinstance(job, dict) else job for job in jobs
    ]
    assert outcome(json.dumps(complete).encode())
    assert outcome(json.dumps({"errors": [], "jobs": jobs}).encode())
