"""What is kept of the past: all that a backtest is made of beside the sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gridflex.domain.market_data import PriceSeries
from gridflex.store.archive import Archive
from gridflex.store.market import MarketStore


@dataclass(frozen=True)
class Record:
    """Intensity and forecasts as issued, the market index, and Agile of a region as far as it is known."""

    archive: Archive
    market: MarketStore
    agile: Callable[[int], PriceSeries | None]
