from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridflex.beckn.candidates import Run, Transfer, Workload, cheapest, consider
from gridflex.beckn.comparison import compared
from gridflex.beckn.placement import placement_of
from gridflex.beckn.windows import Window
from gridflex.domain.decisions import Action

NOW = datetime(2026, 1, 8, 12, 7, tzinfo=UTC)


def window(**changes: Any) -> Window:
    given: dict[str, Any] = {
        "item_id": "i",
        "offer_id": "o",
        "name": "Cambridge night",
        "offer_name": "offer",
        "provider_id": "p",
        "provider_name": "P",
        "bpp_id": None,
        "bpp_uri": None,
        "grid_area": "Cambridge",
        "grid_zone": "UK-EAST-1",
        "locality": "Cambridge",
        "region": 10,
        "start": datetime(2026, 1, 9, 1, tzinfo=UTC),
        "end": datetime(2026, 1, 9, 7, tzinfo=UTC),
        "intensity": 120.0,
        "renewable_percent": 80.0,
        "price": 0.102,
        "capacity_mw": 5.0,
        "price_stability": "stable",
        "reservation_required": False,
    }
    return Window(**given | changes)


def workload(**changes: Any) -> Workload:
    given: dict[str, Any] = {
        "workload_id": "w",
        "energy_kwh": 4000.0,
        "duration_hours": 4.0,
        "release": NOW,
        "deadline": NOW + timedelta(hours=24),
        "region": 10,
    }
    return Workload(**given | changes)


def test_load_is_energy_over_duration_times_pue():
    job = workload(pue=1.2)
    assert job.load_mw == pytest.approx(1.2)
    assert job.energy_mwh == pytest.approx(4.8)


def test_a_window_at_home_by_hand():
    candidate = consider(window(), workload(pue=1.2), NOW)
    assert candidate.fits
    assert not candidate.moves
    assert (candidate.start, candidate.end) == (window().start, window().start + timedelta(hours=4))
    assert candidate.cost_gbp == pytest.approx(489.6)
    assert candidate.carbon_kg == pytest.approx(576)


@pytest.mark.parametrize(
    ("changes", "job", "reason"),
    [
        ({"intensity": 150.0}, {}, ""),
        ({"intensity": 151.0}, {}, "151 g/kWh is above the threshold of 150"),
        ({"renewable_percent": 60.0}, {"minimum_renewables": 60.0}, ""),
        ({"renewable_percent": 59.0}, {"minimum_renewables": 60.0}, "59 % renewable is below the 60 % asked for"),
        ({"capacity_mw": 1.0}, {}, ""),
        ({"capacity_mw": 0.9}, {}, "0.9 MW free, 1 MW needed"),
        ({"region": 13}, {}, "job cannot move"),
        ({"region": None}, {}, "job cannot move"),
        ({"region": 13}, {"region": 0}, ""),
        ({}, {"regions": (13, 5)}, "not in London, Yorkshire"),
        ({}, {"regions": (10,)}, ""),
        ({}, {"deadline": datetime(2026, 1, 9, 5, tzinfo=UTC)}, ""),
        (
            {},
            {"deadline": datetime(2026, 1, 9, 4, 59, tzinfo=UTC)},
            "would end Fri 9 Jan 05:00, after the deadline of Fri 9 Jan 04:59",
        ),
        ({"end": datetime(2026, 1, 9, 4, tzinfo=UTC)}, {}, "3.0 h left in it, 4 h needed"),
        ({"start": NOW - timedelta(hours=5), "end": NOW}, {}, "it is over"),
        (
            {"start": NOW - timedelta(hours=2), "end": NOW + timedelta(hours=3)},
            {},
            "2.6 h left in it, 4 h needed",
        ),
        ({"end": datetime(2026, 1, 9, 5, 30, tzinfo=UTC)}, {"release": datetime(2026, 1, 9, 1, 10, tzinfo=UTC)}, ""),
        (
            {"end": datetime(2026, 1, 9, 5, tzinfo=UTC)},
            {"release": datetime(2026, 1, 9, 1, 10, tzinfo=UTC)},
            "3.5 h left in it, 4 h needed",
        ),
    ],
)
def test_why_a_window_is_passed_over(changes, job, reason):
    assert consider(window(**changes), workload(**job), NOW).passed_over == reason


