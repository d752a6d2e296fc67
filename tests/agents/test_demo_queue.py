from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gridflex.agents.demo_jobs import DEMO_PREFIX, KWH_PER_INFERENCE, WORK_NOTE
from gridflex.agents.demo_queue import SITE_JOBS, arrival_history, arrival_rates, fifteen_jobs, site_day
from gridflex.agents.intake import validate_edited
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.job_frame import job_from_row

NOW = datetime(2026, 1, 8, 17, 12, tzinfo=UTC)
START = datetime(2026, 1, 8, 17, tzinfo=UTC)

STATED = {
    "LLM training": ((100, 500), (4, 24)),
    "image training": ((50, 200), (2, 12)),
    "batch inference": ((10, 50), (0.5, 4)),
    "real-time inference": ((1, 10), (0.1, 0.5)),
    "data processing": ((20, 100), (1, 6)),
    "fine-tuning": ((50, 150), (2, 8)),
}
STATED_DEFERRAL_H = {"high": (1, 4), "medium": (4, 12), "low": (12, 24)}


@pytest.mark.parametrize("queue", [fifteen_jobs, site_day])
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**40))
def test_jobs_lie_in_the_stated_ranges(queue, seed: int) -> None:  # type: ignore[no-untyped-def]
    frame = queue(seed, NOW)
    for kind, ((least, most), (shortest, longest)) in STATED.items():
        jobs = frame[frame["kind"] == kind]
        assert len(jobs)
        assert jobs["energy_kwh"].between(least, most).all()
        assert jobs["duration_hours"].between(shortest, longest).all()
    for priority, (least, most) in STATED_DEFERRAL_H.items():
        waits = frame.loc[frame["priority"] == priority, "max_defer_hours"].dropna()
        assert waits.between(least, most).all()
        assert (waits * 2 % 1 == 0).all()
    critical = frame["priority"] == "critical"
    assert (critical == ~frame["deferrable"]).all()
    assert critical[frame["kind"] == "real-time inference"].all()
    assert not frame.loc[critical, "interruptible"].any()
    assert frame["job_id"].str.startswith(DEMO_PREFIX).all()
    assert validate_edited(frame, NOW).problems == ()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**40))
def test_fifteen_jobs_are_a_small_sites_evening(seed: int) -> None:
    frame = fifteen_jobs(seed, NOW)
    assert len(frame) == 15
    assert (frame["priority"] == "critical").sum() in (3, 4)
    later = frame["release"] - START
    assert (later == timedelta(0)).sum() >= 11
    assert later.between(timedelta(0), timedelta(hours=6)).all()
    assert ((later / HALF_HOUR) % 1 == 0).all()


def test_a_seed_gives_the_same_queue_at_any_now() -> None:
    later = NOW + timedelta(days=90, hours=5)
    for queue in (fifteen_jobs, site_day):
        assert_frame_equal(queue(5, NOW), queue(5, NOW))
        assert not queue(5, NOW)["energy_kwh"].equals(queue(6, NOW)["energy_kwh"])
    now, then = fifteen_jobs(5, NOW), fifteen_jobs(5, later)
    moved = timedelta(days=90, hours=5)
    assert_frame_equal(now.assign(release=now["release"] + moved, deadline=now["deadline"] + moved), then)


def test_deadlines_leave_the_room_of_the_priority() -> None:
    frame = site_day(1, NOW)
    due = frame[frame["deadline"].notna()]
    assert 100 < len(due) < 250
    assert due["max_defer_hours"].isna().all()
    hours = (due["deadline"] - due["release"]).dt.total_seconds() / 3600 - due["duration_hours"]
    for priority, (least, most) in STATED_DEFERRAL_H.items():
        assert hours[due["priority"] == priority].between(least, most + 0.5).all()


def test_only_inference_carries_work_and_it_is_the_assumed_rate() -> None:
    frame = site_day(1, NOW)
    infers = frame["kind"].str.endswith("inference")
    assert (frame["work_units"].notna() == infers).all()
    rate = frame.loc[infers, "energy_kwh"] / frame.loc[infers, "work_units"]
    assert rate.to_numpy() == pytest.approx(KWH_PER_INFERENCE, rel=1e-3)
    assert WORK_NOTE == "Work is assumed: 0.3 Wh an inference."


def test_a_sites_day_is_a_thousand_different_jobs_over_a_day() -> None:
    frame = site_day(1, NOW)
    assert len(frame) == SITE_JOBS
    assert frame["release"].is_monotonic_increasing
    assert frame["release"].between(START, START + timedelta(days=1), inclusive="left").all()
    assert len(frame[["energy_kwh", "duration_hours"]].drop_duplicates()) > 900
    by_hour = frame.groupby(frame["release"].dt.hour).size()
    assert by_hour.loc[14:17].mean() > 2 * by_hour.loc[1:4].mean()


def test_the_past_stays_the_same_when_now_moves_on() -> None:
    before, after = arrival_history(3, NOW), arrival_history(3, NOW + timedelta(minutes=90))
    assert before.starts[3:] == after.starts[:-3]
    np.testing.assert_allclose(before.kw[3:], after.kw[:-3], atol=1e-9)
    assert (len(before.starts), before.starts[-1]) == (28 * 48, START - HALF_HOUR)
    assert before.label == "demo, seed 3"


def test_the_past_has_the_power_of_its_arrivals_and_the_weeks_shape() -> None:
    week = np.arange(336)
    assert arrival_rates(week).mean() == pytest.approx(1)
    history = arrival_history(3, NOW, jobs_a_day=SITE_JOBS)
    mean_kwh = site_day(3, NOW)["energy_kwh"].mean()
    assert history.kw.mean() == pytest.approx(SITE_JOBS * mean_kwh / 24, rel=0.1)
    hours = np.array([start.hour for start in history.starts])
    weekend = np.array([start.weekday() >= 5 for start in history.starts])
    assert history.kw[(hours == 17) & ~weekend].mean() > 1.5 * history.kw[(hours == 5) & ~weekend].mean()
    assert history.kw[~weekend].mean() > 1.3 * history.kw[weekend].mean()


def test_jobs_can_be_read_one_by_one() -> None:
    frame = fifteen_jobs(0, NOW)
    assert [job_from_row(frame.loc[i]).job_id for i in frame.index] == frame["job_id"].tolist()
