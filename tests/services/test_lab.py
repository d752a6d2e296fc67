"""The analyst's lab: policies side by side, the frontier, power, and how the plan hangs on the forecast."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
import pytest

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Controls, Site
from gridflex.planning.policies import POLICIES
from gridflex.services.curves import threshold_curves
from gridflex.services.lab import CAPPED_PARETO_PLANS, comparison, trade_off, trade_off_table
from gridflex.services.power_view import alternatives, power_view
from gridflex.services.proof_lines import certificate_line, proof_lines
from gridflex.services.sensitivity import case_table, job_starts, sensitivity
from gridflex.services.work_view import cap_in_force
from gridflex.ui.charts.pareto import pareto_figure
from gridflex.ui.palette import LIGHT
from gridflex.ui.stepwise import Found, Stepwise
from tests.bench import PriceSheet, decide, flat, job, stepped, view_of

CLEAN_LATER = stepped((2, 300), (4, 100), then=200)
"""gCO2/kWh: 300 for two hours, 100 for two, 200 after."""
DEAR_LATER = PriceSheet(stepped((2, 0.10), (4, 0.30), then=0.20))
VIEW = view_of(CLEAN_LATER, DEAR_LATER)
FREE = Controls(policy="best-window", mode="off", minimum_gain_percent=0)  # type: ignore[arg-type]


def plan(count: int = 2, controls: Controls = FREE, site: Site | None = None, view: GridView = VIEW) -> Decisions:
    """So many jobs of 10 kWh in an hour, free for a day."""
    return decide([job(f"j{i}") for i in range(count)], view, controls, site)


def found(steps: Generator[None, None, Found]) -> Found:
    """What a computation in steps returns."""
    return Stepwise(lambda: steps).finish()


def test_each_policy_is_worth_what_it_does() -> None:
    rows = {row.name: row for row in found(comparison(plan()))}
    assert list(rows) == list(POLICIES)
    assert rows["run-at-once"].saved_percent == 0
    best = rows["best-window"]
    assert best.saved_percent == pytest.approx(100 * 200 / 300)
    assert best.share_of_possible_percent == pytest.approx(100)
    assert best.cost_gbp == pytest.approx(2 * 10 * 0.30)
    assert (best.mean_delay_h, best.peak_kw, best.dirtier, best.unplaced) == (2, 20, 0, 0)


def test_policies_of_one_place_share_a_name_and_names_step_up_to_the_right() -> None:
    rows = found(comparison(plan()))
    drawn = pareto_figure(found(trade_off(plan())), rows, (2.0, 6.0), LIGHT).to_plotly_json()
    names = drawn["layout"]["annotations"]
    assert sum(len(name["text"].split("<br>")) for name in names) == len(POLICIES)
    assert len({(name["x"], name["y"]) for name in names}) == len(names)
    right = [name for name in names if name["showarrow"]]
    assert right
    assert all(name["xanchor"] == "right" for name in right), "a name never leaves the chart"
    rises = [name["ay"] for name in right]
    assert rises == sorted(set(rises))


def test_a_certificate_says_what_was_taken_or_that_there_is_nothing_to_take() -> None:
    waits, flat_grid = view_of(CLEAN_LATER), view_of(flat(200))
    best = Controls(policy="best-window")
    assert certificate_line(decide([job()], waits, best)).startswith("100 % of the carbon saving possible")
    assert certificate_line(decide([job()], flat_grid, best)).startswith("No carbon saving is possible under this")
    for aim, measure in (("carbon", ""), ("cost", " in energy cost"), ("money", " in money")):
        told = certificate_line(decide([job()], waits, Controls(policy="best-window", aim=aim)))
        assert told.endswith(f"; the best plan{measure} is at most 0.00 % better.")
    fixed = certificate_line(decide([job(deferrable=False)], waits, best))
    assert fixed.startswith("No start is left to choose"), "nothing was taken of a saving that was out of reach"
    lines = list(proof_lines(decide([job()], flat_grid, best)))
    assert lines[1].startswith("All jobs start without waiting; all done in 1 h; peak 10.0 kW")


def test_not_all_jobs_start_without_waiting_where_one_has_no_place() -> None:
    capped = Controls(policy="best-window", cap_kw=10)
    *_, named, waits = proof_lines(decide([job(), job("b", kwh=1e6)], view_of(flat(200)), capped))
    assert named.startswith("Not placed: b (")
    assert waits.startswith("Nearly all jobs start without waiting")


def test_the_frontier_runs_from_cheapest_to_cleanest_and_keeps_the_sites_cap() -> None:
    cheap, clean = (lambda points: (points[0], points[-1]))(found(trade_off(plan())))
    assert (cheap.cost_gbp, cheap.carbon_g) == pytest.approx((2.0, 6000))
    assert (clean.cost_gbp, clean.carbon_g) == pytest.approx((6.0, 2000))
    five = found(trade_off(plan(5, site=Site(cap_kw=20))))
    assert max(point.plan.power_kw().max() for point in five) <= 20
    # Two clean hours hold four of the five runs; the fifth takes 200 g.
    assert five[-1].carbon_g == pytest.approx(4 * 1000 + 2000)
    table = trade_off_table(five)
    assert table["carbon_kg"].iloc[-1] == pytest.approx(6.0)


def test_the_lab_works_in_steps_of_one_plan() -> None:
    assert sum(1 for _ in comparison(plan())) == len(POLICIES)
    assert sum(1 for _ in sensitivity(plan())) == 3
    assert sum(1 for _ in trade_off(plan(5, site=Site(cap_kw=20)))) <= CAPPED_PARETO_PLANS + 1


def test_the_herds_peak_is_told_beside_the_plans() -> None:
    decided = plan(5, site=Site(cap_kw=20))
    view = power_view(decided, *alternatives(decided.plan.queue, decided.plan.horizon))
    assert (view.plan.max(), view.herd.max(), view.at_once.max()) == (20, 50, 50)
    assert "30.0 kW of the herd's peak avoided" in view.sentence


def test_a_band_of_error_moves_the_starts_that_hang_on_it() -> None:
    """An hour at 140 now against 100 in two hours: a band of 50 g on the later one turns the choice."""
    sd = np.where(np.arange(len(VIEW.horizon)) >= VIEW.horizon.now_index + 4, 50.0, 0.0)
    calm = view_of(stepped((2, 140), (4, 100), then=200))
    decided = plan(view=replace(calm, horizon=replace(calm.horizon, sd=sd)))
    cases = found(sensitivity(decided))
    assert [case.other_starts for case in cases] == [0, 0, 2]
    assert [case.waiting for case in cases] == [2, 2, 0]
    # As planned at 100 ± 50 g against 140 g at once, 20 kWh in all.
    assert [case.saved_kg for case in cases] == pytest.approx([20 * 0.090, 20 * 0.040, 20 * -0.010])
    assert list(case_table(cases)["jobs that would wait"]) == [2, 2, 0]
    starts = job_starts(decided, cases)
    assert (starts["planned start"] - starts["start, one band higher"]).dt.total_seconds().tolist() == [7200, 7200]


def test_jobs_that_hang_on_the_forecast_stand_first_and_two_hundred_in_all() -> None:
    decided = plan(250)
    decided.plan.queue.power_kw[7] *= 9
    cases = found(sensitivity(decided))
    moved = cases[2].start.copy()
    moved[100] += 1
    starts = job_starts(decided, [*cases[:2], replace(cases[2], start=moved)])
    assert len(starts) == 200
    assert list(starts.index[:2]) == [100, 7]


def test_a_limit_in_gpus_holds_and_what_stood_idle_is_told() -> None:
    jobs = [job(f"j{i}", gpus=8) for i in range(3)] + [job("wide", gpus=12)]
    decided = decide(jobs, VIEW, FREE, Site(cap_gpus=16))
    used = np.zeros(len(VIEW.horizon))
    for start, gpus in zip(decided.plan.start, decided.plan.queue.gpus, strict=True):
        used[start : start + 2] += gpus
    assert used.max() <= 16
    said = list(proof_lines(decided))
    assert any("Running all at once would draw 36 GPUs, above the cap of 16 GPUs." in line for line in said)
    assert any("GPU-hours stood idle" in line for line in said)
    assert not any("GPU" in line for line in proof_lines(plan()))


def test_room_kept_for_arrivals_is_told() -> None:
    from gridflex.agents.commitments import Commitments
    from gridflex.agents.orchestrator import Orchestrator

    before, agent, site = Commitments.none(1), Orchestrator(), Site(cap_kw=25)
    frame = plan(1).frame
    queue = agent.prepare(frame, VIEW, VIEW.now, site, before)
    room = np.where(np.arange(len(VIEW.horizon)) == VIEW.horizon.now_index + 4, 20.0, 0.0)
    decided = agent.decide(frame, queue, VIEW, FREE, before, site, room)
    assert decided.plan.start[0] == VIEW.horizon.now_index + 5, "the first clean half-hour is kept for arrivals"
    assert any("Up to 20.0 kW stay free under it for arrivals" in line for line in proof_lines(decided))


def test_a_carbon_cap_in_kilograms_is_the_same_as_its_mean() -> None:
    by_mean = plan(controls=FREE.model_copy(update={"aim": "cost", "carbon_cap": 150.0}))
    by_total = plan(controls=FREE.model_copy(update={"aim": "cost", "carbon_cap_kg": 3.0}))
    assert by_mean.plan.carbon_g.sum() == pytest.approx(by_total.plan.carbon_g.sum())
    assert by_mean.plan.carbon_g.sum() <= 3000
    assert cap_in_force(by_total) == pytest.approx(150)
    assert cap_in_force(plan()) is None


def test_a_job_without_room_does_not_bend_the_curves() -> None:
    """Under a cap of 10 kW one of three jobs due in an hour has no place; the curves know no cap."""
    soon = [job(f"j{i}", deadline=VIEW.horizon.at(VIEW.horizon.now_index + 4)) for i in range(3)]
    decided = decide(soon, VIEW, Controls(policy="threshold-best-window"), Site(cap_kw=10))
    assert (~decided.plan.placed).sum() == 1
    curves = threshold_curves(decided)
    assert curves.carbon_percent[400] == pytest.approx(0)
