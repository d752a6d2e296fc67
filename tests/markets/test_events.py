"""Answering a called event, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.errors import InputError
from gridflex.markets.events import CalledEvent, answer
from gridflex.markets.firm import SitePlan
from gridflex.planning.horizon import Horizon
from gridflex.planning.objective import COST_ONLY
from gridflex.planning.plan import site_power
from gridflex.planning.queue import Queue

START = datetime(2026, 1, 8, 15, tzinfo=UTC)
PRICE = np.array([0.2, 0.2, 0.3, 0.3, 0.1, 0.1, 0.2, 0.4])
COUNT = len(PRICE)


def horizon(now_index: int = 0) -> Horizon:
    return Horizon.of(START, np.full(COUNT, 150.0), PRICE, now_index=now_index)


def event(mw: float, first: int = 2, count: int = 2) -> CalledEvent:
    begin = START + timedelta(minutes=30) * first
    return CalledEvent(begin, begin + timedelta(minutes=30) * count, mw)


def test_the_cheapest_way_out_is_taken_and_no_more_than_called(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(1000, 2, 0, 6), (1000, 2, 2, 6)], interruptible=False)
    plan = SitePlan(queue, np.array([2, 2]), COUNT)
    found = answer(plan, horizon(), event(1.0), COST_ONLY)
    # Rows 4 and 5 are cheapest for both; the first of equals answers, the other stays.
    assert found.placement.start.tolist() == [4, 2]
    assert found.moved.tolist() == [True, False]
    assert found.cut_kw.tolist() == [1000, 1000]
    assert found.shortfall_mw == 0


def test_critical_jobs_and_jobs_without_another_start_stay(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(1000, 2, 2, 6), (500, 2, 2, 2)], interruptible=False, fixed=[0])
    found = answer(SitePlan(queue, np.array([2, 2]), COUNT), horizon(), event(1.0), COST_ONLY)
    assert found.placement.start.tolist() == [2, 2]
    assert found.shortfall_mw == 1.0


def test_a_job_that_has_begun_can_only_pause(queue_of: Callable[..., Queue]) -> None:
    rows = [(1000.0, 4.0, 1, 4)]
    plan = SitePlan(queue_of(rows), np.array([1]), COUNT)
    found = answer(plan, horizon(now_index=2), event(1.0), COST_ONLY)
    assert found.placement.parts is not None
    assert np.flatnonzero(found.placement.parts[0]).tolist() == [1, 4, 5, 6]
    assert found.cut_kw.tolist() == [1000, 1000]
    stuck = SitePlan(queue_of(rows, interruptible=False), np.array([1]), COUNT)
    assert answer(stuck, horizon(now_index=2), event(1.0), COST_ONLY).shortfall_mw == 1.0
    no_time = SitePlan(queue_of([(1000.0, 4.0, 1, 2)]), np.array([1]), COUNT)
    assert answer(no_time, horizon(now_index=2), event(1.0), COST_ONLY).shortfall_mw == 1.0
    short = SitePlan(replace(queue_of(rows), min_run=np.array([2])), np.array([1]), COUNT)
    assert answer(short, horizon(now_index=2), event(1.0), COST_ONLY).shortfall_mw == 1.0


def test_the_rebound_respects_the_cap(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(1000, 2, 0, 6), (800, 2, 4, 4)], interruptible=False)
    plan = SitePlan(queue, np.array([2, 4]), COUNT, cap_kw=1500.0)
    found = answer(plan, horizon(), event(1.0), COST_ONLY)
    assert found.placement.start.tolist() == [2, 4]
    assert found.shortfall_mw == 1.0


def test_an_event_is_checked(queue_of: Callable[..., Queue]) -> None:
    for mw in (0, -1, 2001, float("nan")):
        with pytest.raises(InputError):
            event(mw)
    for first, count in ((2, 0), (2, 49)):
        with pytest.raises(InputError):
            event(1, first, count)
    with pytest.raises(InputError):
        CalledEvent(START + timedelta(minutes=5), START + timedelta(minutes=35), 1)
    plan = SitePlan(queue_of([(1000, 2, 0, 6)]), np.array([2]), COUNT)
    for outside in (event(1, 7, 2), event(1, 0, 1)):
        with pytest.raises(InputError):
            answer(plan, horizon(now_index=1), outside, COST_ONLY)


@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=8),
    interruptible=st.booleans(),
    mw=st.floats(0.001, 0.1),
)
def test_an_answer_keeps_windows_energy_and_critical_jobs(
    rows: list[tuple[int, int, int]], interruptible: bool, mw: float
) -> None:
    from tests.markets.conftest import _queue

    count = 20
    queue = _queue(
        [(10.0 + i, length, first, first + slack) for i, (length, first, slack) in enumerate(rows)],
        interruptible=interruptible,
        fixed=[0],
    )
    plan = SitePlan(queue, queue.earliest, count)
    grid = Horizon.of(START, np.full(count, 150.0), np.sin(np.arange(count)) / 10 + 0.2)
    found = answer(plan, grid, event(mw, 3, 3), COST_ONLY)
    start, parts = found.placement.start, found.placement.parts
    paused = np.zeros(len(queue), np.bool_) if parts is None else parts.any(axis=1)
    assert start[0] == plan.start[0]
    assert ((start >= queue.earliest) & (start <= queue.latest))[~paused].all()
    for job in np.flatnonzero(paused):
        used = np.flatnonzero(parts[job]) if parts is not None else []
        assert len(used) == queue.slots[job]
        assert used[0] >= queue.earliest[job]
        assert used[-1] < queue.latest[job] + queue.slots[job]
    after = site_power(queue, start, parts, count)
    assert after.sum() == pytest.approx(plan.power_kw().sum())
    assert found.cut_kw == pytest.approx((plan.power_kw() - after)[3:6])
