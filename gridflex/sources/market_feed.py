"""The price sources of one process, shared by all its visitors: each answer kept, each fetched once.

Agile is asked for four weeks back and as far ahead as it is published; the index for four
weeks back; the auctions for the weeks that give levels; the calls as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

from gridflex.domain.halfhours import require_utc, uk_time
from gridflex.domain.market_data import AuctionResult, FlexibilityCall, PriceSeries
from gridflex.sources.agile import AgileApi, agile_name
from gridflex.sources.elexon import ElexonApi
from gridflex.sources.line import Line, LineState, each
from gridflex.sources.market_memory import (
    AnswerStore,
    kept_in,
    rows_from_plain,
    rows_to_plain,
    series_from_plain,
    series_to_plain,
)
from gridflex.sources.neso_portal import NesoPortal
from gridflex.sources.sharing import Turns

HALF_HOURLY, HOURLY, TWICE_A_DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(hours=12)
BACK, AHEAD = timedelta(days=28), timedelta(days=2)
AUCTIONS_BACK = timedelta(days=60)
MOST_DAYS = 70
"""System price days kept at a time: 60 of a baseline's history, and some."""

T = TypeVar("T")
Results = tuple[tuple[AuctionResult, ...], tuple[str, ...]]
Calls = tuple[tuple[FlexibilityCall, ...], tuple[str, ...]]


class MarketFeed:
    """Kept answers of Elexon, the data portal and Agile. Threads may share it; stop it when done.

    Every method answers at once with what is known (the first time within ``max_wait_s``) and
    starts the fetch that is due. With a ``store`` the last good answers outlive the process, and
    a source with ``turns`` (by ``elexon``, ``portal``, ``agile``) is asked once for all instances
    on that store.
    """

    def __init__(
        self,
        elexon: ElexonApi,
        portal: NesoPortal,
        agile: AgileApi,
        clock: Callable[[], datetime],
        store: AnswerStore | None = None,
        *,
        max_wait_s: float = 1.5,
        turns: Mapping[str, Turns] | None = None,
    ) -> None:
        self.elexon, self._portal, self._agile, self._clock = elexon, portal, agile, clock
        self._store, self._max_wait_s, self._turns = store, max_wait_s, turns or {}
        self._lock = Lock()
        self._areas: dict[int, Line[PriceSeries]] = {}
        self._days: dict[date, Line[PriceSeries]] = {}
        self._index = self._prices("elexon", "index", lambda now: elexon.market_index(now - BACK, now), HALF_HOURLY)
        self._auctions: Line[Results] = self._kept(
            "portal",
            "auctions",
            lambda now: portal.auction_results(now - AUCTIONS_BACK, now + AHEAD),
            TWICE_A_DAY,
            (rows_from_plain(AuctionResult), rows_to_plain),
        )
        self._calls: Line[Calls] = self._kept(
            "portal",
            "calls",
            lambda now: portal.flexibility_calls(),
            HOURLY,
            (rows_from_plain(FlexibilityCall), rows_to_plain),
        )

    def begin(self) -> None:
        """Start what is due of the answers that every visitor shares, so that they are waited for together."""
        for line in (self._auctions, self._index, self._calls):
            line.begin()

    def agile(self, region: int) -> LineState[PriceSeries]:
        """Unit rates for a region, past and as published ahead. Raises InputError for what is no region."""
        agile_name(region)
        with self._lock:
            if region not in self._areas:
                self._areas[region] = self._prices(
                    "agile",
                    f"agile-{region}",
                    lambda now: self._agile.unit_rates(region, now - BACK, now + AHEAD),
                    HALF_HOURLY,
                )
        return self._areas[region].state()

    def market_index(self) -> LineState[PriceSeries]:
        """The market index of the last four weeks: for settling and backtests."""
        return self._index.state()

    def system_price(self, moment: datetime) -> LineState[PriceSeries]:
        """The system price of the UK day that contains ``moment``; past days are asked for twice a day."""
        day = uk_time(require_utc(moment)).date()
        with self._lock:
            if day not in self._days:
                while len(self._days) >= MOST_DAYS:
                    self._days.pop(next(iter(self._days))).stop(0.0)
                today = day == uk_time(self._clock()).date()
                name, every = ("system-so-far", HALF_HOURLY) if today else ("system", TWICE_A_DAY)
                self._days[day] = self._prices(
                    "elexon", f"{name}-{day}", lambda now: self.elexon.system_price(day, now), every
                )
            line = self._days[day]
        return line.state()

    def auctions(self) -> LineState[Results]:
        """Auction results of the last weeks, with notes: levels of the availability products."""
        return self._auctions.state()

    def calls(self) -> LineState[Calls]:
        """Requirements of the Demand Flexibility Service, with notes."""
        return self._calls.state()

    def stop(self, wait_s: float = 5.0) -> None:
        """Fetch no more, wait for what still runs, and close the sources."""
        with self._lock:
            lines: list[Line[Any]] = [self._index, self._auctions, self._calls]
            lines += [*self._areas.values(), *self._days.values()]
        for line in lines:
            line.stop(wait_s)
        for source in (self.elexon, self._portal, self._agile):
            source.close()

    def _prices(
        self, source: str, name: str, fetch: Callable[[datetime], PriceSeries], every: timedelta
    ) -> Line[PriceSeries]:
        return self._kept(source, name, fetch, every, (series_from_plain, series_to_plain))

    def _kept(
        self,
        source: str,
        name: str,
        fetch: Callable[[datetime], T],
        every: timedelta,
        plain: tuple[Callable[[Any], T], Callable[[T], object]],
    ) -> Line[T]:
        """A line kept under ``name`` by what reads and writes its ``plain`` form."""
        kept = kept_in(self._store, name, *plain)
        turns, wait_s = self._turns.get(source), self._max_wait_s
        return Line(name, fetch, each(every), self._clock, kept=kept, turns=turns, max_wait_s=wait_s)

    def known(self, source: str) -> LineState[Any] | None:
        """What the first answer of a source (``elexon``, ``portal``, ``agile``) holds; None where it was never asked.

        Starts nothing.
        """
        lines: dict[str, Line[Any] | None] = {
            "elexon": self._index,
            "portal": self._auctions,
            "agile": next(iter(self._areas.values()), None),
        }
        line = lines[source]
        return line.known() if line is not None and line.asked else None

    def requests_on(self, day: date) -> dict[str, int]:
        """Requests sent on a UTC day, by source."""
        named = (("elexon", self.elexon), ("portal", self._portal), ("agile", self._agile))
        return {name: source.requests_on(day) for name, source in named}
