"""Firm power by hand: who can be turned down, who can be turned up, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.markets.efa import whole_blocks
from gridflex.markets.firm import SitePlan, firm_mw, turn_down_kw, turn_up_kw
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.queue import Queue

COUNT = 8


def test_only_running_jobs_with_slack_count(queue_of: Callable[..., Queue]) -> None:
    # Four half-hours each: slack for two; no slack; critical; still waiting until row 5.
    queue = queue_of([(10, 4, 0, 2), (20, 4, 0, 0), (40, 4, 0, 4), (80, 3, 0, 7)], fixed=[2])
    plan = SitePlan(queue, np.array([0, 0, 0, 5]), COUNT)
    assert turn_down_kw(plan, 2).tolist() == [10, 10, 10, 10, 0, 80, 80, 80]
    assert turn_down_kw(plan, 3).tolist() == [0] * COUNT


def test_a_job_that_cannot_pause_is_not_firm(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(10, 4, 0, 4)], interruptible=False)
    assert not turn_down_kw(SitePlan(queue, np.array([0]), COUNT), 1).any()


def test_part_filled_half_hours_and_shortest_stretches_do_not_count(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(10, 3.5, 0, 4)])
    assert turn_down_kw(SitePlan(queue, np.array([0]), COUNT), 1).tolist() == [10, 10, 10, 0, 0, 0, 0, 0]
    long = replace(queue_of([(10, 6, 0, 2)]), min_run=np.array([2]))
    assert turn_down_kw(SitePlan(long, np.array([0]), COUNT), 1).tolist() == [0, 0, 10, 10, 10, 0, 0, 0]


def test_a_run_that_pauses_has_the_slack_after_its_end(queue_of: Callable[..., Queue]) -> None:
    queue = queue_of([(10, 3, 0, 4)])
    parts = np.array([[True, False, True, True, False, False, False, False]])
    plan = SitePlan(queue, np.array([0]), COUNT, parts)
    assert turn_down_kw(plan, 3).tolist() == [10, 0, 10, 10, 0, 0, 0, 0]
    assert not turn_down_kw(plan, 4).any()


def test_turn_up_is_what_waiting_jobs_could_fill_under_the_cap(queue_of: Callable[..., Queue]) -> None:
    # A waits from 1 to 5; B runs 2 and 3 with 60 kW; the critical one never waits.
    queue = queue_of([(50, 2, 1, 6), (60, 2, 2, 6), (5, 1, 0, 0)], fixed=[2])
    plan = SitePlan(queue, np.array([5, 2, 0]), COUNT)
    assert turn_up_kw(plan, 1).tolist() == [0, 50, 50, 50, 50, 0, 0, 0]
    capped = replace(plan, cap_kw=90.0)
    assert turn_up_kw(capped, 1).tolist() == [0, 50, 30, 30, 50, 0, 0, 0]
    # For an hour the next half-hour's headroom counts as well.
    assert turn_up_kw(capped, 2).tolist() == [0, 30, 30, 30, 40, 0, 0, 0]
    assert not turn_up_kw(plan, 3).any()


def test_unplaced_jobs_offer_nothing(queue_of: Callable[..., Queue]) -> None:
    plan = SitePlan(queue_of([(50, 2, 1, 6)]), np.array([UNPLACED]), COUNT)
    assert not turn_up_kw(plan, 1).any()
    assert not turn_down_kw(plan, 1).any()


def test_a_block_holds_its_least_half_hour_on_a_clock_change_day() -> None:
    blocks = whole_blocks(datetime(2026, 10, 24, 22, tzinfo=UTC), 18)
    kw = np.full(18, 3000.0)
    kw[9] = 1200.0
    assert [block.count for block in blocks] == [10, 8]
    assert firm_mw(kw, blocks).tolist() == [1.2, 3.0]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8), st.data())
def test_firm_power_falls_with_duration_and_never_exceeds_what_runs(
    rows: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    from tests.markets.conftest import _queue

    count = 20
    queue = _queue([(10.0, length, earliest, earliest + slack) for length, earliest, slack in rows])
    start = np.array([data.draw(st.integers(e, e + s)) for _, e, s in rows])
    plan = SitePlan(queue, start, count, cap_kw=data.draw(st.floats(10, 100)))
    down = [turn_down_kw(plan, pause) for pause in range(1, 5)]
    up = [turn_up_kw(plan, pause) for pause in range(1, 5)]
    assert (down[0] <= plan.power_kw() + 1e-9).all()
    for shorter, longer in [*pairwise(down), *pairwise(up)]:
        assert (longer <= shorter + 1e-9).all()


def test_zero_jobs_hold_zero() -> None:
    from tests.markets.conftest import _queue

    plan = SitePlan(_queue([(1, 1, 0, 0)]).take(np.array([], dtype=np.int64)), np.empty(0, np.int64), COUNT)
    assert turn_down_kw(plan, 1).tolist() == pytest.approx([0.0] * COUNT)
