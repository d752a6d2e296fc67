"""The Impact page: modelled beside claimed, a backtest of one's own, the carbon report."""

from __future__ import annotations

import time
from typing import Any

from gridflex.ui import impact_fill, impact_run


def finish(visitor: Any) -> Any:
    running = impact_run.backtests().of(visitor.page.session_state["backtest_visitor"])
    assert running is not None
    until = time.monotonic() + 60
    while not running.over:
        assert time.monotonic() < until, "the backtest does not end"
        time.sleep(0.02)
    return visitor.run()


def test_the_demo_month_stands_beside_what_the_first_would_claim(visitor: Any) -> None:
    visitor.open("impact")
    assert "the demo site's last 30 days, on sample values" in visitor.text
    assert "~~Uptime" in visitor.text
    assert "**Modelled on the sample grid:**" in visitor.text
    assert "Measured" not in visitor.text
    assert "Carbon accounts" in visitor.text
    said = visitor.text.replace("\\", "").replace("\u200b", "")
    assert "Projection of the 30 days to come, drawn from the sample's 19 Nov to 18 Dec (median, p5 to p95)" in said
    assert "Rows of the struck-out cost and carbon, by job" in [one.label for one in visitor.page.expander]
    assert "A month is taken to be 90 such cycles" in said
    assert "Days the projection draws from" in [one.label for one in visitor.page.expander]


def test_a_backtest_of_ones_own_takes_the_place_of_the_demo(visitor: Any) -> None:
    visitor.open("impact").field("number_input", "Demo jobs a day").set_value(5)
    visitor.press("Run backtest")
    finish(visitor)
    assert "Shown: the demo site" not in visitor.text
    said = visitor.text.replace("\\", "")
    assert "the sample's forecasts" in said
    assert "drawn from the days of this backtest, whatever their season" in said


def test_a_form_that_makes_no_sense_is_refused(visitor: Any) -> None:
    visitor.open("impact").page.multiselect(key="impact_who").set_value([])
    visitor.press("Run backtest")
    assert "choose a policy" in visitor.page.error[0].value


def test_a_cancelled_run_says_so(visitor: Any) -> None:
    visitor.open("impact").field("number_input", "Demo jobs a day").set_value(200)
    visitor.press("Run backtest").press("Cancel")
    finish(visitor)
    assert "Cancelled" in visitor.text


def test_a_replay_shows_the_month_before_it(visitor: Any) -> None:
    visitor.open("impact", at="2026-01-08T17:00Z")
    assert "Replay of" in visitor.text
    assert "9 Dec" in visitor.text.replace("\u200b", "")


def test_a_workload_of_ones_own_takes_the_place_of_demo_jobs(visitor: Any) -> None:
    visitor.open("impact")
    file = b"job_id,energy_kwh,duration_hours,release,max_defer_hours\n" + b"\n".join(
        b"j%d,40,2,2025-06-%02dT09:00Z,12" % (day, day) for day in range(2, 12)
    )
    visitor.page.file_uploader(key="impact_trace").set_value(("mine.csv", file, "text/csv"))
    visitor.press("Run backtest")
    finish(visitor)
    assert "10 of 10 jobs read" in visitor.text
    assert "10 jobs of your file" in visitor.text
    visitor.page.file_uploader(key="impact_trace").set_value(("other.csv", b"a\n1\n", "text/csv"))
    visitor.press("Run backtest")
    assert visitor.page.error[0].value


def test_another_price_settles_the_bill_and_is_named(visitor: Any) -> None:
    visitor.open("impact").page.selectbox(key="impact_price").set_value("index")
    visitor.press("Run backtest")
    finish(visitor)
    said = visitor.text.replace("\\", "").replace("\u200b", "")
    assert "Priced at the Sample wholesale price, known ahead: the profile of the last seven days" in said
    visitor.page.selectbox(key="impact_price").set_value("agile")
    visitor.press("Run backtest")
    finish(visitor)
    assert "Octopus Agile cannot be read" in visitor.page.error[0].value


def test_filling_the_archive_without_a_service_says_what_failed(visitor: Any) -> None:
    visitor.open("impact").press("Fetch recorded values")
    filling = impact_fill.fills().of(visitor.page.session_state["filling_visitor"])
    assert filling is not None
    until = time.monotonic() + 20
    while not filling.over:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert "No address is configured" in visitor.run().page.warning[0].value


def test_forecast_errors_and_every_row_stand_behind_the_figures(visitor: Any) -> None:
    visitor.open("impact")
    assert "mean absolute error" in visitor.text
    assert "The archive holds no forecast of the last 28 days" in visitor.text
    labels = [one.label for one in visitor.page.expander]
    for rows in ("Rows of the headline, by day", "Every job, estimated and settled", "Rows of the forecast error",
                 "Every half-hour: energy, intensity, price"):  # fmt: skip
        assert rows in labels
    assert {"Export the report, CSV", "Printable page"} <= {one.label for one in visitor.page.get("download_button")}