def test_elsewhere_costs_the_transfer_in_time_energy_and_money():
    moving = workload(transfer=Transfer(hours=2, energy_kwh=100))
    candidate = consider(window(region=13, start=NOW, end=NOW + timedelta(hours=9)), moving, NOW)
    assert candidate.fits
    assert candidate.moves
    assert candidate.start == datetime(2026, 1, 8, 14, 30, tzinfo=UTC)
    assert candidate.cost_gbp == pytest.approx(4100 * 0.102)
    assert candidate.carbon_kg == pytest.approx(4.1 * 120)
    placed = placement_of(candidate, moving, "order-1")
    assert placed.action is Action.SHIFT_REGION
    assert (placed.transfer_hours, placed.transfer_kwh) == (2, 100)
    assert placed.transfer_gbp == pytest.approx(10.2)


def test_at_home_a_window_defers_or_runs_at_once():
    later = consider(window(), workload(), NOW)
    assert placement_of(later, workload(), "o").action is Action.DEFER
    released = workload(release=window().start)
    assert placement_of(consider(window(), released, NOW), released, "o").action is Action.EXECUTE_NOW


def candidates(*changes: dict[str, Any], **job: Any):
    return [consider(window(**change), workload(**job), NOW) for change in changes]


def test_the_objective_weighs_price_and_carbon():
    cheap = {"item_id": "cheap", "price": 0.10, "intensity": 150.0}
    clean = {"item_id": "clean", "price": 0.11, "intensity": 40.0}
    found = candidates(cheap, clean)
    assert cheapest(carbon_price=0)(found, workload()).key == "cheap/o"
    # 4 MWh: £40 dearer, 440 kg cleaner: even at £90.91/t
    assert cheapest(carbon_price=90)(found, workload()).key == "cheap/o"
    assert cheapest(carbon_price=92)(found, workload()).key == "clean/o"


def test_waiting_can_be_given_a_price():
    soon = {"item_id": "soon", "start": NOW, "end": NOW + timedelta(hours=8), "price": 0.11}
    late = {"item_id": "late", "price": 0.10}
    found = candidates(soon, late)
    assert cheapest()(found, workload()).key == "late/o"
    assert cheapest(delay_cost=10.0)(found, workload()).key == "soon/o"


def test_ties_are_said_and_go_to_the_earliest():
    found = candidates({"item_id": "b"}, {"item_id": "a", "name": "Other"}, {"item_id": "c", "price": 0.2})
    choice = cheapest()(found, workload())
    assert (choice.key, choice.ties) == ("a/o", ("b/o",))
    assert "as good: Cambridge night, taken by earliest start" in choice.reason


def test_the_comparison_names_both_alternatives():
    job = workload(
        run_now=Run(start=NOW, cost_gbp=500.0, carbon_kg=700.0),
        best_run=Run(start=NOW, cost_gbp=400.0, carbon_kg=450.0),
    )
    sentence = compared(consider(window(), job, NOW), job)
    assert sentence == (
        "220 kg less and £92.00 less than running now; "
        "30.0 kg more and £8.00 more than the best start on the site's own tariff"
    )
    assert compared(consider(window(), workload(), NOW), workload()) == ""
    alike = workload(
        run_now=Run(start=NOW, cost_gbp=408.0, carbon_kg=450.0),
        best_run=Run(start=NOW, cost_gbp=408.0, carbon_kg=480.0),
    )
    assert compared(consider(window(), alike, NOW), alike) == (
        "30.0 kg more than running now, at the same cost; "
        "the same carbon and cost as the best start on the site's own tariff"
    )
