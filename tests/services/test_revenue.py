"""The revenue scenario: the site behind it, its history, services, event and rate card."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gridflex.agents.commitments import Commitments
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.controls import Site
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.errors import InputError
from gridflex.markets.baseline import Metered
from gridflex.markets.eligibility import Capability
from gridflex.markets.events import CalledEvent
from gridflex.markets.rate_card import RateCard
from gridflex.planning.objective import Objective
from gridflex.services import revenue_event, revenue_services
from gridflex.services.headline import totals
from gridflex.services.markets import published_view
from gridflex.services.revenue_event import EventTerms, scenario_prices, suggested
from gridflex.services.revenue_history import metered_from_csv, metered_table
from gridflex.services.revenue_rate_card import IMAGINED, rate_card_of
from gridflex.services.revenue_services import CHOSEN, INELIGIBLE, OPEN, services_table, stacking
from gridflex.services.revenue_site import Scenario, blocks_ahead, factor_of, peak_mw, site_plan, without
from gridflex.services.revenue_view import Revenue, avoided_table, bill_rows, revenue, site_label
from gridflex.services.what_if import what_if
from gridflex.ui.charts.revenue import event_figure, stacking_figure
from gridflex.ui.palette import LIGHT
from tests.bench import START, PriceSheet, decide, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
SHEET = PriceSheet(stepped((4, 0.30), then=0.10))
POOLED = Capability(aggregated=True)


def decided() -> Decisions:
    """Two jobs that may pause and one that may not: 30 kW in all."""
    jobs = [
        job("a", 120, 12, interruptible=True, max_defer_hours=24),
        job("b", 120, 12, interruptible=True, max_defer_hours=24),
        job("c", 10, 1, priority="critical"),
    ]
    return decide(jobs, view_of(CARBON, SHEET))


def history(kw: float = 60.0) -> Metered:
    return Metered(START - timedelta(days=14), np.full(14 * 48, kw / 2 / 1000))


def worked(
    scenario: Scenario | None = None, terms: EventTerms | None = None, past: Metered | None = None
) -> tuple[Decisions, Revenue]:
    here, scenario = decided(), scenario or Scenario()
    plan = site_plan(here, _none(here), Site(), factor_of(here, scenario))
    event = suggested(plan, here.plan.horizon, here.rules.objective)
    return here, revenue(here, plan, scenario, past or history(), event, terms or EventTerms(), published_view(START))


def _none(here: Decisions) -> Commitments:
    return Commitments.none(len(here))


def test_a_scenario_scales_every_job_to_its_size() -> None:
    here = decided()
    scenario = Scenario(5.0)
    plan = site_plan(here, _none(here), Site(), factor_of(here, scenario))
    assert plan.power_kw()[96:].max() == pytest.approx(5000, rel=1e-6)
    assert plan.power_kw().min() == 0
    assert "5 MW" in site_label(scenario, peak_mw(here))
    assert "queue as it is" in site_label(Scenario(), peak_mw(here))
    with pytest.raises(InputError):
        Scenario(2001)
    with pytest.raises(InputError):
        Scenario(-1)


def test_a_job_that_has_begun_may_still_pause_unless_a_person_pinned_it() -> None:
    begun = epoch_half_hour(START) - 2
    before = replace(Commitments.none(1), start=np.array([begun]), baseline=np.array([begun]))
    here = decide([job(kwh=40, hours=4, interruptible=True)], view_of(CARBON), before=before)
    assert here.plan.queue.fixed.all()
    assert not site_plan(here, before, Site()).queue.fixed.any()
    pinned = replace(before, pinned=np.array([True]))
    assert site_plan(here, pinned, Site()).queue.fixed.all()


def test_the_avoided_cost_is_the_plans_saving_and_the_sum_of_its_rows() -> None:
    here, found = worked(Scenario(10))
    assert found.avoided.total_gbp == pytest.approx(totals(here).saved_gbp)
    assert avoided_table(found.avoided)["avoided_gbp"].sum() == pytest.approx(found.avoided.total_gbp)


def test_a_small_site_alone_earns_nothing_and_every_cell_says_why() -> None:
    _, found = worked()
    assert not found.services.chosen
    table = services_table(found.services)
    assert (table["why_not"] != "").all()
    assert table["gbp_typical"].sum() == 0
    assert revenue_services.formula(found.services) == ""
    assert found.given_up is None


def test_the_services_sum_is_its_rows_and_its_formula_has_the_numbers() -> None:
    here, found = worked(Scenario(40, POOLED))
    held = found.services
    assert held.chosen
    table = services_table(held)
    for column, gbp in (("gbp_p5", held.low_gbp), ("gbp_typical", held.typical_gbp), ("gbp_p95", held.high_gbp)):
        assert table[column].sum() == pytest.approx(gbp)
    first = held.chosen[0]
    assert f"{first.product.code} {first.chosen_mw:g} MW × {first.block.hours:g} h" in revenue_services.formula(held)
    assert found.given_up is not None
    assert found.given_up.frozen.any()
    view = stacking(held, found.blocks)
    states = [square.state for square in view.squares]
    assert set(states) <= {CHOSEN, OPEN, INELIGIBLE}
    assert sum(state == CHOSEN for state in states) >= len(held.chosen)
    slow = next(square for square in view.squares if view.rows[square.row] == "DCL")
    assert slow.state == INELIGIBLE
    assert any("battery or UPS" in line for line in slow.hover)
    assert blocks_ahead(here.plan.horizon) == found.blocks
    assert len(stacking_figure(view, LIGHT).data) == 3


def test_without_leaves_no_block_that_shares_a_half_hour() -> None:
    blocks = blocks_ahead(decided().plan.horizon)
    rows = slice(blocks[1].first + 1, blocks[1].first + 2)
    assert without(blocks, rows) == (blocks[0], *blocks[2:])


def test_the_event_pays_for_the_departure_from_routine_alone() -> None:
    _, found = worked(terms=EventTerms(share=0.5, fees_gbp=1, system_premium=10))
    case = found.case
    assert case is not None
    statement = case.statement
    volumes = statement.volumes
    deviation = volumes.baseline_mwh - volumes.metered_mwh
    gross = (volumes.sold_mwh * volumes.sold_gbp_per_mwh).sum()
    gross += ((deviation - volumes.sold_mwh) * (volumes.sold_gbp_per_mwh + 10)).sum()
    assert statement.to_site_gbp == pytest.approx(0.5 * gross - 1)
    assert case.net.net_gbp == pytest.approx(
        case.net.bill_change_gbp + statement.to_site_gbp + case.net.availability_gbp
    )
    assert "50% ×" in revenue_event.formula(statement)
    rows = bill_rows(found.plan.power_kw(), case)
    assert rows["bill_change_gbp"].sum() == pytest.approx(case.net.bill_change_gbp)
    assert ((rows["routine_kwh"] - rows["event_kwh"]) * rows["retail_gbp_per_kwh"]).sum() == pytest.approx(
        case.net.bill_change_gbp
    )
    assert any("Your habit is in the baseline" in sentence for sentence in statement.sentences)
    assert [trace.name for trace in event_figure(statement, LIGHT).data] == ["deviation", "baseline", "metered"]


def test_a_loss_is_the_traders_where_no_flexibility_is_paid() -> None:
    """A site that draws more than its baseline pays imbalance; no requirement takes that away."""
    _, found = worked(past=history(0.0), terms=EventTerms(system_premium=500))
    assert found.case is not None
    assert found.case.statement.counted.all()
    assert found.case.statement.to_site_gbp < 0


def test_a_supposed_requirement_pays_where_it_is_dearer() -> None:
    _, found = worked(Scenario(20), EventTerms(flexibility_gbp_per_mwh=1000), history(20_000))
    assert found.case is not None
    assert found.case.flexibility.total_gbp > 0
    assert found.case.statement.to_site_gbp == 0


def test_no_history_or_a_short_one_is_said_and_earns_nothing() -> None:
    here = decided()
    plan = site_plan(here, _none(here), Site())
    event = CalledEvent(hour(2), hour(3), 0.01)
    cases = ((None, event, "metered"), (Metered(START, np.empty(0)), event, "5 days"), (history(), None, "end after"))
    for past, called, said in cases:
        found = revenue(here, plan, Scenario(), past, called, EventTerms(), published_view(START))
        assert found.case is None
        assert said in found.problem


def test_prices_of_an_event_ahead_do_not_depend_on_what_comes_later() -> None:
    event = CalledEvent(hour(3), hour(5), 1.0)
    known = published_view(START).wholesale
    prices = scenario_prices(event, START, EventTerms(system_premium=25), known)
    assert np.allclose(prices.system_gbp_per_mwh - prices.sold_gbp_per_mwh, 25)
    assert "no settlement run yet" in prices.run
    later = replace(known, gbp_per_kwh=np.append(known.gbp_per_kwh, np.full(96, 9.0)))
    assert scenario_prices(event, START, EventTerms(), later).sold_gbp_per_mwh.tolist() == pytest.approx(
        prices.sold_gbp_per_mwh.tolist()
    )
    empty = replace(known, gbp_per_kwh=np.full(5, np.nan))
    with pytest.raises(InputError, match="no price"):
        scenario_prices(event, START, EventTerms(), empty)


def test_a_queue_that_cannot_answer_gets_the_smallest_call() -> None:
    here = decide([job(priority="critical")], view_of(CARBON))
    plan = site_plan(here, _none(here), Site())
    found = suggested(plan, here.plan.horizon, Objective())
    assert (found.mw, found.count) == (0.001, 1)


def test_readings_come_back_as_they_went_out() -> None:
    past = Metered(START - timedelta(hours=2), np.array([0.5, np.nan, 0.25, 0.125]))
    table = metered_table(past)
    lines = [f"{at},{mwh}" for at, mwh in zip(*table.values(), strict=True) if mwh == mwh]
    found = metered_from_csv("\n".join(["from_utc,mwh", *lines]).encode(), START)
    assert found.start == past.start
    assert found.mwh.tolist() == pytest.approx(past.mwh.tolist(), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a,b\n1,2", "columns"),
        (b"from_utc,mwh\n2026-01-01T00:10Z,1", "half-hour"),
        (b"from_utc,mwh\n2026-01-01T00:00Z,much", "no energy"),
        (b"from_utc,mwh\n2026-01-01T00:00Z,-1", "cannot be"),
        (b"from_utc,mwh\n2026-01-01T00:00Z,nan", "cannot be"),
        (b"from_utc,mwh\n2030-01-01T00:00Z,1", "before now"),
        (b"from_utc,mwh\n2020-01-01T00:00Z,1\n2026-01-01T00:00Z,1", "400 days"),
        (b"from_utc,mwh\n2026-01-01 00:00,1", "no time with its zone"),
        (b"from_utc,mwh\n2026-01-01T00:00Z,1\n2026-01-01T00:00+00:00,2", "Row 2: .* twice"),
        (b"from_utc,mwh\n2026-01-01T00:00Z", "no energy"),
        (b"from_utc,mwh\n" + b"x" * 200_000 + b",1", "no CSV"),
        (b"from_utc,mwh\n" + b"x" * 90_000 + b",1", "Row 1: 'x{80}…'"),
        (gzip.compress(b"0" * 26_000_000), "unpacks to more than 25 MB"),
        (b"\xff\xfe", "empty"),
    ],
)
def test_a_file_that_is_no_history_is_refused_with_a_sentence(text: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        metered_from_csv(text, START)


def test_the_rate_card_counts_the_deferred_jobs_and_the_imagined_one() -> None:
    here = decided()
    imagined = what_if(150, here.view, here.plan.policy, here.rules)
    found = rate_card_of(here, imagined, RateCard())
    assert (found.job_id[-1] == IMAGINED) == imagined.waits
    assert found.gbp_per_hour == pytest.approx(found.energy_kwh.sum() / 1000 * found.rate)
