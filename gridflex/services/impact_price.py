"""The price a backtest is settled on: the site's tariff, Octopus Agile as published, or the wholesale index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from gridflex.backtest.knowledge import Knowledge, Profile
from gridflex.backtest.material import ENOUGH
from gridflex.backtest.price_known import DayAhead
from gridflex.backtest.series import Settled, settled_prices
from gridflex.domain.market_data import PriceSeries, series_of
from gridflex.domain.tariff import Tariff
from gridflex.errors import InputError
from gridflex.sources.elexon import MARKET_INDEX
from gridflex.sources.sample_grid import sample_price


class PriceChoice(StrEnum):
    """What settles the bill of a backtest."""

    TARIFF = "tariff"
    AGILE = "agile"
    INDEX = "index"

    @property
    def label(self) -> str:
        """For the form."""
        return {
            "tariff": "Site's tariff",
            "agile": "Octopus Agile, as published",
            "index": "Market index (settles; never looked up ahead)",
        }[self.value]


@dataclass(frozen=True, eq=False)
class PeriodPrice:
    """Settled prices of a period, and what was known of them ahead; None: published, all of it."""

    settled: Settled
    known: Knowledge | None


Points = Sequence[tuple[datetime, float]]


def period_price(
    choice: PriceChoice, tariff: Tariff, agile: PriceSeries | None, index: Points, start: datetime, count: int
) -> PeriodPrice:
    """The price of ``count`` half-hours from ``start``. ``index`` are kept half-hours of the market index.

    Raises InputError where Agile is not known over the period. Without enough of the index the
    sample's wholesale price stands in and says so.
    """
    if choice is PriceChoice.TARIFF:
        return PeriodPrice(
            settled_prices(PriceSeries(tariff.name, start, tariff.prices(start, count)), start, count), None
        )
    if choice is PriceChoice.AGILE:
        return _agile(agile, start, count)
    series = series_of(MARKET_INDEX, dict(index), start, count)
    if series.known < ENOUGH * count:
        series = PriceSeries("Sample wholesale price", start, sample_price(start, count))
    found = settled_prices(series, start, count)
    return PeriodPrice(found, Profile(_whole(found), f"the profile of the last seven days of the {series.name}"))


def _agile(series: PriceSeries | None, start: datetime, count: int) -> PeriodPrice:
    if series is None:
        raise InputError("Octopus Agile cannot be read here and now; choose another price.")
    if np.isfinite(series.values(start, count)).sum() < ENOUGH * count:
        raise InputError(
            f"Octopus Agile is known from {series.start:%-d %B %Y} on; choose later days or another price."
        )
    found = settled_prices(series, start, count)
    return PeriodPrice(found, DayAhead(_whole(found), start))


def _whole(found: Settled) -> np.ndarray:
    """Gaps that stay open are never decided on: jobs that touch them are left out."""
    return np.nan_to_num(found.values, nan=float(np.nanmean(found.values)))
