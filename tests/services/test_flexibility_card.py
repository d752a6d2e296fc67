"""The card of firm power: jobs that run and can pause, in whole EFA blocks, worth nothing under 1 MW."""

from __future__ import annotations

from gridflex.services.flexibility_card import flexibility_card
from gridflex.services.overview import Card
from tests.bench import NOW, Bench, hour, job


def shown(here: Bench, *jobs: object) -> Card:
    own = here.own(*jobs)  # type: ignore[arg-type]
    found = flexibility_card(here.decisions(own, NOW), own)
    assert found is not None
    return found


def test_power_that_can_pause_is_firm_in_the_block_it_fills(here: Bench) -> None:
    # 19 h from Thu 17:00 UTC fill block 6 (19 to 23) and three more; 50 kW of it may pause until its deadline.
    pausing = job("p", kwh=950, hours=19, deadline=hour(24), interruptible=True)
    found = shown(here, pausing, job("c", kwh=190, hours=19, priority="critical"))
    assert found.value == "0.050 MW firm Thu 19–23 h"
    assert found.caption == "£0: under 1 MW, the smallest bid"


def test_a_megawatt_is_left_to_revenue(here: Bench) -> None:
    found = shown(here, job("p", kwh=19_000, hours=19, deadline=hour(24), interruptible=True))
    assert (found.value, found.caption) == ("1.000 MW firm Thu 19–23 h", "what it could earn stands on Revenue")


def test_a_run_that_cannot_pause_or_has_no_time_left_is_not_firm(here: Bench) -> None:
    whole = job("w", kwh=950, hours=19, deadline=hour(24))
    tight = job("t", kwh=950, hours=19, deadline=hour(19), interruptible=True)
    assert shown(here, whole, tight).value == "0 MW firm"
