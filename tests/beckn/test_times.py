from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.beckn.times import next_run, read_duration, read_moment, read_time_of_day, write_duration
from gridflex.errors import InvalidMessage


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def run(start: str, end: str | None, after: datetime, hours: float | None = None) -> tuple[datetime, datetime]:
    length = timedelta(hours=hours) if hours else None
    return next_run(read_time_of_day(start), read_time_of_day(end) if end else None, length, after)


@pytest.mark.parametrize(
    ("start", "end", "after", "expected"),
    [
        ("10:00:00Z", "14:00:00Z", utc(2025, 11, 17), (utc(2025, 11, 17, 10), utc(2025, 11, 17, 14))),
        ("10:00:00Z", "14:00:00Z", utc(2025, 11, 17, 10), (utc(2025, 11, 17, 10), utc(2025, 11, 17, 14))),
        ("10:00:00Z", "14:00:00Z", utc(2025, 11, 17, 11), (utc(2025, 11, 18, 10), utc(2025, 11, 18, 14))),
        ("22:00:00Z", "06:00:00Z", utc(2025, 11, 17), (utc(2025, 11, 17, 22), utc(2025, 11, 18, 6))),
        ("00:00:00Z", "23:59:59Z", utc(2025, 11, 17), (utc(2025, 11, 17), utc(2025, 11, 18))),
        ("12:30:00Z", "12:30:00Z", utc(2025, 11, 17), (utc(2025, 11, 17, 12, 30), utc(2025, 11, 18, 12, 30))),
        ("10:00:00+01:00", "14:00:00+01:00", utc(2025, 11, 17), (utc(2025, 11, 17, 9), utc(2025, 11, 17, 13))),
        ("10:00", "14:00", utc(2025, 7, 17), (utc(2025, 7, 17, 9), utc(2025, 7, 17, 13))),
    ],
)
def test_a_daily_window_gets_its_date(start, end, after, expected):
    assert run(start, end, after) == expected


def test_the_night_the_clocks_go_forward_is_an_hour_short():
    begins, ends = run("00:00", "06:00", utc(2026, 3, 29))
    assert (begins, ends) == (utc(2026, 3, 29), utc(2026, 3, 29, 5))


def test_the_night_the_clocks_go_back_is_an_hour_long():
    begins, ends = run("00:00", "06:00", utc(2026, 10, 24, 23))
    assert (begins, ends) == (utc(2026, 10, 24, 23), utc(2026, 10, 25, 6))


def test_a_day_round_window_on_a_clock_change_day_is_the_uk_day():
    begins, ends = run("00:00:00", "23:59:59", utc(2026, 3, 28, 12))
    assert ends - begins == timedelta(hours=23)


def test_without_an_end_the_duration_says_it():
    assert run("20:00:00Z", None, utc(2025, 11, 17), 8)[1] == utc(2025, 11, 18, 4)
    with pytest.raises(InvalidMessage, match="neither when it ends"):
        run("20:00:00Z", None, utc(2025, 11, 17))


@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: utc(2020, 1, 1) + timedelta(minutes=minutes)),
    st.sampled_from([UTC, None]),
)
def test_a_run_starts_within_a_day_and_lasts_at_most_one(start, end, after, zone):
    first, last = (read_time_of_day(t.isoformat() + ("Z" if zone else "")) for t in (start, end))
    begins, ends = next_run(first, last, None, after)
    assert after <= begins <= after + timedelta(hours=25)
    assert timedelta(0) < ends - begins <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT4H", timedelta(hours=4)),
        ("PT30S", timedelta(seconds=30)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1DT2H", timedelta(hours=26)),
        ("P1D", timedelta(days=1)),
        ("PT24H", timedelta(hours=24)),
    ],
)
def test_durations(text, length):
    assert read_duration(text) == length
    assert read_duration(write_duration(length)) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "4H", "PT-4H", "P1M", "PT99999999999H", "PT4H "])
def test_what_is_no_duration(text):
    with pytest.raises(InvalidMessage, match="is not a duration"):
        read_duration(text)


@pytest.mark.parametrize(
    "text", ["2025-11-17T10:00:00", "tomorrow", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", ""]
)
def test_what_is_no_moment(text):
    with pytest.raises(InvalidMessage):
        read_moment(text)


@pytest.mark.parametrize("text", ["25:00", "ten", "10:00+99:00"])
def test_what_is_no_time_of_day(text):
    with pytest.raises(InvalidMessage, match="is not a time of day"):
        read_time_of_day(text)


def test_zero_is_a_duration_too():
    assert write_duration(timedelta(0)) == "PT0S"
    assert read_time_of_day("10:00Z") == time(10, tzinfo=UTC)
