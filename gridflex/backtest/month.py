"""The month in figures: what was saved, with bands, what readiness could earn, and the month to come.

A backtest of the days themselves, never one cycle multiplied. The projection is drawn from
the same season's days and is labelled so; revenue is a scenario and stands apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gridflex.backtest.bands import Band, projection, share_band, sum_band
from gridflex.backtest.first_gridflex import Claim
from gridflex.backtest.result import ContenderResult, Result
from gridflex.backtest.settlement import EstimatedAndSettled
from gridflex.backtest.study import Contender
from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.markets.availability import Availability, availability
from gridflex.markets.cells import Delivery
from gridflex.markets.efa import whole_blocks
from gridflex.markets.eligibility import Capability
from gridflex.markets.firm import SitePlan
from gridflex.markets.levels import Levels
from gridflex.planning.horizon import Floats

DAYS_AHEAD = 30
HOURS = 24


@dataclass(frozen=True, eq=False)
class Month:
    """Headline figures with their rows.

    Bands are of the whole period; ``projected_*`` of the 30 days to come, drawn from ``season_days``
    (``season_*_by_day`` belong to them). The other ``by_day`` columns belong to ``days``.
    """

    contender: ContenderResult
    days: tuple[date, ...]
    jobs: int
    carbon_kg: Band
    carbon_share: Band
    cost_gbp: Band
    cost_share: Band
    sla_kept: float
    share_of_possible: float
    saved_kg_by_day: Floats
    saved_gbp_by_day: Floats
    revenue: Availability
    projected_kg: Band
    projected_gbp: Band
    season_days: tuple[date, ...]
    season_kg_by_day: Floats
    season_gbp_by_day: Floats
    settlement: EstimatedAndSettled
    claims: tuple[Claim, ...]

    @property
    def revenue_by_service(self) -> dict[str, tuple[float, float, float]]:
        """GBP at p5, typical and p95 prices by service held."""
        sums: dict[str, list[float]] = {}
        for cell in self.revenue.chosen:
            held = sums.setdefault(cell.product.name, [0.0, 0.0, 0.0])
            for at, gbp in enumerate((cell.low_gbp, cell.typical_gbp, cell.high_gbp)):
                held[at] += gbp
        return {name: (low, typical, high) for name, (low, typical, high) in sums.items()}


def month_of(
    result: Result,
    contender: Contender,
    levels: Levels,
    *,
    site: Capability | None = None,
    delivery: Delivery | None = None,
    season: Result | None = None,
    claims: Sequence[Claim] = (),
    seed: int = 0,
) -> Month:
    """Headline figures of one contender. ``season`` is a backtest of the same season's days to project from
    (none: these days themselves). Raises InputError for fewer days than a band needs."""
    found = result.of(contender)
    kg, gbp = result.by_day(found.saved_g) / 1000, result.by_day(found.saved_gbp)
    base_kg = result.by_day(result.at_once.outcome.carbon_g) / 1000
    base_gbp = result.by_day(result.at_once.outcome.cost_gbp)
    source = season or result
    season_kg = source.by_day(source.of(contender).saved_g) / 1000
    season_gbp = source.by_day(source.of(contender).saved_gbp)
    study, outcome = result.study, found.outcome
    plan = SitePlan(study.jobs, outcome.start, len(study), outcome.parts(len(study)), study.rules.cap_kw)
    return Month(
        found,
        result.days,
        len(found.saved_g),
        sum_band(kg, seed),
        share_band(kg, base_kg, seed),
        sum_band(gbp, seed),
        share_band(gbp, base_gbp, seed),
        found.sla_kept,
        found.share_of_possible,
        kg,
        gbp,
        availability(plan, whole_blocks(study.start, len(study)), levels, site, delivery),
        projection(season_kg, DAYS_AHEAD, seed),
        projection(season_gbp, DAYS_AHEAD, seed),
        source.days,
        season_kg,
        season_gbp,
        EstimatedAndSettled(outcome.first_saved_g, found.saved_g, outcome.kept_saved_g),
        tuple(claims),
    )


def saved_by_hour_and_month(result: Result, contender: Contender) -> Floats:
    """kg saved by UK hour (24 rows) and month (12 columns) in which a job would have begun at once."""
    clocks = [uk_time(moment) for moment in half_hours(result.study.start, len(result.study))]
    hour = np.array([clock.hour for clock in clocks])[result.study.jobs.earliest]
    month = np.array([clock.month - 1 for clock in clocks])[result.study.jobs.earliest]
    table = np.zeros((HOURS, 12))
    np.add.at(table, (hour, month), result.of(contender).saved_g / 1000)
    return table
