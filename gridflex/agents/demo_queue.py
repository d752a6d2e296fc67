"""The demo's two queues and its past: seeded, drawn job by job, every job id beginning with ``demo-``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from gridflex.agents.demo_jobs import KINDS, LONGEST_RUN_H, draw_jobs, draw_kinds, draw_loads
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours
from gridflex.domain.jobs import JobKind
from gridflex.planning.demand import power_of_jobs, week_rows
from gridflex.planning.horizon import Floats, Ints

FIFTEEN = 15
REALTIME_OF_FIFTEEN = 3
LATER_OF_FIFTEEN, LATEST_HALF_HOURS = 4, 12
"""How many of the fifteen arrive later, and by how many half-hours at most."""

SITE_JOBS = 1000
SITE_CRITICAL_SHARE = 0.05
SMALL_SITE_JOBS_A_DAY = 50
"""Arrivals a day behind the fifteen-job queue: a site of about 120 kW."""

DAY = 48
SECONDS = 1800


class DemoHistory(NamedTuple):
    """Mean site power (kW) of each half-hour in ``starts``; ``label`` says that it is a demo, and its seed."""

    starts: tuple[datetime, ...]
    kw: Floats
    label: str


def fifteen_jobs(seed: int, now: datetime) -> pd.DataFrame:
    """The demo's fifteen jobs as a job frame: all kinds, three or four critical, most waiting since
    now's half-hour and four arriving in the six hours after it. ``seed`` from 0."""
    rng = np.random.default_rng([seed, FIFTEEN])
    realtime, others = len(KINDS) - 1, np.arange(len(KINDS) - 1)
    drawn = rng.choice(others, FIFTEEN - REALTIME_OF_FIFTEEN - 2 * len(others))
    kinds = rng.permutation(np.concatenate(([realtime] * REALTIME_OF_FIFTEEN, others, others, drawn)))
    offset = np.zeros(FIFTEEN, dtype=np.int64)
    offset[rng.permutation(FIFTEEN)[:LATER_OF_FIFTEEN]] = rng.integers(1, LATEST_HALF_HOURS + 1, LATER_OF_FIFTEEN)
    critical = np.zeros(FIFTEEN, dtype=np.bool_)
    critical[np.flatnonzero(kinds == _row(JobKind.DATA_PROCESSING))[0]] = rng.random() < 0.5
    return draw_jobs(rng, kinds, _stamps(floor_half_hour(now), offset * SECONDS), critical)


def site_day(seed: int, now: datetime) -> pd.DataFrame:
    """A site's day as a job frame: 1,000 jobs, each drawn on its own, arriving over the 24 h from now's
    half-hour as the hour of the week has it. ``seed`` from 0."""
    rng = np.random.default_rng([seed, SITE_JOBS])
    start = floor_half_hour(now)
    rates = arrival_rates(week_rows(start, DAY))
    rows = rng.choice(DAY, SITE_JOBS, p=rates / rates.sum())
    arrival = np.sort(rows * SECONDS + rng.integers(0, SECONDS, SITE_JOBS))
    critical = rng.random(SITE_JOBS) < SITE_CRITICAL_SHARE
    return draw_jobs(rng, draw_kinds(rng, SITE_JOBS), _stamps(start, arrival), critical)


def arrival_history(seed: int, now: datetime, days: int = 28, jobs_a_day: float = SMALL_SITE_JOBS_A_DAY) -> DemoHistory:
    """The demo's past: mean power by half-hour of the ``days`` up to now's, every job run on arrival.

    ``jobs_a_day`` is SMALL_SITE_JOBS_A_DAY behind the fifteen jobs and SITE_JOBS behind a
    site's day. Each day has its own seed, so that the past stays the same when now moves on.
    """
    end = floor_half_hour(now)
    first = end - days * DAY * HALF_HOUR
    earliest = (first - timedelta(hours=LONGEST_RUN_H)).replace(hour=0, minute=0)
    dates = [earliest + timedelta(days=day) for day in range((end - earliest).days + 1)]
    past = pd.concat([_day_of_loads(seed, date, jobs_a_day) for date in dates], ignore_index=True)
    kw = power_of_jobs(past[past["release"] < end], first, days * DAY)
    return DemoHistory(half_hours(first, days * DAY), kw, f"demo, seed {seed}")


def _day_of_loads(seed: int, date: datetime, jobs_a_day: float) -> pd.DataFrame:
    rng = np.random.default_rng([seed, date.toordinal()])
    counts = rng.poisson(jobs_a_day / DAY * arrival_rates(week_rows(date, DAY)))
    arrival = np.repeat(np.arange(DAY), counts) * SECONDS + rng.integers(0, SECONDS, counts.sum())
    energy, hours = draw_loads(rng, draw_kinds(rng, len(arrival)))
    return pd.DataFrame({"release": _stamps(date, arrival), "energy_kwh": energy, "duration_hours": hours})


def arrival_rates(rows: Ints) -> Floats:
    """Arrivals of half-hours of the week (0 to 335) over the week's mean; the shape is assumed: weekdays
    and working hours are busier, most of all late afternoons."""
    rates: Floats = _shape(rows) / _shape(np.arange(7 * DAY)).mean()
    return rates


def _shape(rows: Ints) -> Floats:
    hour, is_weekend = rows % DAY / 2, rows >= 5 * DAY
    morning, afternoon = (np.exp(-(((hour - peak) / width) ** 2)) for peak, width in ((11, 3), (16.5, 2)))
    shape: Floats = (1 + 0.6 * morning + 0.9 * afternoon - 0.45 * (hour < 6)) * np.where(is_weekend, 0.5, 1.0)
    return shape


def _row(kind: JobKind) -> int:
    return [known.kind for known in KINDS].index(kind)


def _stamps(start: datetime, seconds: Ints) -> pd.Series:
    return pd.Timestamp(start) + pd.Series(seconds.astype("timedelta64[s]"))
