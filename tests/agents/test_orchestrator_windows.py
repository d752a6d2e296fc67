"""DESIGN's windows rule by worked examples: release, deadline, deferral, priority, horizon, limits, PUE.

Now is 17:05, so row 96 is the half-hour of 17:00 and the horizon ends at row 192, 48 h later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.jobs import LONGEST_DEFERRAL_H, Job, Priority
from gridflex.planning.queue import Queue, queue_from_frame
from tests.bench import NOW, START, flat, hour, job, view_of

HERE = 96
END = 192
VIEW = view_of(flat(200))


def queue(*jobs: Job, pue: float = 1.0) -> Queue:
    return queue_from_frame(frame_from_jobs(jobs), VIEW.horizon, pue, now=NOW)


def window(**given: Any) -> tuple[int, int]:
    """Earliest and latest start of one job, in half-hours from now's."""
    found = queue(job(**given))
    return int(found.earliest[0]) - HERE, int(found.latest[0]) - HERE


@pytest.mark.parametrize(
    ("release", "earliest"),
    [
        (hour(-10), 0),
        (hour(0), 0),
        (NOW, 0),
        (NOW + timedelta(seconds=1), 1),
        (hour(0.25), 1),
        (START + timedelta(seconds=1) + timedelta(minutes=30), 2),
        (hour(0.5), 1),
        (hour(3), 6),
        (hour(3) + timedelta(microseconds=1), 6),
        (hour(3) + timedelta(milliseconds=2), 7),
    ],
)
def test_a_release_not_after_now_means_now_and_later_ones_round_up(release: Any, earliest: int) -> None:
    assert window(release=release)[0] == earliest


@pytest.mark.parametrize(
    ("deadline", "latest"),
    [(hour(5), 8), (hour(5.49), 8), (hour(5.5), 9), (hour(1), 0), (hour(1.4), 0)],
)
def test_a_deadline_rounds_down_and_the_whole_run_ends_by_it(deadline: Any, latest: int) -> None:
    assert window(deadline=deadline) == (0, latest)


def test_a_deadline_alone_bounds_the_run_whatever_else_is_said() -> None:
    assert window(deadline=hour(30), max_defer_hours=1) == (0, 58)
    assert window(deadline=hour(30), priority="high") == (0, 58)
    assert window(deadline=hour(3), max_defer_hours=20, priority="low") == (0, 4)


@pytest.mark.parametrize(("priority", "hours"), [("high", 4), ("medium", 12), ("low", 24)])
def test_without_a_deadline_the_priority_s_upper_figure_bounds_the_start(priority: str, hours: int) -> None:
    assert LONGEST_DEFERRAL_H[Priority(priority)] == hours
    assert window(priority=priority) == (0, 2 * hours)


def test_a_given_longest_deferral_stands_above_the_priority() -> None:
    assert window(max_defer_hours=2.7, priority="high") == (0, 5)
    assert window(max_defer_hours=30, priority="high") == (0, 60)
    assert window(max_defer_hours=0) == (0, 0)


def test_deferral_counts_from_the_release_and_never_ends_before_now() -> None:
    assert window(release=hour(2), max_defer_hours=3) == (4, 10)
    assert window(release=hour(2.2), max_defer_hours=3) == (5, 10)
    assert window(release=hour(-3), max_defer_hours=4) == (0, 2)
    assert window(release=hour(-30), max_defer_hours=4) == (0, 0)


@pytest.mark.parametrize("given", [{"priority": "critical"}, {"deferrable": False}])
def test_what_may_not_wait_starts_at_its_earliest_half_hour(given: dict[str, Any]) -> None:
    found = queue(job(max_defer_hours=10, release=hour(2), **given))
    assert (found.fixed[0], found.earliest[0], found.latest[0]) == (True, HERE + 4, HERE + 4)
    assert bool(found.critical[0]) is ("priority" in given)


def test_a_critical_job_runs_even_past_its_deadline_and_another_does_not() -> None:
    critical, other = (queue(job(deadline=hour(0.75), priority=word)) for word in ("critical", "low"))
    assert (critical.placeable[0], critical.late[0]) == (True, False)
    assert (other.placeable[0], other.late[0]) == (False, True)


@pytest.mark.parametrize(("hours", "latest"), [(24, 48), (24.25, 47), (47, 2), (48, 0), (48.25, -1), (60, -24)])
def test_windows_are_cut_at_the_horizon(hours: float, latest: int) -> None:
    found = queue(job(hours=hours))
    assert found.latest[0] == HERE + latest
    assert found.placeable[0] == (latest >= 0)
    assert not found.late[0]


def test_a_release_beyond_the_horizon_has_no_window() -> None:
    found = queue(job(release=hour(72)))
    assert (found.earliest[0], found.placeable[0], found.late[0]) == (HERE + 144, False, False)


def test_a_time_limit_keeps_its_half_hours_free_but_uses_no_energy() -> None:
    found = queue(job(hours=1.2, kwh=12, time_limit_hours=3.1, deadline=hour(10)))
    assert (found.length[0], found.slots[0], found.latest[0] - HERE) == (2.4, 7, 13)
    assert found.energy_kwh[0] == pytest.approx(12)
    assert found.power_kw[0] == pytest.approx(10)


@pytest.mark.parametrize(
    ("hours", "slots"), [(0.1, 1), (0.5, 1), (0.51, 2), (1, 2), (0.1 + 0.2 + 0.2, 1), (5, 10), (5.01, 11)]
)
def test_a_fraction_of_a_half_hour_touches_the_whole(hours: float, slots: int) -> None:
    found = queue(job(hours=hours, kwh=7))
    assert found.slots[0] == slots
    assert found.energy_kwh[0] == pytest.approx(7)


def test_pue_multiplies_power_and_so_energy() -> None:
    found = queue(job(kwh=10, hours=2), job("b", interruptible=True), pue=1.4)
    assert found.power_kw[0] == pytest.approx(7)
    assert found.energy_kwh[0] == pytest.approx(14)
    assert found.baseline.tolist() == found.earliest.tolist()
    assert found.interruptible.tolist() == [False, True]


@given(
    release=st.floats(-30, 60),
    due=st.none() | st.floats(0.01, 80),
    defer=st.none() | st.floats(0, 60),
    hours=st.floats(0.05, 60),
    priority=st.sampled_from(list(Priority)),
    deferrable=st.booleans(),
)
def test_every_start_in_a_window_keeps_every_promise(
    release: float, due: float | None, defer: float | None, hours: float, priority: Priority, deferrable: bool
) -> None:
    one = job(
        release=hour(release),
        deadline=None if due is None else hour(release + due),
        max_defer_hours=defer,
        hours=hours,
        priority=priority,
        deferrable=deferrable,
    )
    found = queue(one)
    earliest, latest = int(found.earliest[0]), int(found.latest[0])
    assert earliest >= HERE
    assert hour((earliest - HERE) / 2) >= one.release or earliest == HERE
    if latest < earliest:
        return
    first, last = hour((earliest - HERE) / 2), hour((latest - HERE) / 2)
    assert latest + found.slots[0] <= END
    assert last == first or one.may_wait
    if one.deadline is not None and not found.critical[0]:
        assert last + timedelta(hours=hours) <= one.deadline + timedelta(milliseconds=1)
    elif one.deadline is None and last > first:
        limit = LONGEST_DEFERRAL_H[priority] if defer is None else defer
        assert last <= one.release + timedelta(hours=limit) + timedelta(milliseconds=1)
    assert np.ceil(found.length[0] - 1e-6) == found.slots[0]
