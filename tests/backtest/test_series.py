"""Settled series: short gaps filled and counted, long ones left open, jobs that touch them left out."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from gridflex.backtest.knowledge import Perfect
from gridflex.backtest.series import settled, settled_prices
from gridflex.backtest.study import period, study_of
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import InputError
from tests.backtest.conftest import RULES, START, frame_of, job, settled_of, study

HALF = timedelta(minutes=30)


def test_gaps_of_three_hours_are_filled_and_counted() -> None:
    points = [(START + HALF * i, float(i)) for i in range(30) if i not in (5, 6) and not 10 <= i < 17]
    found = settled("x", points, START, 32)
    assert found.values[5:7].tolist() == [5, 6]
    assert np.isnan(found.values[10:17]).all()
    assert found.filled.sum() == 2
    assert (len(found), found.missing) == (32, 7 + 2)


def test_what_lies_outside_is_left_out_and_nothing_is_refused() -> None:
    assert settled("x", [(START - HALF, 1.0), (START, 2.0)], START, 2).values[0] == 2
    with pytest.raises(InputError):
        settled("x", [(START - HALF, 1.0)], START, 2)


def test_prices_settle_too_and_may_be_negative() -> None:
    series = PriceSeries("Market index price (Elexon)", START - HALF, np.array([0.1, -0.05, np.nan, 0.2]))
    found = settled_prices(series, START, 3)
    assert found.values.tolist() == pytest.approx([-0.05, 0.075, 0.2])
    made = study_of(
        "prices",
        frame_of([job(0, 0.5, 10, max_defer_hours=1)]),
        settled_of([100, 100, 100]),
        Perfect(np.full(3, 100.0)),
        RULES,
        price=found,
    )
    assert made.price.tolist() == pytest.approx([-0.05, 0.075, 0.2])
    with pytest.raises(InputError, match="same half-hours"):
        study_of("x", frame_of([job(0)]), settled_of([1, 2]), Perfect(np.zeros(2)), RULES, price=found)


def test_jobs_outside_the_period_or_its_reach_are_left_out() -> None:
    intensity = np.r_[np.full(10, 100.0), np.full(8, np.nan), np.full(22, 100.0)]
    jobs = [
        job(0, 1, max_defer_hours=1),
        job(0, 1, max_defer_hours=5),
        job(9, 1, max_defer_hours=1),
        job(19.6, 1, max_defer_hours=1),
        job(-3),
        job(40),
    ]
    made = study(jobs, intensity)
    assert made.jobs.job_id.tolist() == ["j0", "j2"]
    assert made.left_out == 2
    with pytest.raises(InputError, match="no job"):
        study([job(40)], intensity)


def test_a_part_of_the_period_has_its_own_jobs() -> None:
    made = study([job(0), job(30), job(60)], np.full(288, 100.0))
    part = period(made, START + timedelta(hours=24), START + timedelta(hours=48))
    assert part.jobs.job_id.tolist() == ["j1"]
    with pytest.raises(InputError):
        period(made, START + timedelta(days=5), START + timedelta(days=6))


def test_a_digest_names_what_the_result_depends_on() -> None:
    base = study([job(0), job(5)], np.linspace(50, 250, 200))
    again = study([job(0), job(5)], np.linspace(50, 250, 200))
    assert base.digest() == again.digest()
    others = [
        study([job(0), job(5, kwh=11)], np.linspace(50, 250, 200)),
        study([job(0), job(5)], np.linspace(50, 251, 200)),
        study([job(0), job(5)], np.linspace(50, 250, 200), Perfect(np.zeros(200))),
        study([job(0), job(5)], np.linspace(50, 250, 200), cleanest_percent=30.0),
    ]
    assert len({base.digest(), *(other.digest() for other in others)}) == 5
