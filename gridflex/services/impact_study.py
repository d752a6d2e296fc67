"""A visitor's backtest: period, region, workload and policies made into a study of what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from gridflex.agents.demo_jobs import draw_jobs, draw_kinds
from gridflex.agents.demo_queue import SECONDS, arrival_rates
from gridflex.agents.rules import rules_of
from gridflex.backtest.material import Material, material
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED, PAUSING, PEER, Contender, Study, study_of
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.halfhours import floor_half_hour, half_hours_between, uk_midnight
from gridflex.domain.tariff import Tariff
from gridflex.errors import InputError
from gridflex.planning.demand import week_rows
from gridflex.services.impact_price import PriceChoice, period_price
from gridflex.services.impact_record import Record
from gridflex.services.impact_trace import Trace
from gridflex.sources.elexon import MARKET_INDEX
from gridflex.sources.sample_grid import sample_forecast, sample_intensity

OFFERED = (DOCUMENTED, PEER, BEST_WINDOW, PAUSING)
FEWEST_DAYS, MOST_DAYS = 8, 366
MOST_JOBS_A_DAY = 1000


@dataclass(frozen=True)
class Asked:
    """What the form says: UK days from ``first`` to ``last`` inclusive, region, jobs a day, policies.

    A ``trace`` of one's own stands in for demo jobs.
    """

    first: date
    last: date
    region: int
    jobs_a_day: int
    contenders: tuple[Contender, ...]
    seed: int
    trace: Trace | None = None
    price: PriceChoice = PriceChoice.TARIFF

    @property
    def workload(self) -> str:
        """What the jobs are called on the page."""
        return "demo jobs" if self.trace is None else "jobs of your file"

    def __post_init__(self) -> None:
        days = (self.last - self.first).days + 1
        if not FEWEST_DAYS <= days <= MOST_DAYS:
            raise InputError(f"a backtest here takes from {FEWEST_DAYS} to {MOST_DAYS} days")
        if not 1 <= self.jobs_a_day <= MOST_JOBS_A_DAY:
            raise InputError(f"a backtest here takes from 1 to {MOST_JOBS_A_DAY} jobs a day")
        if not self.contenders:
            raise InputError("choose a policy to be compared with running at once")


@dataclass(frozen=True, eq=False)
class Prepared:
    """The study, and where its grid and its price are from."""

    study: Study
    made_of: Material
    asked: Asked
    price_name: str


def prepared(asked: Asked, record: Record, controls: Controls, site: Site, tariff: Tariff, now: datetime) -> Prepared:
    """The study asked for. Raises InputError for a period that is not over, StoreError where the archive fails."""
    start, end = uk_midnight(asked.first), uk_midnight(asked.last + timedelta(days=1))
    if end > floor_half_hour(now):
        raise InputError("a backtest is of days that are over")
    count = half_hours_between(start, end)
    points = record.archive.settled(asked.region, start, end)
    issued = record.archive.issued(asked.region, start, end)
    made_of = material(asked.region, start, count, points, issued, sample_intensity, sample_forecast, asked.seed)
    agile = record.agile(asked.region) if asked.price is PriceChoice.AGILE else None
    index = record.market.prices(MARKET_INDEX, start, end) if asked.price is PriceChoice.INDEX else ()
    price = period_price(asked.price, tariff, agile, index, start, count)
    relative = controls.cleanest_percent if controls.mode is ThresholdMode.RELATIVE else None
    study = study_of(
        f"{asked.first} to {asked.last}",
        stream(asked.seed, start, count, asked.jobs_a_day) if asked.trace is None else asked.trace.frame,
        made_of.intensity,
        made_of.knowledge,
        rules_of(controls, controls.threshold, site),
        price=price.settled,
        known_price=price.known,
        pue=site.pue,
        cleanest_percent=relative,
    )
    return Prepared(study, made_of, asked, price.settled.name)


def stream(seed: int, start: datetime, count: int, jobs_a_day: int) -> pd.DataFrame:
    """Demo jobs over ``count`` half-hours from ``start``, arriving as the hour of the week has it."""
    rng = np.random.default_rng([seed, start.toordinal(), jobs_a_day])
    rates, jobs = arrival_rates(week_rows(start, count)), max(count * jobs_a_day // 48, 1)
    rows = rng.choice(count, jobs, p=rates / rates.sum())
    seconds = np.sort(rows * SECONDS + rng.integers(0, SECONDS, jobs))
    release = pd.Timestamp(start) + pd.Series(seconds.astype("timedelta64[s]"))
    return draw_jobs(rng, draw_kinds(rng, jobs), release, np.zeros(jobs, dtype=np.bool_))
