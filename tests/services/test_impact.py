"""A visitor's backtest: what is asked, run in the background, and what it shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest

from gridflex.backtest.accounting import report_csv
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.study import AT_ONCE, BEST_WINDOW, DOCUMENTED
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.errors import InputError
from gridflex.services.impact_runs import Backtests, Running
from gridflex.services.impact_study import Asked, Prepared, prepared, stream
from gridflex.services.impact_view import (
    band_text,
    book_of,
    claim_text,
    claims_of,
    day_table,
    impact,
    job_table,
    settlement_sentence,
)
from gridflex.store.archive import Archive
from gridflex.store.database import Database
from gridflex.ui.charts import impact as charts
from gridflex.ui.palette import LIGHT
from tests.bench import decide, job, stepped, view_of

NOW = datetime(2026, 4, 9, 12, tzinfo=UTC)
ASKED = Asked(date(2026, 3, 25), date(2026, 4, 3), GB, 10, (DOCUMENTED, BEST_WINDOW), 7)


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    database = Database("sqlite://")
    yield Archive(database)
    database.dispose()


def made(archive: Archive, asked: Asked = ASKED, controls: Controls | None = None) -> Prepared:
    return prepared(asked, archive, controls or Controls(), Site(pue=1.2), DEFAULT_TARIFF, NOW)


@pytest.fixture(scope="module")
def result(archive: Archive) -> Result:
    found = run(made(archive).study, ASKED.contenders).result
    assert found is not None
    return found


def finish(running: Running) -> None:
    until = time.monotonic() + 60
    while not running.over:
        assert time.monotonic() < until, "the backtest does not end"
        time.sleep(0.01)


def test_a_period_over_a_clock_change_has_its_half_hours(archive: Archive) -> None:
    found = made(archive)
    assert len(found.study) == 10 * 48 - 2
    assert found.made_of.provenance is Provenance.SAMPLE
    frame = stream(7, found.study.start, len(found.study), 10)
    assert len(frame) == (10 * 48 - 2) * 10 // 48
    relative = made(archive, controls=Controls(mode=ThresholdMode.RELATIVE, cleanest_percent=20))
    assert relative.study.cleanest_percent == 20


def test_what_cannot_be_backtested_is_refused(archive: Archive) -> None:
    first, last = ASKED.first, ASKED.last
    refused = [(first, first, 10, (BEST_WINDOW,)), (first, last, 0, (BEST_WINDOW,)), (first, last, 10, ())]
    for begin, end, jobs, who in refused:
        with pytest.raises(InputError):
            Asked(begin, end, GB, jobs, who, 1)
    with pytest.raises(InputError, match="that are over"):
        made(archive, Asked(date(2026, 4, 1), date(2026, 4, 9), GB, 10, (BEST_WINDOW,), 1))


def test_a_run_in_the_background_is_the_run_itself(archive: Archive, result: Result) -> None:
    backtests = Backtests()
    try:
        running = backtests.start("me", lambda: made(archive), ASKED.contenders)
        finish(running)
        assert running.progress.share == 1
        assert running.result is not None
        assert running.result.of(BEST_WINDOW).saved_g.sum() == pytest.approx(result.of(BEST_WINDOW).saved_g.sum())
        assert backtests.of("me") is running
        assert backtests.of("you") is None
    finally:
        backtests.close()


def test_a_stopped_run_ends_and_a_refused_one_says_why(archive: Archive) -> None:
    backtests = Backtests()
    try:
        asked = Asked(date(2026, 1, 1), date(2026, 3, 31), GB, 100, (BEST_WINDOW,), 1)
        first = backtests.start("me", lambda: made(archive, asked), asked.contenders)
        again = backtests.start("me", lambda: made(archive, asked), asked.contenders)
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
    found = impact(result, BEST_WINDOW, ())
    days, jobs = day_table(found), job_table(found)
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
    found = impact(result, BEST_WINDOW, ())
    book = book_of(found, 1.2, 0.1)
    assert book.metered_kwh.sum() == pytest.approx(found.kwh.sum())
    assert book.market_kg < book.location_kg
    report = report_csv(book, date(2026, 4, 9), "sample")
    assert report.count("\n") == 7 + 1 + len(result.study)


def test_every_chart_holds_what_it_names(result: Result) -> None:
    found = impact(result, BEST_WINDOW, ())
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


def test_a_band_is_said_with_its_range(result: Result) -> None:
    month = impact(result, BEST_WINDOW, ()).month
    for band, unit in ((month.carbon_kg, "kg"), (month.carbon_share, "%"), (month.cost_gbp, "£")):
        assert " to " in band_text(band, unit)
        assert unit in band_text(band, unit)
