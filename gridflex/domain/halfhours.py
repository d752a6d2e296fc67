"""The grid's clock: half-hours in UTC, settlement periods and days in UK time.

All half-hour maths of the project lives here. Instants are aware datetimes in UTC; a
half-hour is named by its start. Settlement periods are counted in UK local time, so a day
has 48 of them, 46 on the last Sunday of March and 50 on the last Sunday of October
(Balancing and Settlement Code, section X-1).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridflex.errors import InputError

HALF_HOUR = timedelta(minutes=30)
HOURS_PER_HALF_HOUR = 0.5
LONDON = ZoneInfo("Europe/London")


def require_utc(moment: datetime) -> datetime:
    """``moment`` in UTC. Raises InputError for a time without a zone."""
    if moment.tzinfo is None:
        raise InputError(f"{moment.isoformat()} has no time zone; write it with one, such as {moment.isoformat()}Z")
    return moment.astimezone(UTC)


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time with a zone. Raises InputError otherwise."""
    try:
        return require_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise InputError(f"{text!r} is not a time; write it like 2026-01-08T17:00Z") from None


def floor_half_hour(moment: datetime) -> datetime:
    """Start of the half-hour that contains ``moment``."""
    moment = require_utc(moment)
    return moment.replace(minute=30 if moment.minute >= 30 else 0, second=0, microsecond=0)


def ceil_half_hour(moment: datetime) -> datetime:
    """The first half-hour that starts at or after ``moment``."""
    start = floor_half_hour(moment)
    return start if start == require_utc(moment) else start + HALF_HOUR


def half_hours(start: datetime, count: int) -> tuple[datetime, ...]:
    """``count`` consecutive half-hour starts from the half-hour that contains ``start``."""
    first = floor_half_hour(start)
    return tuple(first + HALF_HOUR * i for i in range(count))


def half_hours_between(start: datetime, end: datetime) -> int:
    """Whole half-hours from ``start`` to ``end``; negative if ``end`` comes first."""
    return (require_utc(end) - require_utc(start)) // HALF_HOUR


def epoch_half_hour(moment: datetime) -> int:
    """Half-hours since 1970 of the half-hour that contains ``moment``."""
    return int(require_utc(moment).timestamp() // 1800)


def uk_time(moment: datetime) -> datetime:
    """The same instant on a UK clock."""
    return require_utc(moment).astimezone(LONDON)


def uk_midnight(day: date) -> datetime:
    """The instant (UTC) at which the UK day begins."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


def half_hours_of_uk_day(day: date) -> tuple[datetime, ...]:
    """All half-hours of a UK day in order: 48, or 46 and 50 on the clock-change days."""
    first = uk_midnight(day)
    return half_hours(first, half_hours_between(first, uk_midnight(day + timedelta(days=1))))


def settlement_period(moment: datetime) -> tuple[date, int]:
    """Settlement date and period (1 to 46, 48 or 50) that contain ``moment``."""
    day = uk_time(moment).date()
    return day, half_hours_between(uk_midnight(day), floor_half_hour(moment)) + 1
