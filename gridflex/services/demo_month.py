"""Thirty days of a demo site: the jobs are made up, the grid and the decisions are not.

A backtest of the last 30 days, half-hour by half-hour with what could be known then; nothing
in it is one cycle multiplied. The intensity is the archive's where it holds these days, else
the sample grid's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
import pandas as pd

from gridflex.agents.demo_jobs import draw_jobs, draw_kinds
from gridflex.agents.demo_queue import DAY, FIFTEEN, SECONDS, arrival_rates
from gridflex.agents.orchestrator import rules_of
from gridflex.backtest.knowledge import Asked, ErrorModel, Knowledge
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.series import Settled, settled, settled_prices
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED, study_of
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours
from gridflex.domain.market_data import PriceSeries
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.planning.demand import week_rows
from gridflex.planning.horizon import Floats
from gridflex.sources.sample_grid import sample_forecast, sample_intensity
from gridflex.store.archive import Archive

DAYS = 30
HALF_HOURS = DAYS * DAY
ENOUGH = 0.98
"""Share of the half-hours that the archive must hold."""
CONTENDERS = (DOCUMENTED, BEST_WINDOW)


@dataclass(frozen=True, eq=False)
class DemoMonth:
    """The backtest, and where its grid is from."""

    start: datetime
    result: Result
    provenance: Provenance


class DemoMonths:
    """Makes the month that ends now; one at a time, and once in a half-hour."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self._archive, self._seed = archive, seed
        self._lock = Lock()
        self._newest: DemoMonth | None = None

    def ending(self, now: datetime) -> DemoMonth:
        """The 30 days up to now's half-hour. Raises StoreError where the archive fails."""
        start = floor_half_hour(now) - timedelta(days=DAYS)
        with self._lock:
            if self._newest is None or self._newest.start != start:
                self._newest = _month(self._archive, self._seed, start)
            return self._newest


def _month(archive: Archive, seed: int, start: datetime) -> DemoMonth:
    controls, points = Controls(), archive.settled(GB, start, start + timedelta(days=DAYS))
    archived = len(points) >= ENOUGH * HALF_HOURS
    series = settled("archive", points, start, HALF_HOURS) if archived else _sample(start)
    tariff = PriceSeries(DEFAULT_TARIFF.name, start, DEFAULT_TARIFF.prices(start, HALF_HOURS))
    study = study_of(
        "demo month",
        jobs_of_month(seed, start),
        series,
        ErrorModel(series.values, seed) if archived else _sample_knowledge(start),
        rules_of(controls, controls.threshold, Site()),
        price=settled_prices(tariff, start, HALF_HOURS),
    )
    found = run(study, CONTENDERS).result
    assert found is not None, "nobody stops it"
    return DemoMonth(start, found, Provenance.CACHED if archived else Provenance.SAMPLE)


def jobs_of_month(seed: int, start: datetime) -> pd.DataFrame:
    """Fifteen demo jobs a day for 30 days from ``start`` (UTC), arriving as the hour of the week has it."""
    rng = np.random.default_rng([seed, start.toordinal()])
    rates, count = arrival_rates(week_rows(start, HALF_HOURS)), DAYS * FIFTEEN
    rows = rng.choice(HALF_HOURS, count, p=rates / rates.sum())
    seconds = np.sort(rows * SECONDS + rng.integers(0, SECONDS, count))
    release = pd.Timestamp(start) + pd.Series(seconds.astype("timedelta64[s]"))
    return draw_jobs(rng, draw_kinds(rng, count), release, np.zeros(count, dtype=np.bool_))


def _sample(start: datetime) -> Settled:
    values: Sequence[float] = np.rint(sample_intensity(GB, start, HALF_HOURS)).tolist()
    return settled("sample grid", zip(half_hours(start, HALF_HOURS), values, strict=True), start, HALF_HOURS)


def _sample_knowledge(start: datetime) -> Knowledge:
    """The sample grid's own forecast, as it was issued at each half-hour."""

    def ask(row: int, count: int) -> Floats:
        issued = start + row * HALF_HOUR
        return np.rint(sample_forecast(GB, issued, issued, count))

    return Asked(ask, HALF_HOURS, "the sample grid's forecast as issued")
