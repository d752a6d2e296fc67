"""The demo's month: on the archive where it holds the days, else on the sample; one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest

from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import half_hours
from gridflex.domain.provenance import Provenance
from gridflex.services.demo_month import DAYS, HALF_HOURS, DemoMonths, jobs_of_month
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from tests.bench import NOW, START

FIRST = START - timedelta(days=DAYS)


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive(Database("sqlite://"))


def test_without_an_archive_the_sample_is_decided_on_its_own_forecasts(archive: Archive) -> None:
    months = DemoMonths(archive, 42)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: months.ending(NOW), range(4)))
    assert all(month is found[0] for month in found)
    month = found[0]
    assert (month.start, month.provenance) == (FIRST, Provenance.SAMPLE)
    documented, best = (month.result.of(contender).carbon_saved_share for contender in (DOCUMENTED, BEST_WINDOW))
    assert 0 < documented < best < month.result.possible_unbroken_g / month.result.at_once.baseline_g


def test_the_archives_own_days_are_used_where_it_has_them(archive: Archive) -> None:
    clock = np.arange(HALF_HOURS)
    values = 150 + 80 * np.cos(clock / 48 * 2 * np.pi)
    readings = [Reading(at, None, float(g)) for at, g in zip(half_hours(FIRST, HALF_HOURS), values, strict=True)]
    archive.save_history(0, readings[: HALF_HOURS - 200])
    assert DemoMonths(archive, 42).ending(NOW).provenance is Provenance.SAMPLE
    archive.save_history(0, readings)
    month = DemoMonths(archive, 42).ending(NOW)
    assert month.provenance is Provenance.CACHED
    np.testing.assert_allclose(month.result.study.intensity, values)
    assert month.result.study.knowledge.name.startswith("error model, mean absolute error 24.24")


def test_450_jobs_come_as_the_hours_of_the_week_have_it() -> None:
    frame = jobs_of_month(42, FIRST)
    assert len(frame) == 15 * DAYS
    assert frame["release"].is_monotonic_increasing
    assert frame["release"].between(FIRST, START, inclusive="left").all()
    hours = frame["release"].dt.hour
    assert hours.between(8, 19).sum() > 2 * hours.between(0, 5).sum()
