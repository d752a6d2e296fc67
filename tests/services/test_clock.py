"""The machine's clock set forward, back, and over both changes of the UK clock: each half-hour is decided once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.services.rolling import asleep_words
from gridflex.services.workspace import Workspace
from tests.bench import NOW, START, Bench, bench, flat, hour, job, stepped

FIRST = int(START.timestamp()) // 1800
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)


def replans(here: Bench, own: Workspace) -> Counter[datetime]:
    """How often each half-hour was planned by itself."""
    rows = [row for row in here.rows(own, "plan") if row.data["cause"] == "a new half-hour"]
    return Counter(floor_half_hour(row.moment) for row in rows)


def sleeps(here: Bench, own: Workspace) -> list[str]:
    causes = [row.data["cause"] for row in here.rows(own, "plan")]
    return [cause for cause in causes if cause.startswith("asleep")]


def test_a_clock_set_back_keeps_the_plan_in_force_and_decides_nothing_again(here: Bench) -> None:
    own = here.desk.catch_up(here.own(job()), NOW + timedelta(hours=2))
    planned, count = own.before.start.tolist(), here.trail.count(own.id)
    here.feed.value = stepped((1, 1), then=300)  # what a plan made anew would run for at once
    for half_hours in range(4):
        at = NOW + half_hours * HALF_HOUR
        assert here.desk.catch_up(own, at) is own
        assert here.desk.open(own.token, at).before.start.tolist() == planned
        shown = here.decisions(own, at)
        assert shown.start_epoch().tolist() == planned, "the plan in force is shown, not another"
    assert here.trail.count(own.id) == count
    later = here.desk.catch_up(own, NOW + timedelta(hours=2.5))
    assert later.version == own.version + 1
    assert set(replans(here, later).values()) == {1}
    assert here.trail.verify(own.id).count == here.trail.count(own.id)


def test_a_person_may_plan_anew_after_the_clock_was_set_back(here: Bench) -> None:
    own = here.desk.catch_up(here.own(job()), NOW + timedelta(hours=2))
    back = NOW + timedelta(hours=0.5)
    again = here.desk.adopt(own, own.controls, back, "asked for")
    assert again.planned_at == back
    assert here.desk.catch_up(again, back + HALF_HOUR).version == again.version + 1


def test_a_clock_that_springs_to_and_fro_decides_no_half_hour_twice(here: Bench) -> None:
    own = here.own(job(), job("b", max_defer_hours=12))
    for hours in (1, 0, 3, 1, 2, 3, 3.5, -5, 3, 8, 4, 8, 8.5):
        own = here.desk.open(own.token, NOW + timedelta(hours=hours))
    assert [count for _, count in sorted(replans(here, own).items())] == [1] * 5  # 1, 3, 3.5, 8, 8.5
    assert sleeps(here, own) == [
        "asleep 17:30–18:00, plan kept",
        "asleep 18:30–20:00, plan kept",
        "asleep Thu 8 Jan 21:00–Fri 9 Jan 01:00, plan kept",
    ]


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_each_half_hour_over_a_change_of_the_uk_clock_is_planned_once(change: datetime) -> None:
    first = change - timedelta(hours=2)
    with bench(flat(200)) as here:
        late = job("late", release=first, deadline=change + timedelta(hours=5))
        own = here.own(late, job("now", release=first, priority="critical"), now=first)
        for minutes in range(0, 300, 10):
            own = here.desk.catch_up(own, first + timedelta(minutes=minutes))
        assert replans(here, own) == Counter(first + n * HALF_HOUR for n in range(1, 10))
        assert sleeps(here, own) == []
        assert own.before.settled.tolist()[1], "the critical run is over and settled"


@pytest.mark.parametrize(
    ("first", "awake", "said"),
    [
        (SPRING - HALF_HOUR, SPRING + HALF_HOUR, "asleep 00:30 GMT–02:30 BST, plan kept"),
        (AUTUMN - HALF_HOUR, AUTUMN, "asleep 01:30 BST–01:00 GMT, plan kept"),
        (AUTUMN - timedelta(hours=9), AUTUMN, "asleep Sat 24 Oct 17:00 BST–Sun 25 Oct 01:00 GMT, plan kept"),
        (AUTUMN, AUTUMN + HALF_HOUR, "asleep 01:00–01:30, plan kept"),
    ],
)
def test_sleep_over_a_change_names_both_clocks(first: datetime, awake: datetime, said: str) -> None:
    assert asleep_words(first, awake) == said


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_a_run_over_the_change_takes_as_many_half_hours_as_any_other(change: datetime) -> None:
    first = change - timedelta(hours=1)
    with bench(stepped((0, 0), then=150)) as here:
        own = here.own(job("over", kwh=40, hours=2, release=first, priority="critical"), now=first)
        found = here.decisions(own, first)
        assert found.plan.carbon_g.tolist() == pytest.approx([40 * 150])
        assert found.plan.power_kw()[found.plan.horizon.now_index :][:5].tolist() == pytest.approx([20, 20, 20, 20, 0])
        assert hour(0) == START
