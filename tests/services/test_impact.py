"""A visitor's backtest: what is asked, run in the background, and what it shows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from gridflex.agents.forecast_error import ForecastErrors, error_by_lead
from gridflex.backtest.accounting import report_csv
from gridflex.backtest.first_gridflex import RULES
from gridflex.backtest.report_page import report_page
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.study import AT_ONCE, BEST_WINDOW, DOCUMENTED
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.halfhours import half_hours
from gridflex.domain.market_data import PriceSeries
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.errors import InputError
from gridflex.services.impact_claims import claim_inputs, claim_table, claim_text, claims_of
from gridflex.services.impact_errors import error_sentence, error_table, errors_of
from gridflex.services.impact_price import PriceChoice
from gridflex.services.impact_record import Record
from gridflex.services.impact_runs import Backtests, Running, workers_for
from gridflex.services.impact_study import Asked, Prepared, prepared, stream
from gridflex.services.impact_trace import trace_of
from gridflex.services.impact_view import (
    band_text,
    book_of,
    day_table,
    half_hour_table,
    impact,
    job_table,
    revenue_table,
    settlement_sentence,
)
from gridflex.services.markets import PUBLISHED
from gridflex.sources.elexon import MARKET_INDEX
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from gridflex.store.market import MarketStore
from gridflex.ui.charts import impact as charts
from gridflex.ui.palette import LIGHT
from tests.bench import decide, job, stepped, view_of

NOW = datetime(2026, 4, 9, 12, tzinfo=UTC)
ASKED = Asked(date(2026, 3, 25), date(2026, 4, 3), GB, 10, (DOCUMENTED, BEST_WINDOW), 7)


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    database = Database("sqlite://")
    yield Record(Archive(database), MarketStore(database), lambda region: None)
    database.dispose()


def made(record: Record, asked: Asked = ASKED, controls: Controls | None = None) -> Prepared:
    return prepared(asked, record, controls or Controls(), Site(pue=1.2), DEFAULT_TARIFF, NOW)


@pytest.fixture(scope="module")
def result(record: Record) -> Result:
    found = run(made(record).study, ASKED.contenders).result
    assert found is not None
    return found


def finish(running: Running) -> None:
    until = time.monotonic() + 60
    while not running.over:
        assert time.monotonic() < until, "the backtest does not end"
        time.sleep(0.01)


def test_a_period_over_a_clock_change_has_its_half_hours(record: Record) -> None:
    found = made(record)
    assert len(found.study) == 10 * 48 - 2
    assert found.made_of.provenance is Provenance.SAMPLE
    frame = stream(7, found.study.start, len(found.study), 10)
    assert len(frame) == (10 * 48 - 2) * 10 // 48
    relative = made(record, controls=Controls(mode=ThresholdMode.RELATIVE, cleanest_percent=20))
    assert relative.study.cleanest_percent == 20


def test_what_cannot_be_backtested_is_refused(record: Record) -> None:
    first, last = ASKED.first, ASKED.last
    refused = [(first, first, 10, (BEST_WINDOW,)), (first, last, 0, (BEST_WINDOW,)), (first, last, 10, ())]
    for begin, end, jobs, who in refused:
        with pytest.raises(InputError):
            Asked(begin, end, GB, jobs, who, 1)
    with pytest.raises(InputError, match="that are over"):
        made(record, Asked(date(2026, 4, 1), date(2026, 4, 9), GB, 10, (BEST_WINDOW,), 1))


def test_a_run_in_the_background_is_the_run_itself(record: Record, result: Result) -> None:
    backtests = Backtests()
    try:
        running = backtests.start("me", lambda: made(record), ASKED.contenders)
        finish(running)
        assert running.progress.share == 1
        assert running.result is not None
        assert running.result.of(BEST_WINDOW).saved_g.sum() == pytest.approx(result.of(BEST_WINDOW).saved_g.sum())
        assert backtests.of("me") is running
        assert backtests.of("you") is None
    finally:
        backtests.close()


def test_a_stopped_run_ends_and_a_refused_one_says_why(record: Record) -> None:
    backtests = Backtests()
    try:
        asked = Asked(date(2026, 1, 1), date(2026, 3, 31), GB, 100, (BEST_WINDOW,), 1)
        first = backtests.start("me", lambda: made(record, asked), asked.contenders)
        again = backtests.start("me", lambda: made(record, asked), asked.contenders)
        again.stopped.set()
        late = backtests.start("you", _refuse, asked.contenders)
        for running in (first, again, late):
            finish(running)
        assert first.result is None
        assert again.result is None
        assert late.problem == "no such thing"
    finally:
        backtests.close()


def _refuse() -> Prepared:
    raise InputError("no such thing")


def test_sums_equal_rows(result: Result) -> None:
    found = impact(result, BEST_WINDOW, (), PUBLISHED)
    days, jobs = day_table(found), job_table(found)
    rows = half_hour_table(found)
    assert rows["ran_kwh"].sum() == pytest.approx(result.study.jobs.energy_kwh.sum())
    assert (rows["ran_kwh"] * rows["gco2_per_kwh"]).sum() / 1000 == pytest.approx(jobs["ran_kg"].sum())
    assert (jobs["at_once_kg"] - jobs["ran_kg"]).sum() == pytest.approx(found.month.carbon_kg.value)
    assert not jobs["late"].any()
    assert (jobs["least_possible_kg"] <= jobs["at_once_kg"] + 1e-9).all()
    assert jobs["at_once_from_utc"].str.endswith("Z").all()
    assert days["saved_kg"].sum() == pytest.approx(found.month.carbon_kg.value)
    assert jobs["settled_kg"].sum() == pytest.approx(found.month.carbon_kg.value)
    assert days["saved_gbp"].sum() == pytest.approx(found.month.cost_gbp.value)
    assert jobs["settled_gbp"].sum() == pytest.approx(found.month.cost_gbp.value)
    assert found.cumulative_kg[BEST_WINDOW.label][-1] == pytest.approx(found.month.carbon_kg.value)
    assert AT_ONCE.label not in found.cumulative_kg
    assert found.bound_kg[-1] == pytest.approx(result.possible_unbroken_g / 1000)
    assert found.by_hour.sum() == pytest.approx(found.kwh.sum())
    assert found.kwh.sum() == pytest.approx(found.kwh_at_once.sum())
    assert "Forecast error accounts for" in settlement_sentence(found)


def test_the_accounts_are_of_the_energy_shown(result: Result) -> None:
    found = impact(result, BEST_WINDOW, (), PUBLISHED)
    book = book_of(found, 1.2, 0.1)
    assert book.metered_kwh.sum() == pytest.approx(found.kwh.sum())
    assert book.market_kg < book.location_kg
    report = report_csv(book, date(2026, 4, 9), "sample")
    assert report.count("\n") == 7 + 1 + len(result.study)


def test_every_chart_holds_what_it_names(result: Result) -> None:
    found = impact(result, BEST_WINDOW, (), PUBLISHED)
    names = [trace.name for trace in charts.cumulative_figure(found, LIGHT).data]
    assert names == [DOCUMENTED.label, BEST_WINDOW.label, "possible (perfect foresight)"]
    assert np.sum(charts.hours_figure(found, LIGHT).data[0].z) == pytest.approx(found.month.carbon_kg.value)
    for make in (charts.settled_figure, charts.distribution_figure, charts.energy_figure):
        assert len(make(found, LIGHT).data) == 2


def test_the_first_gridflexs_claims_are_its_own_formula_with_units() -> None:
    here = decide([job(kwh=100, hours=2)], view_of(stepped((2, 200), then=100)))
    claims = claims_of(here)
    texts = [claim_text(claim) for claim in claims]
    assert any(text.startswith("£") for text in texts)
    assert "60 %" in texts
    assert "450 jobs" in texts


def test_every_struck_out_figure_is_the_sum_of_its_rows() -> None:
    # 120 g until 11:00, 200 g now: its "then" is 00:30 this morning, so 80 g are claimed of each kWh, × 90.
    grid = view_of(stepped((-6, 120), (2, 200), then=100))
    here = decide([job("a", kwh=100, hours=2), job("b", kwh=50, hours=1)], grid)
    cost, carbon = claims_of(here)[:2]
    rows = claim_table(here)
    assert rows["claimed_kg"].tolist() == pytest.approx([100 * 0.08 * 90, 50 * 0.08 * 90])
    assert rows["claimed_kg"].sum() / 1000 == pytest.approx(carbon.value)
    assert rows["claimed_gbp"].sum() == pytest.approx(cost.value)
    assert set(rows["rule"]) == {RULES["dirty"]}
    said = claim_inputs(here)
    assert "2 jobs of your queue, 150 kWh; carbon now 200 g/kWh, carbon then 120 g/kWh (the forecast of 00:30" in said
    assert "90 such cycles" in said


def test_a_band_is_said_with_its_range(result: Result) -> None:
    month = impact(result, BEST_WINDOW, (), PUBLISHED).month
    for band, unit in ((month.carbon_kg, "kg"), (month.carbon_share, "%"), (month.cost_gbp, "£")):
        assert " to " in band_text(band, unit)
        assert unit in band_text(band, unit)


CSV = b"""job_id,energy_kwh,duration_hours,release,max_defer_hours
one,40,4,2025-06-02T09:00Z,12
two,10,1,2025-06-04T18:30Z,6
"""


def test_a_file_of_jobs_is_moved_by_whole_weeks_into_the_period(record: Record) -> None:
    trace = trace_of("mine.csv", CSV, ASKED.first)
    # Monday 2 June 2025 09:00 comes to Monday 30 March 2026 09:00: 43 weeks.
    assert [f"{at:%a %Y-%m-%d %H:%M}" for at in trace.frame["release"]] == [
        "Mon 2026-03-30 09:00",
        "Wed 2026-04-01 18:30",
    ]
    assert trace.sentence.endswith("Moved by +43 weeks into the period.")
    found = made(record, replace(ASKED, trace=trace))
    assert found.study.jobs.energy_kwh.tolist() == pytest.approx([40 * 1.2, 10 * 1.2])
    assert found.asked.workload == "jobs of your file"
    with pytest.raises(InputError):
        trace_of("mine.csv", b"job_id,energy_kwh\nx,-1\n", ASKED.first)


def moved(first: date, *releases: str) -> list[str]:
    ends = [f"{datetime.fromisoformat(release) + timedelta(hours=16):%Y-%m-%dT%H:%MZ}" for release in releases]
    rows = [f"j{row},40,4,{pair[0]},{pair[1]}" for row, pair in enumerate(zip(releases, ends, strict=True))]
    csv = "\n".join(["job_id,energy_kwh,duration_hours,release,deadline", *rows]).encode()
    frame = trace_of("mine.csv", csv, first).frame
    assert set(frame["deadline"] - frame["release"]) == {timedelta(hours=16)}, "whatever the clocks do"
    return [f"{at:%Y-%m-%d %H:%M}" for at in frame["release"]]


def test_summers_jobs_keep_their_uk_time_of_day_in_winter() -> None:
    # Monday 2 June 2025, 00:00 and 09:00 on UK clocks, which are an hour ahead of UTC.
    assert moved(date(2026, 1, 5), "2025-06-01T23:00Z", "2025-06-02T08:00Z") == ["2026-01-05 00:00", "2026-01-05 09:00"]


def test_a_time_of_day_that_october_has_twice_is_the_one_with_the_clocks_as_they_were() -> None:
    # The clocks go back on Sunday 26 October 2025 and Sunday 25 October 2026 at 02:00 (01:00 UTC).
    twice = ("2025-10-26T00:30Z", "2025-10-26T01:30Z")
    assert moved(date(2025, 10, 26), *twice) == ["2025-10-26 00:30", "2025-10-26 01:30"], "not moved at all"
    assert moved(date(2026, 10, 25), *twice) == ["2026-10-25 00:30", "2026-10-25 01:30"], "52 weeks"
    assert moved(date(2025, 11, 2), *twice) == ["2025-11-02 01:30", "2025-11-02 01:30"], "both at 01:30 on the clock"
    assert moved(date(2025, 10, 26), "2025-06-01T00:30Z") == ["2025-10-26 00:30"], "from summer the first"
    assert moved(date(2025, 10, 26), "2025-02-02T01:30Z") == ["2025-10-26 01:30"], "from winter the second"


def test_a_time_of_day_that_march_leaves_out_is_an_hour_later() -> None:
    # On Sunday 29 March 2026 the clocks go from 01:00 to 02:00 at 01:00 UTC.
    winter = ("2026-02-01T00:30Z", "2026-02-01T01:00Z", "2026-02-01T01:30Z", "2026-02-01T09:00Z")
    assert moved(date(2026, 3, 29), *winter) == [
        "2026-03-29 00:30",
        "2026-03-29 01:00",
        "2026-03-29 01:30",
        "2026-03-29 08:00",
    ]


def test_the_index_settles_and_is_never_looked_up_ahead(record: Record) -> None:
    on_sample = made(record, replace(ASKED, price=PriceChoice.INDEX))
    assert on_sample.price_name == "Sample wholesale price"
    study = on_sample.study
    later = study.price.copy()
    later[101:] = 9.0
    row = 100
    known = study.known_price.at(row, 96)
    assert known[0] == study.price[row]
    changed = type(study.known_price)(later, "")  # the same knowledge over another future
    assert changed.at(row, 96).tolist() == known.tolist()
    moments = half_hours(study.start, len(study))
    record.market.save_prices(MARKET_INDEX, dict(zip(moments, [0.05] * len(moments), strict=True)))
    kept = made(record, replace(ASKED, price=PriceChoice.INDEX))
    assert kept.price_name == MARKET_INDEX
    assert set(kept.study.price.tolist()) == {0.05}


def test_agile_settles_where_it_is_known_and_is_known_as_it_was_published(record: Record) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        made(record, replace(ASKED, price=PriceChoice.AGILE))
    start = made(record).study.start
    short = PriceSeries("Agile", start, np.full(48, 0.2))
    with pytest.raises(InputError, match="is known from 25 March 2026 on"):
        made(replace(record, agile=lambda region: short), replace(ASKED, price=PriceChoice.AGILE))
    whole = PriceSeries("Agile", start, np.arange(500) / 1000)
    found = made(replace(record, agile=lambda region: whole), replace(ASKED, price=PriceChoice.AGILE))
    assert found.study.price.tolist() == pytest.approx((np.arange(len(found.study)) / 1000).tolist())
    # At 15:30 prices end at 23:00 of the day, at 16:00 at 23:00 of the next (UTC is UK time until 29 March).
    for row, published in ((31, 46 - 31), (32, 94 - 32)):
        known = found.study.known_price.at(row, 96)
        assert known[:published].tolist() == pytest.approx((np.arange(row, row + published) / 1000).tolist())
        assert known[published] != pytest.approx((row + published) / 1000)


def test_forecasts_kept_as_issued_are_what_a_backtest_decides_on(record: Record) -> None:
    start = made(record).study.start
    moments = half_hours(start, 10 * 48 - 2)
    record.archive.save_history(GB, [Reading(at, None, 100.0) for at in moments])
    for at in moments:
        ahead = tuple(Reading(later, 130.0, None) for later in half_hours(at, 96))
        record.archive.save(CarbonSnapshot(GB, at, ahead, None))
    found = made(record)
    assert found.made_of.provenance is Provenance.CACHED
    assert "forecasts as issued" in found.study.knowledge.name
    assert found.study.knowledge.at(40, 3).tolist() == [130.0, 130.0, 130.0]
    result = run(found.study, ASKED.contenders).result
    assert result is not None
    errors = errors_of(result, ForecastErrors(record.archive).by_lead(NOW))
    assert errors.backtest.mean_absolute == pytest.approx(np.full(10, 30.0))
    assert errors.archived > 0
    assert "30 g" in error_sentence(errors)
    table = error_table(errors)
    assert set(table["forecast"]) == {"this backtest", "archive, as issued"}
    assert len(charts.errors_figure(errors, LIGHT).data) == 2


def test_an_archive_without_forecasts_says_so(result: Result) -> None:
    nothing = error_by_lead([])
    found = errors_of(result, nothing)
    assert "no forecast of the last 28 days" in error_sentence(found)
    assert len(charts.errors_figure(found, LIGHT).data) == 1


def test_a_long_backtest_takes_every_core(result: Result) -> None:
    assert workers_for(result.study, ASKED.contenders) == 1
    many = replace(result.study, jobs=result.study.jobs.take(np.zeros(20_000, np.int64)))
    assert workers_for(many, ASKED.contenders) == min(os.cpu_count() or 1, 8)


def test_no_service_held_is_an_empty_table(result: Result) -> None:
    assert revenue_table(impact(result, BEST_WINDOW, (), PUBLISHED)).empty


def test_the_printable_page_holds_every_half_hour_and_is_text(result: Result) -> None:
    book = book_of(impact(result, BEST_WINDOW, (), PUBLISHED), 1.2, 0.1)
    page = report_page(book, date(2026, 4, 9), "<script>alert(1)</script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<tr>") == 2 + 10 + len(result.study)
    assert f"{book.metered_kwh.sum()}" in page
    assert "25 March 2026 00:00 to 3 April 2026 23:30 UK time" in page
