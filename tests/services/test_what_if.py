"""One imagined job beside the slider."""

from __future__ import annotations

import pytest

from gridflex.planning.objective import Objective
from gridflex.planning.policies.base import Rules
from gridflex.services.what_if import what_if
from tests.bench import PriceSheet, flat, hour, stepped, view_of

VIEW = view_of(stepped((9.5, 182), (14.5, 105), then=150), PriceSheet(stepped((9.5, 0.16), then=0.14)))
RULES = Rules(Objective())


def test_a_job_of_five_hours_that_may_wait_a_day() -> None:
    found = what_if(150, VIEW, "threshold-best-window", RULES)
    assert (found.energy_kwh, found.power_kw, found.waits, found.start) == (150, 30, True, hour(9.5))
    assert found.saved_g == pytest.approx(150 * (182 - 105))
    assert found.saved_share == pytest.approx(77 / 182)
    assert found.saved_gbp == pytest.approx(150 * 0.02)
    assert found.sentence == "this job: wait to Fri 02:30 · saves 11.6 kg (42 %) and £3.00"


@pytest.mark.parametrize("energy", [5, 150, 500])
def test_savings_grow_with_the_energy(energy: float) -> None:
    found = what_if(energy, VIEW, "threshold-best-window", RULES)
    assert found.saved_g / energy == pytest.approx(77)
    assert found.power_kw == pytest.approx(energy / 5)


def test_pue_makes_it_draw_more() -> None:
    found = what_if(150, VIEW, "threshold-best-window", RULES, pue=1.2)
    assert (found.energy_kwh, found.power_kw) == (150, pytest.approx(36))
    assert found.saved_g == pytest.approx(1.2 * 150 * 77)


def test_at_or_below_the_threshold_it_runs_now() -> None:
    found = what_if(150, VIEW, "threshold-best-window", Rules(Objective(), threshold=182))
    assert (found.waits, found.start, found.saved_g, found.saved_share) == (False, hour(0), 0, 0)
    assert found.sentence == "this job: run now"
    assert what_if(150, view_of(flat(0)), "best-window", RULES).saved_share == 0


def test_a_clean_window_later_than_a_day_is_out_of_reach() -> None:
    late = view_of(stepped((24.5, 182), (40, 50), then=150))
    found = what_if(150, late, "threshold-best-window", RULES)
    assert found.start == hour(24)
