"""A figure is the same everywhere, and sums equal their rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from gridflex.agents.explain import explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls, Site
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.planning.rationale import RATIONALES
from gridflex.services.curves import threshold_curves
from gridflex.services.headline import totals, worth_sentence
from gridflex.services.hero import hero
from gridflex.services.job_table import job_table
from gridflex.services.overrides import Override
from gridflex.services.overview import overview
from gridflex.services.possible import possible_g
from gridflex.services.timeline import timeline
from gridflex.services.workspace import QueueKind, Workspace
from tests.bench import NOW, RULE, Bench, hour, job

LATER = NOW + timedelta(hours=3)
CASES = ["fresh demo", "demo after three hours", "a site's day", "own jobs with PUE and overrides"]


def queue(here: Bench, case: str) -> tuple[Workspace, datetime]:
    opened = here.desk.open(None, NOW)
    if case == CASES[0]:
        return opened, NOW
    if case == CASES[1]:
        return here.desk.open(opened.token, LATER), LATER
    if case == CASES[2]:
        return here.desk.restart(opened, QueueKind.DAY, NOW), NOW
    site = here.desk.change_site(opened, Site(pue=1.3), RULE, NOW)
    jobs = [job("a"), job("b", kwh=33, hours=1.7), job("c", hours=60), job("d", priority="critical"), job("e")]
    own = here.desk.take_jobs(site, frame_from_jobs(jobs), NOW, cause="given")
    own = here.desk.override(own, Override("e", Action.CANCEL, "not needed"), NOW)
    return here.desk.override(own, Override("a", Action.DEFER, "later", hour(1)), NOW), NOW


@pytest.fixture(params=CASES)
def kept(here: Bench, request: pytest.FixtureRequest) -> tuple[Bench, Workspace, datetime, Decisions]:
    own, now = queue(here, request.param)
    return here, own, now, here.decisions(own, now)


Kept = tuple[Bench, Workspace, datetime, Decisions]


def test_headline_table_sentences_and_trail_say_the_same(kept: Kept) -> None:
    here, own, _, decided = kept
    sums, table, rows = totals(decided), job_table(decided), explain(decided, range(len(decided)))
    plan = here.rows(own, "plan")[-1].data
    assert table["saved_kg"].sum() * 1000 == pytest.approx(sums.saved_g)
    assert table["saved_gbp"].sum() == pytest.approx(sums.saved_gbp)
    assert sum(found.saved_g for found in rows) == pytest.approx(sums.saved_g)
    assert sum(found.saved_gbp for found in rows) == pytest.approx(sums.saved_gbp)
    assert (plan["saved_g"], plan["baseline_g"], plan["saved_gbp"]) == pytest.approx(
        (sums.saved_g, sums.baseline_g, sums.saved_gbp)
    )
    assert plan["jobs"] == sums.jobs == len(table)
    newest = here.rows(own, "plan")[-1].at
    in_trail = {row.subject: row for row in here.rows(own, "decision")}
    assert in_trail.keys() >= {found.job_id for found in rows}
    for found in rows:  # a row written by an earlier plan keeps what was known then
        if in_trail[found.job_id].at == newest:
            assert in_trail[found.job_id].data["saved_g"] == pytest.approx(found.saved_g)


def test_each_row_is_its_run_against_its_baseline(kept: Kept) -> None:
    *_, decided = kept
    table = job_table(decided)
    placed = table["start_utc"].notna()
    gain = (table["at_once_g_per_kwh"] - table["planned_g_per_kwh"]) * table["energy_kwh"] / 1000
    assert gain[placed].to_numpy() == pytest.approx(table["saved_kg"][placed].to_numpy())
    assert table.loc[~placed, ["at_once_g_per_kwh", "planned_g_per_kwh"]].isna().all(axis=None)
    assert (table.loc[~placed, "saved_kg"] == 0).all()
    for found, (_, row) in zip(explain(decided, range(len(decided))), table.iterrows(), strict=True):
        assert (row["job"], row["energy_kwh"], row["power_kw"]) == (found.job_id, found.energy_kwh, found.power_kw)
        assert found.saved_g == pytest.approx((found.baseline_intensity - found.intensity) * found.energy_kwh)
        assert found.start == (None if pd.isna(row["start_utc"]) else row["start_utc"].to_pydatetime())


def test_saved_over_baseline_is_the_printed_per_cent(kept: Kept) -> None:
    *_, decided = kept
    sums = totals(decided)
    assert sums.saved_share == sums.saved_g / sums.baseline_g
    assert f"({fmt.percent(abs(sums.saved_share))})" in worth_sentence(sums, None)
    assert fmt.carbon(abs(sums.saved_g)) in worth_sentence(sums, None)
    assert ("adds" in worth_sentence(sums, None)) == (sums.saved_g < 0)


def test_every_job_is_counted_once(kept: Kept) -> None:
    *_, decided = kept
    sums = totals(decided)
    assert sums.waiting + sums.now + sums.later + sums.done + sums.unplaced + sums.cancelled == sums.jobs


def test_the_curves_meet_the_headline_at_the_threshold_in_force(kept: Kept) -> None:
    *_, decided = kept
    found, sums = threshold_curves(decided), totals(decided)
    assert found.threshold[found.row] == decided.threshold == 150
    assert found.carbon_percent[found.row] == pytest.approx(100 * sums.saved_share)
    assert found.cost_percent[found.row] == pytest.approx(100 * sums.saved_gbp / sums.baseline_gbp)
    assert found.deferred[found.row] == sums.waiting
    assert found.sweep.carbon_g[found.row] == pytest.approx(sums.baseline_g - sums.saved_g)
    assert found.sweep.baseline_g == sums.baseline_g


def test_the_overview_speaks_of_the_same_plan(kept: Kept) -> None:
    _, own, now, decided = kept
    possible = possible_g(decided.plan.queue, decided.plan.horizon, own.before)
    found = overview(decided, possible, now)
    assert found.sums == totals(decided)
    given = decided.rationale == RATIONALES.index(Rationale.OPERATOR)
    fixed = f", with {given.sum()} jobs fixed by a person or an order" if given.any() else ""
    under = f"this forecast{fixed}"
    assert found.worth == worth_sentence(found.sums, max(found.sums.saved_g / possible, 0) or None, under)
    assert found.sums.saved_g <= possible * (1 + 1e-9)


def test_power_is_the_same_on_both_charts_and_is_the_energy_of_the_jobs(here: Bench) -> None:
    own = here.own(job("a"), job("b", kwh=33, hours=2.5), job("c", priority="critical", hours=4, kwh=80))
    decided = here.decisions(own, NOW)
    on_hero, on_timeline = hero(decided.view, decided.plan, decided.threshold), timeline(decided)
    energy = float(decided.plan.queue.energy_kwh.sum())
    for drawn in (on_hero, on_timeline):
        assert drawn.power.sum() / 2 == pytest.approx(energy)
        assert drawn.power_at_once.sum() / 2 == pytest.approx(energy)
    both = len(on_timeline.power)
    assert np.array_equal(on_hero.power[-both:], on_timeline.power)
    assert on_hero.power_top >= on_hero.power.max()


def test_a_part_filled_half_hour_draws_full_power_and_pays_its_fraction(here: Bench) -> None:
    own = here.own(job(kwh=12, hours=1.2, priority="critical"))
    decided = here.decisions(own, NOW)
    assert timeline(decided).power[12:16].tolist() == [10, 10, 10, 0]
    assert decided.plan.carbon_g[0] == pytest.approx(12 * 200)


def test_pue_is_in_every_figure(here: Bench) -> None:
    site = here.desk.change_site(here.own(job()), Site(pue=1.5), RULE, NOW)
    own = here.desk.take_jobs(site, frame_from_jobs([job(kwh=10)]), NOW, cause="given")
    decided = here.decisions(own, NOW)
    assert job_table(decided)["energy_kwh"].tolist() == [15]
    assert here.rows(own, "decision")[-1].data["energy_kwh"] == 15
    assert totals(decided).baseline_g == 3000
    assert hero(decided.view, decided.plan, 150).power.sum() / 2 == 15


def test_the_rule_may_be_relative_and_the_row_of_the_curves_is_then_the_next_whole_gram(here: Bench) -> None:
    own = here.own(job(), controls=Controls(policy="threshold", threshold=139.5))
    found = threshold_curves(here.decisions(own, NOW))
    assert found.threshold[found.row] == 140
