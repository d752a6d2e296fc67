from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from gridflex.domain.job_frame import as_job_frame
from gridflex.planning.horizon import Horizon
from gridflex.planning.queue import Queue, queue_from_frame
from tests.planning.queues import START, horizon_of, queue_of

T = 96


def prepared(now_index: int = 0, pue: float = 1.0, **job: Any) -> Queue:
    """One job of 12 kWh over 1.25 h, released three hours into the horizon."""
    plain = {"job_id": "a", "energy_kwh": 12.5, "duration_hours": 1.25, "release": START + timedelta(hours=3)}
    columns = {name: [value] for name, value in (plain | job).items()}
    return queue_from_frame(as_job_frame(columns), horizon_of(np.zeros(T), now_index=now_index), pue)


def test_power_length_and_half_hours_held() -> None:
    queue = prepared(pue=1.2)
    assert queue.power_kw[0] == pytest.approx(12.0)
    assert queue.length[0] == pytest.approx(2.5)
    assert queue.slots[0] == 3
    assert queue.energy_kwh[0] == pytest.approx(15.0)


def test_a_time_limit_is_kept_free_but_not_paid() -> None:
    queue = prepared(time_limit_hours=4.0)
    assert (queue.slots[0], queue.length[0]) == (8, 2.5)


def test_releases_round_up_and_past_ones_mean_now() -> None:
    assert prepared(release=START + timedelta(minutes=61)).earliest[0] == 3
    assert prepared(release=START - timedelta(hours=9), now_index=4).earliest[0] == 4


def test_a_deadline_rounds_down_and_bounds_the_end() -> None:
    queue = prepared(deadline=START + timedelta(hours=6, minutes=29), max_defer_hours=0.0, priority="high")
    assert queue.latest[0] == 12 - 3


def test_without_a_deadline_the_longest_deferral_bounds_the_start_else_the_priority() -> None:
    assert prepared(max_defer_hours=2.0).latest[0] == 6 + 4
    assert prepared(priority="high").latest[0] == 6 + 8
    assert prepared(priority="medium").latest[0] == 6 + 24


def test_a_window_ends_with_the_horizon() -> None:
    queue = prepared(release=START + timedelta(hours=46), priority="low")
    assert queue.latest[0] == T - 3
    assert not queue.late[0]
    assert not prepared(release=START + timedelta(hours=47)).placeable[0]


def test_a_deadline_that_leaves_no_start_is_late() -> None:
    queue = prepared(deadline=START + timedelta(hours=4))
    assert queue.late[0]
    assert not queue.placeable[0]


def test_critical_jobs_start_at_once_whatever_their_deadline() -> None:
    queue = prepared(priority="critical", deadline=START + timedelta(hours=4))
    assert queue.fixed[0]
    assert queue.critical[0]
    assert not queue.late[0]
    assert queue.latest[0] == queue.earliest[0] == 6


def test_a_job_that_may_not_wait_starts_at_its_release_or_not_at_all() -> None:
    assert prepared(deferrable=False).latest[0] == 6
    assert not prepared(deferrable=False, deadline=START + timedelta(hours=4)).placeable[0]


def test_restart_energy_and_minimum_run_are_columns() -> None:
    frame = as_job_frame({"job_id": ["a"], "energy_kwh": [1], "duration_hours": [2], "release": [START], "gpus": [4]})
    queue = queue_from_frame(frame, horizon_of(np.zeros(T)), pue=2.0, min_run_hours=0.8, restart_kwh=3.0)
    assert (queue.min_run[0], queue.restart_kwh[0], queue.gpus[0]) == (2, 6.0, 4.0)


def test_columns_left_out_are_neutral_and_taken_along() -> None:
    queue = queue_of({}, {"length": 2.5}).take(np.array([1]))
    assert queue.length.tolist() == [2.5]
    assert (queue.min_run.tolist(), queue.restart_kwh.tolist(), queue.gpus.tolist()) == ([1], [0.0], [0.0])


def test_a_horizon_knows_its_rows() -> None:
    horizon = Horizon.of(START, np.zeros(T), now_index=2)
    assert horizon.now == START + timedelta(hours=1)
    assert horizon.index(START + timedelta(minutes=89)) == 2
    assert horizon.index(START - timedelta(minutes=1)) == -1
    assert horizon.at(3) == START + timedelta(minutes=90)
