"""What the carbon service said, kept as issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, update

from gridflex.domain.grid import CarbonSnapshot, GenerationMix, Reading
from gridflex.domain.halfhours import HALF_HOUR, half_hours
from gridflex.domain.regions import GB
from gridflex.errors import InputError, StoreError
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from gridflex.store.tables import carbon_readings, carbon_snapshots

LONDON = 13


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


def snapshot(fetched_at: datetime, *, region: int = GB, forecast: float = 180.5) -> CarbonSnapshot:
    """One half-hour back (measured, for GB), the current one and one ahead."""
    before, current, ahead = half_hours(fetched_at - HALF_HOUR, 3)
    actual = 175.0 if region == GB else None
    return CarbonSnapshot(
        region=region,
        fetched_at=fetched_at,
        readings=(
            Reading(before, forecast, actual),
            Reading(current, forecast + 1, None),
            Reading(ahead, forecast + 2, None),
        ),
        mix=GenerationMix(current, {"wind": 31.2, "gas": 68.8}),
        notes=("A half-hour came twice.",),
    )


def test_a_snapshot_comes_back_as_it_was_issued(archive: Archive, now: datetime) -> None:
    issued = snapshot(now + timedelta(seconds=7, microseconds=123456))
    archive.save(issued)
    archive.save(bare := CarbonSnapshot(LONDON, now, (Reading(now, None, None),), None))
    assert archive.latest(GB) == issued
    assert archive.latest(LONDON) == bare
    assert archive.latest(1) is None


def test_it_outlives_the_process(archive: Archive, database: Database, url: str, now: datetime) -> None:
    archive.save(issued := snapshot(now))
    database.dispose()
    again = Database(url)
    assert Archive(again).latest(GB) == issued
    again.dispose()


def test_what_was_known_then_is_the_newest_fetched_by_then(archive: Archive, now: datetime) -> None:
    first, second = snapshot(now, forecast=100), snapshot(now + HALF_HOUR, forecast=200)
    archive.save(second)
    archive.save(first)
    assert archive.known_at(GB, now - timedelta(microseconds=1)) is None
    assert archive.known_at(GB, now) == first
    assert archive.known_at(GB, now + timedelta(minutes=29)) == first
    assert archive.known_at(GB, (now + HALF_HOUR).astimezone(timezone(timedelta(hours=1)))) == second
    assert archive.latest(GB) == second
    assert archive.known_at(LONDON, now) is None


def test_a_snapshot_saved_twice_is_kept_once_as_the_later_says(
    archive: Archive, database: Database, now: datetime
) -> None:
    archive.save(snapshot(now, forecast=100))
    archive.save(corrected := snapshot(now, forecast=101))
    assert archive.latest(GB) == corrected
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(carbon_snapshots)).scalar_one() == 1


def test_great_britain_settles_on_measured_values_alone(archive: Archive, now: datetime) -> None:
    archive.save(snapshot(now))
    assert archive.settled(GB, now - HALF_HOUR * 4, now + HALF_HOUR * 4) == [(now - HALF_HOUR, 175.0)]


def test_a_region_settles_on_the_last_forecast_issued(archive: Archive, now: datetime) -> None:
    archive.save(snapshot(now, region=LONDON, forecast=100))
    archive.save(snapshot(now + HALF_HOUR, region=LONDON, forecast=50))
    later = now + HALF_HOUR * 2
    assert archive.settled(LONDON, now - HALF_HOUR, later) == [
        (now - HALF_HOUR, 100.0),
        (now, 50.0),
        (now + HALF_HOUR, 51.0),
    ]


def test_zero_is_a_value_in_a_region(archive: Archive, now: datetime) -> None:
    archive.save_history(1, [Reading(now, 0.0, None)])
    assert archive.settled(1, now, now + HALF_HOUR) == [(now, 0.0)]


def test_a_revised_value_replaces_and_a_missing_one_does_not(archive: Archive, now: datetime) -> None:
    archive.save_history(GB, [Reading(now, 180.0, 175.0)])
    archive.save_history(GB, [Reading(now, None, None)])
    assert archive.settled(GB, now, now + HALF_HOUR) == [(now, 175.0)]
    archive.save_history(GB, [Reading(now, 180.0, 171.0)])
    assert archive.settled(GB, now, now + HALF_HOUR) == [(now, 171.0)]


def test_the_end_is_left_out_and_the_order_is_times(archive: Archive, now: datetime) -> None:
    starts = half_hours(now, 6)
    archive.save_history(GB, [Reading(start, None, 100.0 + n) for n, start in reversed(list(enumerate(starts)))])
    archive.save_history(GB, [])
    assert archive.settled(GB, starts[1], starts[4]) == [(starts[1], 101.0), (starts[2], 102.0), (starts[3], 103.0)]


def test_a_year_of_history_goes_in_and_comes_out(archive: Archive, now: datetime) -> None:
    starts = half_hours(now, 17_520)
    archive.save_history(GB, [Reading(start, 150.0, 140.0) for start in starts])
    assert len(archive.settled(GB, starts[0], starts[-1] + HALF_HOUR)) == 17_520


def test_what_is_too_old_is_dropped_whatever_its_region(database: Database, now: datetime) -> None:
    archive = Archive(database, keep_snapshots=timedelta(days=2), keep_readings=timedelta(days=3))
    for days, region in [(0, GB), (1, LONDON), (2, GB), (4, GB)]:
        archive.save(snapshot(now + timedelta(days=days), region=region))
    assert archive.latest(LONDON) is None
    with database.read() as connection:
        fetched = connection.execute(select(carbon_snapshots.c.fetched_at)).scalars().all()
        oldest = connection.execute(select(func.min(carbon_readings.c.start))).scalar_one()
    assert sorted(fetched) == [now + timedelta(days=2), now + timedelta(days=4)]
    assert oldest == now + timedelta(days=1)


def test_a_time_without_a_zone_is_refused(archive: Archive, now: datetime) -> None:
    with pytest.raises(InputError, match="no time zone"):
        archive.known_at(GB, now.replace(tzinfo=None))
    with pytest.raises(InputError, match="no time zone"):
        archive.save(replace(snapshot(now), fetched_at=now.replace(tzinfo=None)))


def test_a_damaged_snapshot_is_an_error_not_another_one(archive: Archive, database: Database, now: datetime) -> None:
    archive.save(snapshot(now))
    with database.write() as connection:
        connection.execute(update(carbon_snapshots).values(payload=b"damaged"))
    with pytest.raises(StoreError, match="damaged"):
        archive.latest(GB)


def issued(at: datetime, *forecasts: float | None) -> CarbonSnapshot:
    """An answer of ``at``: a measured half-hour behind it, then forecasts from the current one on."""
    first, *ahead = half_hours(at - HALF_HOUR, 1 + len(forecasts))
    readings = (Reading(start, forecast, None) for start, forecast in zip(ahead, forecasts, strict=True))
    return CarbonSnapshot(GB, at, (Reading(first, 999, 111), *readings), None)


def test_errors_are_told_by_lead_time_against_what_was_measured(archive: Archive, now: datetime) -> None:
    hour = timedelta(hours=1)
    start = now.replace(minute=0)
    archive.save(issued(start + timedelta(minutes=12), 210, 190, None, 150))
    archive.save(issued(start + timedelta(minutes=42), 500, 500))  # the hour's second answer says nearly the same
    archive.save(issued(start + hour, 180, 170))
    archive.save(CarbonSnapshot(LONDON, start, (Reading(start, 400, None),), None))
    measured = [Reading(at, None, value) for at, value in zip(half_hours(start, 4), (200, 195, 176, None), strict=True)]
    archive.save_history(GB, measured)
    found = archive.forecast_errors(start, start + 2 * hour)
    assert sorted(found) == [(0, 180 - 176), (0, 210 - 200), (1, 190 - 195)]
    assert archive.forecast_errors(start + hour, start + 2 * hour) == [(0, 4)]
    assert archive.forecast_errors(start - 2 * hour, start) == []
    assert archive.forecast_errors(start, start + hour) == [(0, 10), (1, -5)], "nothing from its end on is known"
