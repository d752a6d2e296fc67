"""The grid's clock, over ordinary days and both clock changes."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.halfhours import (
    HALF_HOUR,
    ceil_half_hour,
    epoch_half_hour,
    floor_half_hour,
    half_hours,
    half_hours_between,
    half_hours_of_uk_day,
    parse_utc,
    require_utc,
    settlement_period,
    uk_midnight,
    uk_time,
)
from gridflex.errors import InputError

NAIVE = datetime.fromisoformat("2026-01-08T17:00")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)

zones = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
moments = st.datetimes(NAIVE.replace(year=1969), NAIVE.replace(year=2099), timezones=zones)
near_a_change = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from([date(2024, 3, 31), SPRING, AUTUMN, date(2024, 10, 27)]),
    st.floats(-26 * 60, 50 * 60),
)
any_moment = moments | near_a_change


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


@given(any_moment)
def test_a_half_hour_contains_its_moment(moment: datetime) -> None:
    start = floor_half_hour(moment)
    assert start <= moment < start + HALF_HOUR
    assert start.tzinfo is UTC
    assert start.timestamp() % 1800 == 0
    assert floor_half_hour(start) == start


@given(any_moment)
def test_rounding_up_is_the_first_start_not_before(moment: datetime) -> None:
    start = ceil_half_hour(moment)
    assert moment <= start < moment + HALF_HOUR
    assert start == floor_half_hour(start)


@given(any_moment, st.integers(0, 200))
def test_half_hours_follow_each_other_and_are_counted_between(moment: datetime, count: int) -> None:
    row = half_hours(moment, count)
    assert len(row) == count
    assert all(b - a == HALF_HOUR for a, b in itertools.pairwise(row))
    first = floor_half_hour(moment)
    assert half_hours_between(first, first + count * HALF_HOUR) == count
    assert half_hours_between(first + count * HALF_HOUR, first) == -count


@given(any_moment)
def test_half_hours_since_1970_name_the_half_hour(moment: datetime) -> None:
    assert datetime.fromtimestamp(epoch_half_hour(moment) * 1800, UTC) == floor_half_hour(moment)


@given(any_moment)
def test_a_settlement_period_finds_its_half_hour_again(moment: datetime) -> None:
    day, period = settlement_period(moment)
    assert half_hours_of_uk_day(day)[period - 1] == floor_half_hour(moment)
    assert day == uk_time(moment).date()


@given(st.dates(date(1975, 1, 1), date(2099, 1, 1)))
def test_a_uk_day_begins_at_its_midnight_and_ends_at_the_next(day: date) -> None:
    row = half_hours_of_uk_day(day)
    assert row[0] == uk_midnight(day)
    assert row[-1] + HALF_HOUR == uk_midnight(day + timedelta(days=1))
    assert len(row) in (46, 48, 50)
    assert [settlement_period(start) for start in row] == [(day, n) for n in range(1, len(row) + 1)]


@pytest.mark.parametrize(("day", "count"), [(SPRING, 46), (AUTUMN, 50), (date(2026, 6, 1), 48), (date(2026, 1, 8), 48)])
def test_only_clock_changes_make_a_day_longer_or_shorter(day: date, count: int) -> None:
    assert len(half_hours_of_uk_day(day)) == count


def test_the_hour_that_march_skips_is_no_half_hour() -> None:
    clocks = [f"{uk_time(start):%H:%M}" for start in half_hours_of_uk_day(SPRING)]
    assert clocks[:4] == ["00:00", "00:30", "02:00", "02:30"]
    assert settlement_period(utc("2026-03-29T01:00")) == (SPRING, 3)
    assert settlement_period(utc("2026-03-29T22:59")) == (SPRING, 46)
    assert settlement_period(utc("2026-03-29T23:00")) == (date(2026, 3, 30), 1)


def test_the_hour_that_october_repeats_has_four_half_hours() -> None:
    row = half_hours_of_uk_day(AUTUMN)
    assert row[0] == utc("2026-10-24T23:00")
    assert [f"{uk_time(start):%H:%M}" for start in row[2:6]] == ["01:00", "01:30", "01:00", "01:30"]
    assert [settlement_period(start)[1] for start in row[2:6]] == [3, 4, 5, 6]
    assert settlement_period(utc("2026-10-25T23:30")) == (AUTUMN, 50)


@given(moments)
def test_any_zone_is_the_same_instant_in_utc(moment: datetime) -> None:
    assert require_utc(moment) == moment
    assert require_utc(moment).tzinfo is UTC
    assert parse_utc(f" {moment.isoformat()} ") == moment


@pytest.mark.parametrize("refuse", [require_utc, floor_half_hour, uk_time, epoch_half_hour, settlement_period])
def test_a_time_without_a_zone_is_refused(refuse: object) -> None:
    with pytest.raises(InputError, match="2026-01-08T17:00:00 has no time zone"):
        refuse(NAIVE)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00Z", "9999-12-31T23:30-14:00", "17:00"])
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a time"):
        parse_utc(text)


def test_text_without_a_zone_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="has no time zone"):
        parse_utc("2026-01-08T17:00")
