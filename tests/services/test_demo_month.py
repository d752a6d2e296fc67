"""The demo's month: on the archive where it holds the days, else on the sample; one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import half_hours
from gridflex.domain.provenance import Provenance
from gridflex.services.demo_month import DAYS, DemoMonths
from gridflex.services.impact_record import Record
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from gridflex.store.market import MarketStore
from tests.bench import NOW

FIRST = datetime(2025, 12, 9, tzinfo=UTC)


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
    values = 150 + 80 * np.cos(np.arange(DAYS * 48) / 48 * 2 * np.pi)
    readings = [Reading(at, None, float(g)) for at, g in zip(half_hours(FIRST, len(values)), values, strict=True)]
    record.archive.save_history(0, readings[:200])
    months = DemoMonths(record, 42)
    assert months.newest(NOW).made_of.provenance is Provenance.SAMPLE
    record.archive.save_history(0, readings)
    found = months.newest(NOW + timedelta(minutes=30))
    assert found.made_of.provenance is Provenance.CACHED
    np.testing.assert_allclose(found.result.study.intensity, values)
