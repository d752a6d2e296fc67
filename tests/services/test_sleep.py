"""Waking up: missed half-hours followed the stored plan, are settled and marked; nothing that was not seen is used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from gridflex.agents.grid import GridAgent
from gridflex.agents.orchestrator import Orchestrator
from gridflex.domain.controls import Aim, Controls
from gridflex.domain.jobs import JobStatus
from gridflex.services.desk import Desk
from gridflex.services.job_table import statuses
from gridflex.services.settlement import settled_totals
from gridflex.services.workspace import Workspace
from gridflex.store.database import Database
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces
from tests.bench import NOW, START, Bench, Feed, PriceSheet, Sample, Shelf, flat, hour, job, stepped

FIRST = int(START.timestamp()) // 1800
BEST = Controls(policy="best-window", aim=Aim.CARBON, minimum_gain_percent=0)


def starts(own: Workspace) -> list[int]:
    """Stored starts, in half-hours from START."""
    return (own.before.start - FIRST).tolist()


def queue(here: Bench) -> Workspace:
    """One that runs at once, one from 21:00, one from 23:00, one from 03:00 on."""
    here.feed.value = stepped((4, 200), (5, 100), (6, 200), (7, 90), (10, 200), (11, 80), then=200)
    return here.own(
        job("now", priority="critical"),
        job("nine", max_defer_hours=4),
        job("eleven", max_defer_hours=6),
        job("three", max_defer_hours=12),
        controls=BEST,
    )


def test_jobs_whose_time_came_began_as_the_stored_plan_has_them(here: Bench) -> None:
    own = queue(here)
    assert starts(own) == [0, 8, 12, 20]
    here.feed.value = stepped((6, 300), (8, 10), (14, 200), (15, 5), then=200)  # what nobody saw while asleep
    awake = NOW + timedelta(hours=8)
    back = here.desk.open(own.token, awake)
    assert starts(back) == [0, 8, 12, 20]  # the last one may still move; its window does not reach 07:00
    words = statuses(here.decisions(back, awake))
    assert words == [JobStatus.COMPLETED] * 3 + [JobStatus.DEFERRED]


def test_sleep_is_a_row_before_the_plan_of_the_awakening(here: Bench) -> None:
    own = queue(here)
    before = len(here.rows(own))
    back = here.desk.open(own.token, NOW + timedelta(hours=8))
    slept, *settled, plan = here.rows(back)[before:]
    assert (slept.kind, slept.data) == (
        "plan",
        {
            "cause": "asleep Thu 8 Jan 17:30–Fri 9 Jan 01:00, plan kept",
            "from": hour(0.5).isoformat(),
            "to": hour(8).isoformat(),
            "missed_half_hours": 15,
            "runs_begun": 2,
        },
    )
    assert [(row.kind, row.subject) for row in settled] == [("settled", name) for name in ("now", "nine", "eleven")]
    assert (plan.kind, plan.data["cause"]) == ("plan", "a new half-hour")
    assert settled_totals(back).settled == 3
    assert here.trail.verify(own.id).count == before + 5


def test_each_half_hour_awake_is_no_sleep(here: Bench) -> None:
    own = queue(here)
    for half_hours in range(1, 4):
        own = here.desk.catch_up(own, NOW + timedelta(hours=half_hours / 2))
    assert not [row for row in here.rows(own, "plan") if "asleep" in row.data["cause"]]


def test_what_still_waits_is_decided_on_what_is_known_at_waking(here: Bench) -> None:
    own = queue(here)
    here.feed.value = stepped((9, 200), (9.5, 10), (10, 12), (10.5, 80), then=200)
    back = here.desk.open(own.token, NOW + timedelta(hours=8))
    assert starts(back) == [0, 8, 12, 18]


def test_a_job_that_found_no_place_before_is_not_started_in_its_sleep(here: Bench) -> None:
    own = here.own(job("far", release=hour(2), hours=47), controls=BEST)
    back = here.desk.open(own.token, NOW + timedelta(hours=5))
    assert starts(back) == [10]


def test_two_instances_that_wake_together_write_one_sleep(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    databases = [Database(address), Database(address)]
    desks = [
        Desk(Workspaces(each), GridAgent(Feed(flat(200)), Shelf(), Sample(), PriceSheet()), Orchestrator())
        for each in databases
    ]
    own = desks[0].open(None, NOW)
    held = desks[1].open(own.token, NOW)
    awake = NOW + timedelta(hours=8)
    first, second = desks[0].catch_up(own, awake), desks[1].catch_up(held, awake)
    assert (first.version, first.to_state()) == (second.version, second.to_state())
    rows = Trail(databases[1]).rows(own.id, limit=1000)
    assert len([row for row in rows if row.kind == "plan" and "asleep" in (row.data or {})["cause"]]) == 1
    assert len({row.subject for row in rows if row.kind == "settled"}) == len([r for r in rows if r.kind == "settled"])
    for each in databases:
        each.dispose()
