"""Times as peers write them: durations, times of day without a date, days in UK time."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from gridflex.domain.halfhours import LONDON, parse_utc, require_utc
from gridflex.errors import InputError, InvalidMessage

YEARS = range(2000, 2200)
"""Beyond them a date is a mistake, and sums of dates run out of range."""

DAY = timedelta(days=1)
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?")


def read_duration(text: str) -> timedelta:
    """An ISO 8601 duration of days and less, such as PT4H. Raises InvalidMessage otherwise."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise InvalidMessage(f"{text[:40]!r} is not a duration")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(length: timedelta) -> str:
    """An ISO 8601 duration in hours, minutes and seconds."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}S" * bool(seconds)
    return f"PT{parts or '0S'}"


def read_moment(text: str) -> datetime:
    """A full time with a zone, in UTC. Raises InvalidMessage otherwise."""
    try:
        moment = parse_utc(text)
    except InputError as error:
        raise InvalidMessage(str(error)) from None
    if moment.year not in YEARS:
        raise InvalidMessage(f"the year {moment.year} cannot be meant")
    return moment


def read_time_of_day(text: str) -> time:
    """A time of day; one without a zone is UK time. Raises InvalidMessage otherwise."""
    try:
        moment = time.fromisoformat(text.strip())
    except ValueError:
        raise InvalidMessage(f"{text[:40]!r} is not a time of day") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def is_time_of_day(text: str) -> bool:
    """Whether a text has a time but no date."""
    return ":" in text[:3]


def next_run(start: time, end: time | None, length: timedelta | None, after: datetime) -> tuple[datetime, datetime]:
    """The first run of a daily window that starts at or after ``after``, as UTC instants.

    An end not after the start is on the next day; an end one second short of a minute is
    that minute (23:59:59 is midnight); without an end, ``length`` says when it ends. In UK
    time the run of a clock-change night is an hour shorter or longer. Raises InvalidMessage
    if neither end nor length is given.
    """
    day = require_utc(after).astimezone(start.tzinfo).date() - DAY
    begins = datetime.combine(day, start)
    while require_utc(begins) < require_utc(after):
        day += DAY
        begins = datetime.combine(day, start)
    if end is None:
        if not length:
            raise InvalidMessage("the window says neither when it ends nor how long it is")
        return require_utc(begins), require_utc(begins) + length
    ends = datetime.combine(require_utc(begins).astimezone(end.tzinfo).date(), end)
    if end.second == 59:
        ends += timedelta(seconds=1)
    while require_utc(ends) <= require_utc(begins):
        day = ends.date() + DAY
        ends = datetime.combine(day, ends.timetz())
    return require_utc(begins), require_utc(ends)
