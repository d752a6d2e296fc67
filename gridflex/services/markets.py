"""What the markets say: levels of the availability products, wholesale prices, calls, and where each is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np

from gridflex.domain import format as fmt
from gridflex.domain.halfhours import floor_half_hour, uk_time
from gridflex.domain.market_data import MWH, AuctionResult, FlexibilityCall, PriceSeries
from gridflex.domain.provenance import Provenance
from gridflex.errors import InputError
from gridflex.markets.forward import PROFILE_DAYS
from gridflex.markets.levels import Levels, levels_of
from gridflex.sources.line import LineState
from gridflex.sources.market_feed import MarketFeed
from gridflex.sources.sample_grid import sample_price
from gridflex.sources.service_levels import SERVICE_LEVELS, YEAR

PUBLISHED = Levels(SERVICE_LEVELS)
LEAST_DAYS_KNOWN = 1
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class MarketView:
    """What is known at one moment. ``wholesale`` ends before now: it is never looked up ahead.

    ``calls`` are the published requirements of the Demand Flexibility Service that were read;
    ``problems`` are what the sources said last where they failed, a sentence each.
    """

    levels: Levels
    levels_from: str
    wholesale: PriceSeries
    wholesale_from: str
    calls: tuple[FlexibilityCall, ...] = ()
    calls_from: str = "no requirement could be read"
    system: str = "no system price could be read"
    problems: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Where the prices are from."""
        return f"Service prices: {self.levels_from}. Wholesale prices: {self.wholesale_from}."


def published_view(now: datetime, problems: tuple[str, ...] = ()) -> MarketView:
    """Without a network, and for a replay, which must not know what came later: published levels, sample prices."""
    past = _sample_past(floor_half_hour(now) - timedelta(days=PROFILE_DAYS))
    return MarketView(PUBLISHED, f"published levels, {YEAR}", past, "sample", problems=problems)


@lru_cache(maxsize=8)
def _sample_past(start: datetime) -> PriceSeries:
    return PriceSeries("Sample wholesale price", start, sample_price(start, PROFILE_DAYS * 48))


class Markets:
    """The market sources of one process as one view; levels are worked out once an answer."""

    def __init__(self, feed: MarketFeed) -> None:
        self.feed = feed
        self._lock = Lock()
        self._levels: tuple[tuple[AuctionResult, ...], Levels] | None = None

    def view(self, now: datetime) -> MarketView:
        """What is known at ``now``; starts the fetches that are due. What fails is replaced and named."""
        self.feed.begin()
        system = self.feed.system_price(now - ONE_DAY).value
        auctions, index, calls = self.feed.auctions(), self.feed.market_index(), self.feed.calls()
        known = published_view(now, tuple(state.error for state in (auctions, index, calls) if state.error))
        levels, levels_from = known.levels, known.levels_from
        if auctions.value and (found := self._levels_of(auctions.value[0])):
            levels, levels_from = found, f"auction results ({_age(auctions, now)}), published levels where none cleared"
        wholesale, wholesale_from = known.wholesale, known.wholesale_from
        if index.value and index.value.known >= LEAST_DAYS_KNOWN * 48:
            wholesale, wholesale_from = index.value, f"{index.value.name}, {_age(index, now)}"
        called, called_from = known.calls, known.calls_from
        if calls.value:
            called, called_from = calls.value[0], f"requirements published by NESO, {_age(calls, now)}"
        said = system_sentence(system, wholesale) if system is not None else known.system
        return MarketView(levels, levels_from, wholesale, wholesale_from, called, called_from, said, known.problems)

    def agile(self, region: int) -> PriceSeries | None:
        """Unit rates of Octopus Agile for a region as far as published; None where none was ever read."""
        return self.feed.agile(region).value

    def _levels_of(self, results: tuple[AuctionResult, ...]) -> Levels | None:
        with self._lock:
            if self._levels is None or self._levels[0] is not results:
                try:
                    found = levels_of(results)
                except InputError:
                    return None
                seen = {row.product for row in found.rows}
                rest = tuple(row for row in SERVICE_LEVELS if row.product not in seen)
                self._levels = results, Levels(found.rows + rest)
            return self._levels[1]


def system_sentence(system: PriceSeries, wholesale: PriceSeries) -> str:
    """What a settled day's system price was beside the wholesale price, and the settlement run it is from."""
    index = wholesale.values(system.start, len(system))
    both = np.isfinite(system.gbp_per_kwh) & np.isfinite(index)
    said = f"system price of {uk_time(system.start):%a %-d %b}: mean £{np.nanmean(system.gbp_per_kwh) * MWH:.2f}/MWh"
    if both.any():
        gap = float((system.gbp_per_kwh[both] - index[both]).mean()) * MWH
        said += f", £{abs(gap):.2f} {'above' if gap >= 0 else 'below'} the {wholesale.name}"
    return f"{said} (run: {system.run})"


def _age(state: LineState[Any], now: datetime) -> str:
    """Such as *live*, or *cached 3 h 10*."""
    if state.provenance is Provenance.LIVE or state.last_success is None:
        return state.provenance.word
    return f"{state.provenance.word} {fmt.span(now - state.last_success)}"
