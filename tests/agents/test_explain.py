"""Sentences of runs that have begun claim nothing about the grid of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gridflex.agents.explain import explain
from tests.bench import NOW, Bench, bench, hour, job, stepped


@pytest.fixture
def here() -> Iterator[Bench]:
    with bench(stepped((2, 200), (4, 140), (6, 100), then=180)) as found:
        yield found


def said(here: Bench, hours: float) -> list[str]:
    """The sentences of a queue decided at 17:05 and looked at again at each half-hour since."""
    own = here.own(
        job("w"), job("c", priority="critical", hours=3), job("n", deferrable=False), job("b", max_defer_hours=0)
    )
    for half_hours in range(1, round(2 * hours) + 1):
        own = here.desk.catch_up(own, NOW + timedelta(hours=half_hours / 2))
    decided = here.decisions(own, NOW + timedelta(hours=hours))
    return [found.sentence for found in explain(decided, range(4))]


def test_before_it_begins_a_job_waits_for_a_reason() -> None:
    with bench(stepped((2, 200), (4, 140), (6, 100), then=180)) as here:
        waits, *_ = said(here, 1)
        assert waits == (
            "Waits until 19:00: 200 g/kWh is above the threshold of 150. "
            "Its run averages 140 g/kWh instead of 201. Saves 610 g (30 %) and £0.00; chance of being worse under 1 %."
        )


def test_in_its_first_half_hour_it_has_waited_and_runs(here: Bench) -> None:
    waited, *_ = said(here, 2)
    assert waited == (
        "Waited until 19:00 and runs now. Its run averages 140 g/kWh instead of 201. "
        "Saves 610 g (30 %) and £0.00; chance of being worse under 1 %."
    )


def test_once_begun_it_is_told_in_the_past(here: Bench) -> None:
    waited, critical, fixed, at_once = said(here, 2.5)
    assert waited.startswith("Waited until 19:00. Its run averages 140 g/kWh instead of 201.")
    assert critical == "Critical: began at 17:00, whatever the grid does (181 g/kWh over the run)."
    assert fixed == "May not wait: began at 17:00, whatever the grid does (201 g/kWh over the run)."
    assert at_once == "Began at 17:00 without waiting (201 g/kWh over the run)."


def test_days_later_the_weekday_is_told(here: Bench) -> None:
    assert said(here, 0)[3].startswith("Runs now although 200 g/kWh is above the threshold: no later window gains 3 %")
    own = here.desk.catch_up(here.own(job("w")), NOW + timedelta(hours=3))
    later = NOW + timedelta(days=3)
    found = explain(here.decisions(here.desk.open(own.token, later), later), [0])[0]
    assert found.sentence.startswith("Waited until Thu 19:00. Its run averages ")
    assert (found.start, found.end, found.saved_g) == (hour(2), hour(3), pytest.approx(2010 - 1410))
