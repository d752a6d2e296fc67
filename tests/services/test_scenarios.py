"""Named scenarios: kept under a name, and two of them on the same queue."""

from __future__ import annotations

import pytest

from gridflex.domain.controls import Controls
from gridflex.errors import InputError
from gridflex.services.scenarios import MOST_SCENARIOS, figures, scenario, side_by_side
from gridflex.services.workspace import from_state
from tests.bench import NOW, RULE, Bench, job

AT_ONCE = Controls(policy="run-at-once")


def test_a_scenario_is_kept_with_the_workspace_and_moves_nothing(here: Bench) -> None:
    own = here.own(job())
    kept = here.desk.scenarios.keep(own, "  night   shift ", AT_ONCE, NOW)
    assert kept.scenarios == {"night shift": AT_ONCE}
    assert (kept.controls, kept.before.start.tolist()) == (own.controls, own.before.start.tolist())
    assert from_state("", own.id, 1, kept.to_state()).scenarios == kept.scenarios
    assert scenario(here.desk.open(own.token, NOW), "night shift") == AT_ONCE
    row = here.rows(own)[-1]
    assert (row.kind, row.subject, row.data["action"]) == ("scenario", "night shift", "kept")
    other = here.desk.scenarios.keep(kept, "night shift", RULE, NOW)
    assert other.scenarios == {"night shift": RULE}
    gone = here.desk.scenarios.remove(other, "night shift", NOW)
    assert gone.scenarios == {}
    assert here.trail.verify(own.id)


def test_what_cannot_be_kept_is_said(here: Bench) -> None:
    own = here.own(job())
    with pytest.raises(InputError, match="needs a name"):
        here.desk.scenarios.keep(own, " ", RULE, NOW)
    for taken in ("in force", " on  this page "):  # a table would show it in the place of the controls called so
        with pytest.raises(InputError, match="cannot be called"):
            here.desk.scenarios.keep(own, taken, RULE, NOW)
    with pytest.raises(InputError, match="is not a policy"):
        here.desk.scenarios.keep(own, "x", Controls(policy="none such"), NOW)
    with pytest.raises(InputError, match="no scenario 'ghost'"):
        here.desk.scenarios.remove(own, "ghost", NOW)
    for number in range(MOST_SCENARIOS):
        own = here.desk.scenarios.keep(own, f"s{number}", RULE, NOW)
    with pytest.raises(InputError, match="at most 20 scenarios"):
        here.desk.scenarios.keep(own, "one more", RULE, NOW)
    here.desk.scenarios.keep(own, "s0", AT_ONCE, NOW)


def test_two_of_them_by_hand(here: Bench) -> None:
    own = here.own(job("a"), job("b", kwh=20), job("c", priority="critical"))
    view = here.view(own, NOW)
    at_once, rule = (figures(here.desk.decide(own, view, controls)) for controls in (AT_ONCE, RULE))
    # 10 + 20 + 10 kWh at 200 g; the rule moves a and b to 140 g at 19:00, two hours later, 30 kW together
    assert (at_once.carbon_saved_kg, at_once.carbon_kg, at_once.peak_kw) == (0, pytest.approx(8), pytest.approx(40))
    assert (at_once.mean_delay_h, at_once.jobs_deferred, at_once.cost_gbp) == (0, 0, pytest.approx(4))
    assert rule.carbon_saved_kg == pytest.approx(30 * 60 / 1e3, abs=0.05)  # the first half-hour is known as 201 g
    assert (rule.mean_delay_h, rule.jobs_deferred, rule.peak_kw) == (2, 2, pytest.approx(30))
    rows = {row.measure: row for row in side_by_side(at_once, rule)}
    assert (rows["mean delay"].left, rows["mean delay"].right, rows["mean delay"].difference) == (
        "0.0 h",
        "2.0 h",
        "+2.0 h",
    )
    assert rows["peak"].difference == "−10.0 kW"
    assert rows["jobs deferred"].difference == "+2"
    assert rows["cost saved"].difference == "£0.00", "one price for all: no sign on nothing"


def test_one_beside_itself_differs_in_nothing(here: Bench) -> None:
    own = here.own(job("a"))
    same = figures(here.desk.decide(own, here.view(own, NOW), RULE))
    assert {row.difference[0] for row in side_by_side(same, same)} <= {"0", "£"}
