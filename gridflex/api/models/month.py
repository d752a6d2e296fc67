"""Thirty days in figures, and the thirty to come as a projection."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from gridflex.api.models.grid import ProvenanceWord
from gridflex.backtest.bands import Band, projection, share_band, sum_band
from gridflex.backtest.month import month_of
from gridflex.backtest.result import Result
from gridflex.backtest.study import Contender
from gridflex.markets.levels import Levels
from gridflex.planning.horizon import Floats
from gridflex.services.demo_month import CONTENDERS, DAYS, DemoMonth, Season

PROJECTED = (
    "The 30 days to come if they are like those of `projected_from`: the median of 2,000 draws of 5 days in a row, "
    "with p5 and p95. No result."
)


class BandOut(BaseModel):
    """A figure with the range that holds nine draws in ten."""

    value: float
    p5: float
    p95: float

    @classmethod
    def of(cls, band: Band) -> BandOut:
        """From the band."""
        return cls(value=band.value, p5=band.p5, p95=band.p95)


class PolicyMonth(BaseModel):
    """One policy over the month, settled; savings are against running every job at once."""

    policy: str
    carbon_saved_kg: BandOut
    carbon_saved_percent: BandOut
    cost_saved_gbp: BandOut
    share_of_possible_percent: Annotated[float, Field(description="of what perfect foresight saves with unbroken runs")]
    sla_kept_percent: float
    jobs_made_dirtier: int
    mean_delay_hours: float
    projected_carbon_saved_kg: Annotated[BandOut, Field(description=PROJECTED)]
    projected_cost_saved_gbp: Annotated[BandOut, Field(description=PROJECTED)]

    @classmethod
    def of(cls, result: Result, season: Result, contender: Contender) -> PolicyMonth:
        """From the backtest."""
        found, at_once = result.of(contender), result.by_day(result.at_once.outcome.carbon_g)
        grams, pounds = result.by_day(found.saved_g), result.by_day(found.saved_gbp)
        like = season.of(contender)
        return cls(
            policy=contender.label,
            carbon_saved_kg=BandOut.of(sum_band(grams / 1e3)),
            carbon_saved_percent=_percent(share_band(grams, at_once)),
            cost_saved_gbp=BandOut.of(sum_band(pounds)),
            share_of_possible_percent=100 * found.share_of_possible,
            sla_kept_percent=100 * found.sla_kept,
            jobs_made_dirtier=found.dirtier,
            mean_delay_hours=found.delay_hours,
            projected_carbon_saved_kg=BandOut.of(projection(season.by_day(like.saved_g) / 1e3, DAYS)),
            projected_cost_saved_gbp=BandOut.of(projection(season.by_day(like.saved_gbp), DAYS)),
        )


def _percent(band: Band) -> BandOut:
    return BandOut(value=100 * band.value, p5=100 * band.p5, p95=100 * band.p95)


class ServiceRevenue(BaseModel):
    """A scenario: one availability service over the month, at recorded prices; in no other sum."""

    service: str
    gbp_p5: float
    gbp_typical: float
    gbp_p95: float


class Day(BaseModel):
    """One UK day of arrivals, under the last policy of ``policies``."""

    day: date
    jobs: int
    energy_kwh: float
    baseline_carbon_kg: float
    carbon_saved_kg: float
    cost_saved_gbp: float


class SeasonDay(BaseModel):
    """One UK day that the projection of the last policy of ``policies`` draws from."""

    day: date
    carbon_saved_kg: float
    cost_saved_gbp: float


class GeneratedMonth(BaseModel):
    """A demo site's last 30 days: made-up jobs on a real or sample grid, decided with what was known then."""

    demo: bool = True
    first_day: Annotated[date, Field(description="UK days")]
    last_day: date
    days: int
    jobs: int
    jobs_left_out: Annotated[int, Field(description="jobs whose values are not all known, or not over in the period")]
    provenance: Annotated[ProvenanceWord, Field(description="cached: the archive's settled values")]
    knowledge: Annotated[str, Field(description="what it is settled on, and what a decision could look at")]
    baseline_carbon_kg: float
    baseline_cost_gbp: float
    possible_carbon_saved_kg: Annotated[float, Field(description="the bound: perfect foresight, unbroken runs")]
    policies: list[PolicyMonth]
    availability: Annotated[str, Field(description="what the last policy's firm power could earn, or why it is £0")]
    revenue_by_service: list[ServiceRevenue]
    by_day: list[Day]
    projected_from: Annotated[
        str,
        Field(
            description="an earlier year's weeks of the 30 days to come: the archive's where held, else the sample's",
            examples=["the sample's 27 Nov to 26 Dec"],
        ),
    ]
    season_by_day: list[SeasonDay]

    @classmethod
    def of(cls, month: DemoMonth, season: Season, levels: Levels) -> GeneratedMonth:
        """From the backtest."""
        result, study = month.result, month.result.study
        figures = month_of(result, CONTENDERS[-1], levels, season=season.result)
        return cls(
            first_day=result.days[0],
            last_day=result.days[-1],
            days=DAYS,
            jobs=len(study.jobs),
            jobs_left_out=study.left_out,
            provenance=month.made_of.provenance.word,  # type: ignore[arg-type]
            knowledge=month.made_of.sentence,
            baseline_carbon_kg=result.at_once.baseline_g / 1e3,
            baseline_cost_gbp=result.at_once.baseline_gbp,
            possible_carbon_saved_kg=result.possible_unbroken_g / 1e3,
            policies=[PolicyMonth.of(result, season.result, contender) for contender in CONTENDERS],
            availability=figures.revenue.sentence,
            revenue_by_service=[
                ServiceRevenue(service=name, gbp_p5=low, gbp_typical=typical, gbp_p95=high)
                for name, (low, typical, high) in figures.revenue_by_service.items()
            ],
            by_day=_days(result),
            projected_from=season.name,
            season_by_day=[
                SeasonDay(day=day, carbon_saved_kg=kg, cost_saved_gbp=gbp)
                for day, kg, gbp in zip(
                    figures.season_days,
                    figures.season_kg_by_day.tolist(),
                    figures.season_gbp_by_day.tolist(),
                    strict=True,
                )
            ],
        )


def _days(result: Result) -> list[Day]:
    jobs, found = result.study.jobs, result.of(CONTENDERS[-1])
    columns: list[Floats] = [
        result.by_day(np.ones(len(jobs))),
        result.by_day(jobs.energy_kwh),
        result.by_day(result.at_once.outcome.carbon_g) / 1e3,
        result.by_day(found.saved_g) / 1e3,
        result.by_day(found.saved_gbp),
    ]
    rows = zip(result.days, *(column.tolist() for column in columns), strict=True)
    return [
        Day(day=day, jobs=int(count), energy_kwh=kwh, baseline_carbon_kg=base, carbon_saved_kg=kg, cost_saved_gbp=gbp)
        for day, count, kwh, base, kg, gbp in rows
    ]
