"""Every envelope and every fault of the recorded service, as pure values."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.regions import GB
from gridflex.errors import InvalidAnswer
from gridflex.sources.carbon_api import SETTLING
from gridflex.sources.carbon_parse import Answer, read_intensity, read_mix, reading_at, stamp, without_provisional

START = datetime(2026, 1, 8, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def record(number: int, forecast: object = 100, actual: object = None, minutes: int = 30) -> dict[str, Any]:
    start = START + number * HALF_HOUR
    values = {"forecast": forecast, "actual": actual, "index": "moderate"}
    return {"from": stamp(start), "to": stamp(start + timedelta(minutes=minutes)), "intensity": values}


def national(*records: object) -> Answer:
    return read_intensity({"data": list(records)}, GB, START, START + DAY)


def forecasts(answer: Answer) -> list[float | None]:
    return [reading.forecast for reading in answer.readings]


def sample(shared_dir: Path, name: str) -> Any:
    return json.loads((shared_dir / "data" / "neso_api_samples" / name).read_text())


# recorded answers


def test_recorded_national_past_has_forecast_and_actual(shared_dir: Path) -> None:
    body = sample(shared_dir, "intensity_pt24h_2024-01-12T0601Z.truncated.json")
    start = at("2024-01-11T06:00Z")
    answer = read_intensity(body, GB, start, start + DAY)
    assert answer.readings[0] == Reading(start, 264.0, 271.0)
    assert answer.notes == ()


def test_recorded_national_future_has_no_actual(shared_dir: Path) -> None:
    body = sample(shared_dir, "intensity_fw24h_2020-05-24.truncated.json")
    answer = read_intensity(body, GB, at("2020-05-24T20:30Z"), at("2020-05-25T20:30Z"))
    assert answer.readings[0] == Reading(at("2020-05-24T20:30Z"), 146.0, None)
    assert {reading.actual for reading in answer.readings} == {None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intensity_2026-02-05T2311Z.rebuilt.json", Reading(at("2026-02-05T22:30Z"), 99.0, 99.0)),
        ("intensity_2026-04-06.from_client_tests.json", Reading(at("2026-04-06T09:30Z"), 66.0, 68.0)),
    ],
)
def test_recorded_single_half_hour(shared_dir: Path, name: str, expected: Reading) -> None:
    answer = read_intensity(sample(shared_dir, name), GB, expected.start, expected.start + HALF_HOUR)
    assert answer.readings == (expected,)


def test_recorded_region_over_time_is_an_object_with_forecast_and_mix(shared_dir: Path) -> None:
    body = sample(shared_dir, "regional_intensity_fw48h_postcode_BS16_2025-10-22.truncated.json")
    start = at("2025-10-22T23:30Z")
    answer = read_intensity(body, 11, start, start + 2 * DAY)
    assert answer.readings[0] == Reading(start, 162.0, None)
    assert len(answer.mixes) == len(answer.readings) == len(body["data"]["data"])
    assert answer.mixes[0].renewable_percent == pytest.approx(21.4)
    with pytest.raises(InvalidAnswer, match="another region"):
        read_intensity(body, 14, start, start + 2 * DAY)


def test_recorded_all_regions_gives_the_one_asked_and_its_zero_stands(shared_dir: Path) -> None:
    body = sample(shared_dir, "regional_2026-04-06.2_of_18_regions.from_client_tests.json")
    start = at("2026-04-06T09:30Z")
    north, south = (read_intensity(body, region, start, start + HALF_HOUR) for region in (1, 2))
    assert north.readings == (Reading(start, 0.0, None),)
    assert north.notes == ()
    assert south.readings == (Reading(start, 15.0, None),)
    assert north.mixes[0].shares["wind"] == 100.0
    with pytest.raises(InvalidAnswer, match="empty"):
        read_intensity(body, 17, start, start + HALF_HOUR)


def test_region_now_comes_as_a_list(shared_dir: Path) -> None:
    body = sample(shared_dir, "regional_intensity_fw48h_postcode_BS16_2025-10-22.truncated.json")
    now = {"data": [{**body["data"], "data": body["data"]["data"][:1]}]}
    start = at("2025-10-22T23:30Z")
    assert read_intensity(now, 11, start, start + HALF_HOUR).readings == (Reading(start, 162.0, None),)


@pytest.mark.parametrize(
    ("name", "start", "wind"),
    [
        ("generation_2026-04-06.from_client_tests.json", "2026-04-06T09:30Z", 24.5),  # an object
        ("generation_pt24h_2023-03-23T1131Z.truncated.json", "2023-03-22T11:30Z", 53.4),  # a list
    ],
)
def test_recorded_generation_mix(shared_dir: Path, name: str, start: str, wind: float) -> None:
    body = sample(shared_dir, name)
    mix = read_mix(body, at(start) - HALF_HOUR, at(start) + HALF_HOUR)
    assert (mix.start, mix.shares["wind"]) == (at(start), wind)
    with pytest.raises(InvalidAnswer, match="mix of the last hours"):
        read_mix(body, at(start) + HALF_HOUR, at(start) + DAY)


def test_settled_actuals_are_the_final_ones_of_an_evening_polled_each_minute(shared_dir: Path) -> None:
    with gzip.open(shared_dir / "data" / "intensity_endpoint_polled_2026-02-05.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    final = {row["from_ts"]: float(row["actual_gco2_kwh"]) for row in rows}
    stale = kept = 0
    for row in rows:
        told = Reading(at(row["from_ts"]), float(row["forecast_gco2_kwh"]), float(row["actual_gco2_kwh"]))
        (reading,) = without_provisional([told], at(row["fetched_at"]), SETTLING)
        stale += told.actual != final[row["from_ts"]]
        kept += reading.actual is not None
        assert reading.actual in (None, final[row["from_ts"]])
    assert stale > 50  # the fault is in the recording,
    assert kept > 100  # and the cure leaves most of it


# faults


@pytest.mark.parametrize(
    "body", [None, [], "text", 3, {}, {"data": None}, {"data": []}, {"data": {}}, {"data": ["x", 1]}, {"data": [{}]}]
)
def test_an_answer_without_half_hours_is_refused(body: object) -> None:
    for region in (GB, 13):
        with pytest.raises(InvalidAnswer):
            read_intensity(body, region, START, START + DAY)
    with pytest.raises(InvalidAnswer):
        read_mix(body, START, START + DAY)


@pytest.mark.parametrize("bad", [-50, 1000, 10**9, 10**400, float("nan"), float("inf"), "n/a", "120", True, [1], {}])
def test_a_value_that_cannot_be_is_refused_and_the_others_stay(bad: object) -> None:
    answer = national(record(0, 120), record(1, bad), record(2, bad, 90))
    assert answer.readings == (Reading(START, 120.0, None), Reading(START + 2 * HALF_HOUR, None, 90.0))
    (note,) = answer.notes
    assert note.startswith("A forecast that is no number from 0 to under 1000 was refused: ")
    assert note.endswith(" and 1 more")


def test_nothing_sane_left_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidAnswer, match=r"no usable half-hour; A forecast .* refused: -50 at 2026-01-08T17:00Z"):
        national(record(0, -50))


def test_national_zero_is_a_fault_marker_and_null_is_silence() -> None:
    answer = national(record(0, 120, 0), record(1, 110, None), record(2, 0, 0))
    assert answer.readings == (Reading(START, 120.0, None), Reading(START + HALF_HOUR, 110.0, None))
    assert len(answer.notes) == 2
    assert "marks a fault" in answer.notes[0]


def test_unsorted_with_gaps_comes_out_in_order_with_gaps() -> None:
    answer = national(record(5, 5), record(0, 1), record(1, 2))
    assert [(r.start - START) // HALF_HOUR for r in answer.readings] == [0, 1, 5]
    assert forecasts(answer) == [1.0, 2.0, 5.0]


def test_of_two_values_for_a_half_hour_the_last_good_one_is_kept_and_noted() -> None:
    answer = national(record(0, 100), record(0, 111), record(0, "x"))
    assert forecasts(answer) == [111.0]
    assert any("more than once and the last one kept: 2026-01-08T17:00Z and 1 more" in note for note in answer.notes)


def test_the_half_hour_before_the_start_is_left_out() -> None:
    answer = national(record(-1, 50), record(0, 60))
    assert forecasts(answer) == [60.0]
    assert answer.notes == ("A half-hour outside what was asked was left out: 2026-01-08T16:30Z",)


def test_yesterdays_answer_is_refused() -> None:
    with pytest.raises(InvalidAnswer, match=r"answered for 2026-01-07T17:00Z .* asked for 2026-01-08T17:00Z"):
        national(*(record(number) for number in range(-48, 10)))


@pytest.mark.parametrize(
    "wrong",
    [
        record(1, minutes=60),
        record(1, minutes=0),
        {**record(1), "from": None},
        {**record(1), "from": 17},
        {**record(1), "to": "soon"},
        {**record(1), "from": "2026-01-08T17:10Z", "to": "2026-01-08T17:40Z"},
        {**record(1), "from": "2026-01-08T17:30", "to": "2026-01-08T18:00"},
    ],
)
def test_a_record_that_spans_no_half_hour_is_refused(wrong: dict[str, Any]) -> None:
    answer = national(record(0), wrong)
    assert len(answer.readings) == 1
    assert "spans no half-hour" in answer.notes[0]


@pytest.mark.parametrize("intensity", [None, 120, [], {}])
def test_a_half_hour_without_intensity_is_absent(intensity: object) -> None:
    assert len(national(record(0), {**record(1), "intensity": intensity}).readings) == 1


def test_more_records_than_can_be_meant_are_refused() -> None:
    with pytest.raises(InvalidAnswer, match="2001 half-hours"):
        national(*[record(0)] * 2001)


def test_long_nonsense_is_quoted_short() -> None:
    answer = national(record(0), record(1, "x" * 100_000), {**record(2), "from": "y" * 100_000})
    assert all(len(note) < 200 for note in answer.notes)


def test_a_region_has_no_actual_whatever_is_sent() -> None:
    body = {"data": {"regionid": 13, "data": [record(0, 45, 44)]}}
    assert read_intensity(body, 13, START, START + DAY).readings == (Reading(START, 45.0, None),)


@pytest.mark.parametrize(
    "mix",
    [
        None,
        [],
        ["wind"],
        [{"fuel": "wind", "perc": 50}],
        [{"fuel": "wind", "perc": "n/a"}],
        [{"fuel": "wind", "perc": 10**9}],
        [{"fuel": "wind", "perc": 150}, {"fuel": "gas", "perc": -50}],
        [{"fuel": "unicorns", "perc": 100}],
        [{"fuel": ["wind"], "perc": 100}],
    ],
)
def test_a_mix_that_cannot_be_loses_only_itself(mix: object) -> None:
    body = {"data": {"regionid": 13, "data": [{**record(0, 45), "generationmix": mix}]}}
    answer = read_intensity(body, 13, START, START + DAY)
    assert (forecasts(answer), answer.mixes) == ([45.0], ())
    assert "does not sum to 100 %" in answer.notes[0]
    with pytest.raises(InvalidAnswer, match="does not sum to 100 %"):
        read_mix({"data": {**record(0), "generationmix": mix}}, START, START)


def test_the_half_hour_now_is_found_by_time() -> None:
    readings = national(record(0, 1), record(1, 2), record(2, None, 3)).readings
    inside, edge = START + timedelta(minutes=59), START + timedelta(minutes=60)
    assert reading_at(readings, inside) == readings[1]
    assert reading_at(readings, edge) is None  # measured, but without a forecast
    assert reading_at(readings, START - timedelta(seconds=1)) is None


def test_an_actual_is_provisional_for_twelve_minutes() -> None:
    readings = [Reading(START, 100, 90.0), Reading(START + HALF_HOUR, None, 91.0)]
    before, after = (START + timedelta(minutes=m) for m in (41, 42))
    assert without_provisional(readings, before, SETTLING) == (Reading(START, 100, None),)
    assert without_provisional(readings, after, SETTLING) == (Reading(START, 100, 90.0),)


def json_values() -> st.SearchStrategy[Any]:
    words = st.sampled_from(["data", "from", "to", "intensity", "forecast", "actual", "generationmix", "fuel", "perc"])
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    nested = partial(st.recursive, leaves | st.just(stamp(START)), max_leaves=12)
    return nested(lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4))


@given(json_values())
def test_whatever_is_sent_is_read_or_refused(junk: Any) -> None:
    for body in (junk, {"data": junk}, {"data": [{**record(0), "intensity": junk, "generationmix": junk}]}):
        try:
            answer = read_intensity(body, GB, START, START + DAY)
        except InvalidAnswer:
            continue
        assert all(reading.forecast or reading.actual for reading in answer.readings)


@given(st.lists(st.tuples(st.integers(-2, 47), st.integers(-10, 1100)), max_size=60))
def test_readings_are_unique_in_order_asked_for_and_possible(sent: list[tuple[int, int]]) -> None:
    try:
        answer = national(*(record(number, value) for number, value in sent))
    except InvalidAnswer:
        assert not any(number >= 0 and 0 < value < 1000 for number, value in sent)
        return
    starts = [reading.start for reading in answer.readings]
    assert starts == sorted(set(starts))
    assert all(START <= start < START + DAY for start in starts)
    last = {number: value for number, value in sent if 0 < value < 1000}
    assert forecasts(answer) == [float(last[(start - START) // HALF_HOUR]) for start in starts]
