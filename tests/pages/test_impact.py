"""The Impact page: measured beside claimed, a backtest of one's own, the carbon report."""

from __future__ import annotations

import time
from typing import Any

from gridflex.ui import impact_run


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
    assert "**Measured:**" in visitor.text
    assert "Carbon accounts" in visitor.text
    assert "Projection of the 30 days to come" in visitor.text


def test_a_backtest_of_ones_own_takes_the_place_of_the_demo(visitor: Any) -> None:
    visitor.open("impact").field("number_input", "Demo jobs a day").set_value(5)
    visitor.press("Run backtest")
    finish(visitor)
    assert "Shown: the demo site" not in visitor.text
    assert "the sample's forecasts" in visitor.text.replace("\\", "")


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
