"""The demo's month: on the archive where it holds the days, else on the sample; one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from gridflex.backtest.bands import projection
from gridflex.backtest.month import Month
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import HALF_HOUR, half_hours
from gridflex.domain.provenance import Provenance
from gridflex.planning.horizon import Floats
from gridflex.services.demo_month import DAYS, DemoMonths
from gridflex.services.impact_record import Record
from gridflex.services.impact_view import impact
from gridflex.services.markets import PUBLISHED
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from gridflex.store.market import MarketStore
from tests.bench import NOW

FIRST = datetime(2025, 12, 9, tzinfo=UTC)
SEASON = datetime(2025, 1, 9, tzinfo=UTC)
"""52 weeks before 8 January 2026, the first of the 30 days to come: both are Thursdays."""

FLAT = np.full(DAYS * 48, 200.0)
SWING = 150 + 80 * np.cos(np.arange(DAYS * 48) / 48 * 2 * np.pi)


def readings(start: datetime, values: Floats) -> list[Reading]:
    return [Reading(at, None, float(g)) for at, g in zip(half_hours(start, len(values)), values, strict=True)]


def projected(months: DemoMonths) -> Month:
    return impact(months.newest(NOW).result, BEST_WINDOW, (), PUBLISHED, season=months.season(NOW)).month


@pytest.fixture
def record() -> Iterator[Record]:
    database = Database("sqlite://")
    yield Record(Archive(database), MarketStore(database), lambda region: None)
    database.dispose()


def test_without_an_archive_the_sample_is_decided_on_its_own_forecasts(record: Record) -> None:
    months = DemoMonths(record, 42)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: months.newest(NOW), range(4)))
    assert all(month is found[0] for month in found)
    result = found[0].result
    assert found[0].made_of.provenance is Provenance.SAMPLE
    assert (result.days[0], result.days[-1]) == (date(2025, 12, 9), date(2026, 1, 7))
    assert len(result.study.jobs) + result.study.left_out == 15 * DAYS
    documented, best = (result.of(contender).carbon_saved_share for contender in (DOCUMENTED, BEST_WINDOW))
    assert 0 < documented < best < result.possible_unbroken_g / result.at_once.baseline_g


def test_the_archives_own_days_are_used_where_it_has_them(record: Record) -> None:
    record.archive.save_history(0, readings(FIRST, SWING)[:200])
    months = DemoMonths(record, 42)
    assert months.newest(NOW).made_of.provenance is Provenance.SAMPLE
    record.archive.save_history(0, readings(FIRST, SWING))
    found = months.newest(NOW + timedelta(minutes=30))
    assert found.made_of.provenance is Provenance.CACHED
    np.testing.assert_allclose(found.result.study.intensity, SWING)


def test_the_projection_draws_the_seasons_days_and_never_the_last_ones(record: Record) -> None:
    # On a flat season nothing can be saved, whatever the last days saved: each draw of its days sums to 0.
    record.archive.save_history(0, readings(SEASON, FLAT))
    record.archive.save_history(0, readings(FIRST, SWING))
    flat = projected(DemoMonths(record, 42))
    assert flat.carbon_kg.value > 1
    assert flat.season_kg_by_day.tolist() == pytest.approx([0.0] * DAYS, abs=1e-9)
    assert (flat.projected_kg.p5, flat.projected_kg.p95) == pytest.approx((0, 0), abs=1e-9)
    # And the other way about.
    record.archive.save_history(0, readings(SEASON, SWING))
    record.archive.save_history(0, readings(FIRST, FLAT))
    swinging = projected(DemoMonths(record, 42))
    assert swinging.carbon_kg.value == pytest.approx(0, abs=1e-9)
    assert swinging.projected_kg == projection(swinging.season_kg_by_day, 30)
    assert 0 < swinging.projected_kg.p5 < swinging.season_kg_by_day.sum() < swinging.projected_kg.p95
    assert (swinging.season_days[0], swinging.season_days[-1]) == (date(2025, 1, 9), date(2025, 2, 7))


def test_the_season_is_named_as_what_it_is(record: Record) -> None:
    months = DemoMonths(record, 42)
    sample = months.season(NOW)
    assert sample.made_of.provenance is Provenance.SAMPLE
    assert sample.name == "the sample's 9 Jan to 7 Feb"
    assert months.season(NOW + timedelta(hours=3)) is sample
    # Nine tenths of 1,440 half-hours are 1,296: one fewer is no year that is held.
    record.archive.save_history(0, readings(SEASON, SWING)[:1295])
    assert months.season(NOW).name == "the sample's 9 Jan to 7 Feb"
    # 104 weeks before 8 January 2026 is 11 January 2024.
    record.archive.save_history(0, readings(datetime(2024, 1, 11, tzinfo=UTC), SWING))
    older = months.season(NOW)
    assert older.made_of.provenance is Provenance.CACHED
    assert older.name == "the archive's 11 Jan 2024 to 9 Feb 2024"
    record.archive.save_history(0, readings(SEASON, SWING))
    assert months.season(NOW).name == "the archive's 9 Jan 2025 to 7 Feb 2025"


def test_nothing_from_now_on_changes_the_season(record: Record) -> None:
    record.archive.save_history(0, readings(SEASON, SWING))
    before = DemoMonths(record, 42).season(NOW).result
    record.archive.save_history(0, readings(NOW, FLAT))
    after = DemoMonths(record, 42).season(NOW).result
    assert after.study.digest() == before.study.digest()
    assert after.study.start + len(after.study) * HALF_HOUR == datetime(2025, 2, 8, tzinfo=UTC) < NOW
