"""A block bid freezes its jobs, and what that gives up is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from gridflex.errors import InputError
from gridflex.markets.efa import whole_blocks
from gridflex.markets.firm import SitePlan
from gridflex.markets.freezing import freeze, given_up, jobs_behind
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue
from tests.markets.conftest import product

START = datetime(2026, 1, 8, 15, tzinfo=UTC)
BLOCK = whole_blocks(START, 8)[0]
RULES = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)


def test_the_fewest_jobs_that_cover_the_block(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(600, 8, 0, 8), (500, 8, 0, 8), (300, 8, 0, 8), (900, 4, 0, 8)])
    plan = SitePlan(queue, np.zeros(4, np.int64), 16)
    assert jobs_behind(plan, product("DCL"), BLOCK, 1.0).tolist() == [True, True, False, False]
    with pytest.raises(InputError, match="does not hold 3 MW"):
        jobs_behind(plan, product("DCL"), BLOCK, 3.0)


def test_frozen_jobs_stay_and_the_carbon_is_counted(queue_of: Callable[..., Queue]) -> None:
    # 1,000 kW for four hours, planned at once; a later forecast makes rows 8 to 15 100 g cleaner.
    queue = queue_of([(1000, 8, 0, 8), (50, 8, 0, 8)])
    plan = SitePlan(queue, np.array([0, 0]), 16)
    horizon = Horizon.of(START, np.r_[np.full(8, 250.0), np.full(8, 150.0)], np.full(16, 0.2))
    jobs = jobs_behind(plan, product("DCL"), BLOCK, 1.0)
    assert jobs.tolist() == [True, False]
    found = given_up(plan, jobs, horizon, POLICIES["best-window"], RULES)
    assert found.with_bid.start.tolist() == [0, 8]
    assert found.without_bid.start.tolist() == [8, 8]
    assert found.carbon_g == pytest.approx(4000 * 100)
    assert found.gbp == pytest.approx(0)


def test_waiting_jobs_stand_behind_a_turn_up_bid(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(1200, 2, 0, 12), (700, 2, 0, 12)])
    plan = SitePlan(queue, np.array([10, 10]), 16)
    jobs = jobs_behind(plan, product("NQR"), BLOCK, 1.0)
    assert jobs.tolist() == [True, False]
    frozen = freeze(queue, plan, jobs)
    assert (frozen.earliest[0], frozen.latest[0], bool(frozen.fixed[0])) == (10, 10, True)
    assert (frozen.earliest[1], frozen.latest[1]) == (0, 12)
