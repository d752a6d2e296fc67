"""Prices ahead: published as published, the rest from the past of the same series, never from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.domain.halfhours import HALF_HOUR, half_hours, uk_time
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import PlanError
from gridflex.markets.forward import PublishedTariff, forward_price
from tests.bench import PriceSheet, flat

NOW = datetime(2026, 1, 8, 16, 30, tzinfo=UTC)
FIRST = NOW - timedelta(days=28)


def series(days: float) -> PriceSeries:
    """The hour of the UK day in pence, 10 p less at weekends; the day ahead of now is published until ``days``."""
    moments = half_hours(FIRST, round(days * 48))
    clocks = [uk_time(moment) for moment in moments]
    pence = [c.hour - 10.0 * (c.weekday() >= 5) + 2.0 * (c.day % 2) for c in clocks]
    return PriceSeries("Agile", FIRST, np.array(pence) / 100)


def test_published_prices_have_no_band() -> None:
    found = forward_price(series(30), NOW, 48)
    assert found.published.all()
    assert (found.low == found.high).all()
    assert found.name == "Agile"
    assert found.gbp_per_kwh[0] == pytest.approx(0.16)


def test_past_the_publication_the_profile_has_a_band() -> None:
    found = forward_price(series(28.5), NOW, 96)
    assert found.published.sum() == 24
    assert found.name == "Agile, then its profile"
    # Friday 17:00 is row 49: the mean of four weeks of weekdays, odd days 2 p dearer than even ones.
    assert 0.17 <= found.gbp_per_kwh[49] <= 0.19
    assert found.low[49] == pytest.approx(0.17)
    assert found.high[49] == pytest.approx(0.19)
    assert (found.low <= found.gbp_per_kwh + 1e-12).all()
    assert (found.gbp_per_kwh <= found.high + 1e-12).all()


def test_weekends_have_their_own_profile_and_may_be_negative() -> None:
    found = forward_price(series(28), NOW, 96)
    # Saturday 10 January 04:00 is row 71.
    assert uk_time(NOW + 71 * HALF_HOUR).strftime("%a %H:%M") == "Sat 04:00"
    assert -0.07 < found.gbp_per_kwh[71] < -0.04


def test_the_future_is_never_looked_up() -> None:
    # What comes after the asked-for hours may not change a forecast.
    known, longer = series(28), series(40)
    cut = PriceSeries(longer.name, FIRST, np.where(np.arange(len(longer)) < 28 * 48, longer.gbp_per_kwh, np.nan))
    assert forward_price(cut, NOW, 96).gbp_per_kwh == pytest.approx(forward_price(known, NOW, 96).gbp_per_kwh)


def test_too_little_history_is_refused_and_a_tariff_falls_back() -> None:
    short = PriceSeries("Agile", NOW, np.full(4, 0.2))
    with pytest.raises(PlanError):
        forward_price(short, NOW, 48)
    tariff = PublishedTariff(short, PriceSheet(flat(0.15)))
    assert tariff.prices(NOW, 48).tolist() == [0.15] * 48
    live = PublishedTariff(series(30), PriceSheet(flat(0.15)))
    assert live.energy_row(NOW, 2).tolist() == pytest.approx([0.16, 0.17])
    assert live.prices(NOW + timedelta(minutes=7), 2).tolist() == pytest.approx([0.16, 0.17])
    assert live == PublishedTariff(live.series, live.fallback), "equal where series and fallback are the same"
    assert live.name == "Agile"


def test_one_day_of_weekdays_serves_the_weekend() -> None:
    day = PriceSeries("Agile", NOW - timedelta(days=1), np.arange(48) / 100)
    assert forward_price(day, NOW, 144).gbp_per_kwh.tolist() == pytest.approx(list(np.arange(48) / 100) * 3)
