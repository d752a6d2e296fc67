"""Whatever the jobs, the grid, the policy and the visits: what was promised holds as time goes on."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridflex.agents.commitments import NOT_YET
from gridflex.domain.controls import Aim, Controls
from gridflex.domain.jobs import Job, Priority
from gridflex.planning.policies import POLICIES
from gridflex.services.headline import totals
from gridflex.services.job_table import job_table
from gridflex.services.sla import sla
from tests.bench import NOW, START, bench, hour, job


@st.composite
def jobs(draw: st.DrawFn, name: int) -> Job:
    release = draw(st.floats(-2, 20))
    hours = draw(st.floats(0.1, 12))
    return job(
        f"j{name}",
        kwh=draw(st.floats(1, 500)),
        hours=hours,
        priority=draw(st.sampled_from(list(Priority))),
        release=hour(release),
        deadline=draw(st.none() | st.floats(0.5, 60).map(lambda more: hour(release + more))),
        max_defer_hours=draw(st.none() | st.floats(0, 30)),
        interruptible=draw(st.booleans()),
    )


queues = st.integers(1, 6).flatmap(lambda count: st.tuples(*(jobs(name) for name in range(count))))
grids = st.lists(st.integers(0, 400), min_size=7, max_size=30)
rules = st.builds(
    Controls,
    policy=st.sampled_from(list(POLICIES)),
    threshold=st.sampled_from([0.0, 100.0, 150.0, 400.0]),
    aim=st.sampled_from(list(Aim)),
    minimum_gain_percent=st.sampled_from([0.0, 3.0]),
)
visits = st.lists(st.tuples(st.sampled_from([0.5, 0.5, 1, 2, 7, 26, 60]), rules), min_size=1, max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queue=queues, grid=grids, first=rules, later=visits)
def test_what_was_promised_holds(
    queue: tuple[Job, ...], grid: list[int], first: Controls, later: list[tuple[float, Controls]]
) -> None:
    with bench(lambda moment: float(grid[int((moment - START).total_seconds() // 1800) % len(grid)])) as here:
        now, own = NOW, here.own(*queue, controls=first)
        for hours, controls in later:
            before, now = own.before, now + timedelta(hours=hours)
            own = here.desk.adopt(here.desk.catch_up(own, now), controls, now, "a visit")
            decided = here.decisions(own, now)
            begun = before.begun(int(now.timestamp()) // 1800)

            assert np.array_equal(own.before.baseline, before.baseline)
            assert np.array_equal(own.before.start[begun], before.start[begun])
            assert np.array_equal(own.before.action[begun], before.action[begun])
            assert {row: before.pauses[row] for row in before.pauses if begun[row]}.items() <= own.before.pauses.items()
            placed = own.before.start != NOT_YET
            assert (own.before.start[placed] >= own.before.baseline[placed]).all()
            kept = sla(decided)
            assert kept.delay_hours == 0
            assert kept.in_time == kept.possible - int((~placed & (sla_possible(queue, own.before.baseline))).sum())

            sums, table = totals(decided), job_table(decided)
            assert np.isclose(table["saved_kg"].sum() * 1000, sums.saved_g, atol=1e-6)
            assert sums.waiting + sums.now + sums.later + sums.done + sums.unplaced == sums.jobs
            assert np.isfinite([sums.saved_g, sums.baseline_g, sums.saved_gbp, sums.baseline_gbp]).all()
            assert (decided.plan.power_kw() >= -1e-6).all()
            assert own.to_state() == here.desk.open(own.token, now).to_state()
        assert here.trail.verify(own.id).count == here.trail.count(own.id)


def sla_possible(queue: tuple[Job, ...], baseline: np.ndarray) -> np.ndarray:
    """Which jobs could be done by their deadline from their baseline on."""
    return np.array(
        [
            one.deadline is None
            or int(one.deadline.timestamp() // 1800) - max(int(np.ceil(one.duration_hours * 2 - 1e-9)), 1) >= start
            for one, start in zip(queue, baseline, strict=True)
        ]
    )
