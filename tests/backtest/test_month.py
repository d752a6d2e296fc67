"""The month's headline figures: sums of their days, revenue apart, a projection from another season's days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from gridflex.agents.demo_queue import site_day
from gridflex.backtest.bands import projection
from gridflex.backtest.first_gridflex import first_gridflex
from gridflex.backtest.knowledge import ErrorModel
from gridflex.backtest.month import month_of, saved_by_hour_and_month
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.series import Settled
from gridflex.backtest.study import BEST_WINDOW, PAUSING, period, study_of
from gridflex.domain.market_data import ServiceLevel
from gridflex.errors import InputError
from gridflex.markets.eligibility import Capability
from gridflex.markets.levels import Levels
from gridflex.planning.objective import Objective
from gridflex.planning.policies.base import Rules
from gridflex.sources.sample_grid import sample_intensity, sample_price
from gridflex.sources.service_levels import SERVICE_LEVELS

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 9


def backtest(start: datetime, seed: int) -> Result:
    count = (DAYS + 3) * 48
    none = np.zeros(count, np.bool_)
    intensity = Settled("sample", start, sample_intensity(0, start, count), none)
    price = Settled("sample", start, sample_price(start, count), none)
    days = [site_day(seed + day, start + timedelta(days=day)).iloc[::20] for day in range(DAYS)]
    frame = pd.concat(days, ignore_index=True)
    frame["job_id"] = [f"demo-{i}" for i in range(len(frame))]
    knowledge = ErrorModel(intensity.values, seed)
    made = study_of("sample", frame, intensity, knowledge, Rules(Objective(), None, 0.0), price=price)
    result = run(made, [BEST_WINDOW, PAUSING]).result
    assert result is not None
    return result


@pytest.fixture(scope="module")
def january() -> Result:
    return backtest(START, 1)


def test_headlines_are_the_sums_of_their_days(january: Result) -> None:
    month = month_of(january, PAUSING, Levels(SERVICE_LEVELS))
    found = january.of(PAUSING)
    assert month.jobs == DAYS * 50
    assert len(month.days) == len(month.saved_kg_by_day) == DAYS
    assert month.carbon_kg.value == pytest.approx(month.saved_kg_by_day.sum())
    assert month.carbon_kg.value == pytest.approx(found.saved_g.sum() / 1000)
    assert month.cost_gbp.value == pytest.approx(found.saved_gbp.sum())
    assert month.carbon_share.value == pytest.approx(found.carbon_saved_share)
    assert month.cost_share.value == pytest.approx(found.cost_saved_share)
    assert month.carbon_kg.p5 < month.carbon_kg.value < month.carbon_kg.p95
    assert month.sla_kept == 1.0
    split = month.settlement
    assert split.from_forecast_g + split.from_replanning_g == pytest.approx(split.miss_g)
    hours = saved_by_hour_and_month(january, PAUSING)
    assert hours.shape == (24, 12)
    assert hours[:, 0].sum() == pytest.approx(month.carbon_kg.value)


def test_a_small_site_earns_nothing_alone_and_says_so(january: Result) -> None:
    month = month_of(january, BEST_WINDOW, Levels(SERVICE_LEVELS))
    assert month.revenue.typical_gbp == 0
    assert month.revenue.sentence == "£0: no block holds the 1 MW that the smallest bid takes"
    assert month.revenue_by_service == {}
    pooled = month_of(january, PAUSING, Levels(SERVICE_LEVELS), site=Capability(aggregated=True))
    assert pooled.revenue.typical_gbp > 0
    by_service = pooled.revenue_by_service
    assert sum(typical for _, typical, _ in by_service.values()) == pytest.approx(pooled.revenue.typical_gbp)
    assert set(by_service) <= {"Slow Reserve (PSR)", "Slow Reserve (NSR)"}


def test_the_projection_comes_from_the_season_given(january: Result) -> None:
    own = month_of(january, BEST_WINDOW, Levels(()))
    assert own.projected_kg.value == pytest.approx(own.carbon_kg.value / DAYS * 30, rel=0.05)
    other = month_of(january, BEST_WINDOW, Levels(()), season=backtest(START - timedelta(days=364), 40))
    assert other.projected_kg != own.projected_kg
    assert other.carbon_kg == own.carbon_kg
    first = START - timedelta(days=364)
    assert other.season_days == tuple((first + timedelta(days=day)).date() for day in range(DAYS))
    assert other.projected_kg == projection(other.season_kg_by_day, 30)
    assert other.projected_gbp == projection(other.season_gbp_by_day, 30)


def test_claims_stand_beside_and_change_nothing(january: Result) -> None:
    claims = first_gridflex(np.array([100.0]), np.array([True]), 200.0, 0.1, None, 150.0)
    with_claims = month_of(january, BEST_WINDOW, Levels(()), claims=claims)
    assert with_claims.claims == claims
    assert with_claims.carbon_kg == month_of(january, BEST_WINDOW, Levels(())).carbon_kg


def test_too_few_days_are_refused(january: Result) -> None:
    short = run(period(january.study, START, START + timedelta(days=3)), [BEST_WINDOW]).result
    assert short is not None
    with pytest.raises(InputError):
        month_of(short, BEST_WINDOW, Levels((ServiceLevel("PSR", None, 1.0, None, None, "", ""),)))
