"""Limits that bind the jobs together, and what is left alone by them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridflex.agents.explain import explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from tests.bench import NOW, RULE, Bench, bench, decide, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
VIEW = view_of(CARBON)


def capped(cap_kw: float, *jobs: object, **given: object) -> Decisions:
    controls = Controls.model_validate({"policy": "threshold-best-window", "aim": "carbon", "cap_kw": cap_kw} | given)
    return decide(list(jobs), VIEW, controls)  # type: ignore[arg-type]


def test_the_site_s_cap_is_kept_in_every_half_hour() -> None:
    jobs = [job(f"j{i}", hours=2, kwh=20) for i in range(4)]
    free, held = capped(1000, *jobs), capped(20, *jobs)
    assert free.plan.power_kw().max() == 40
    assert held.plan.power_kw().max() == 20
    assert held.plan.placed.all()
    assert held.solution is not None
    assert held.certificate is held.solution.certificate
    by_site = decide(jobs, VIEW, Controls(aim="carbon"), Site(cap_kw=20))  # type: ignore[arg-type]
    assert by_site.plan.power_kw().max() == 20


def test_a_job_without_room_says_so() -> None:
    decided = capped(10, job("c", priority="critical", hours=3, kwh=30), job("w", deadline=hour(2)))
    found = explain(decided, [0, 1])
    assert (found[0].start, found[1].start) == (hour(0), None)
    assert (found[1].action, found[1].rationale) == (Action.UNPLACED, Rationale.NO_ROOM)
    assert found[1].sentence == "Not placed: no start in its window has room under the site's cap."


def test_without_a_limit_the_certificate_is_the_plan_s_own() -> None:
    decided = decide([job("a"), job("c", priority="critical")], VIEW, Controls(policy="best-window", aim="carbon"))
    assert decided.solution is None
    assert decided.certificate.gap_percent == pytest.approx(0)
    assert decided.certificate.share_of_possible_percent == pytest.approx(100)


def pausing(here: Bench) -> Decisions:
    """A job long over, and one whose pauses lie ahead."""
    own = here.own(job("old", priority="critical"))
    here.feed.value = stepped((60, 300), (60.5, 50), (62, 300), (62.5, 50), then=300)
    now = NOW + timedelta(hours=59)
    new = frame_from_jobs([job("new", release=hour(59), interruptible=True)])
    ruled = here.desk.adopt(own, RULE.model_copy(update={"policy": "interruptible"}), now, "c")
    own = here.desk.take_jobs(ruled, new, now, cause="c", add=True)
    return here.decisions(own, now)


def test_runs_before_the_horizon_are_no_policy_s_business() -> None:
    with bench(CARBON) as here:
        decided = pausing(here)
        old, new = explain(decided, [0, 1])
        assert (old.start, old.parts, old.action) == (hour(0), 1, Action.EXECUTE_NOW)
        assert (new.start, new.end, new.parts) == (hour(60), hour(62.5), 2)
        assert decided.plan.parts is not None
        assert decided.certificate.gap_percent == pytest.approx(0)
