"""Fills the archive with the past, piece by piece: with progress, to be stopped and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Protocol

from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import floor_half_hour, half_hours, half_hours_between
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import SourceError

PIECE = timedelta(days=13)
"""One range of the carbon service."""

ENOUGH = 0.98
"""Share of a piece's half-hours that makes it complete: some were never measured."""

PAUSE_S = 1.0
MOST_FAILURES = 3

Points = Sequence[tuple[datetime, float]]


class Fillable(Protocol):
    """A record of half-hours and the source it is filled from. Methods may raise StoreError."""

    def kept(self, first: datetime, last: datetime) -> int:
        """Half-hours of [first, last) that are there."""
        ...

    def fetch(self, first: datetime, last: datetime) -> int:
        """Ask for them and keep them; how many came. Raises SourceError."""
        ...


class HistorySource(Protocol):
    """The live source; ``CarbonApi`` is one."""

    def history(self, region: int, start: datetime, end: datetime) -> Sequence[Reading]:
        """Settled readings of the past. Raises SourceError."""
        ...


class HistoryArchive(Protocol):
    """Where they are kept; ``Archive`` is one."""

    def settled(self, region: int, start: datetime, end: datetime) -> Points:
        """Half-hours that are there. Raises StoreError."""
        ...

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        """Keep readings. Raises StoreError."""
        ...


class IndexSource(Protocol):
    """``ElexonApi`` is one."""

    def market_index(self, start: datetime, end: datetime) -> PriceSeries:
        """Index prices of the past. Raises SourceError."""
        ...


class IndexArchive(Protocol):
    """``MarketStore`` is one."""

    def prices(self, series: str, start: datetime, end: datetime) -> Points:
        """Prices that are there. Raises StoreError."""
        ...

    def save_prices(self, series: str, points: Mapping[datetime, float]) -> None:
        """Keep prices. Raises StoreError."""
        ...


@dataclass(frozen=True)
class CarbonHistory:
    """Settled carbon intensity of one region."""

    source: HistorySource
    archive: HistoryArchive
    region: int

    def kept(self, first: datetime, last: datetime) -> int:
        """Half-hours that are there."""
        return len(self.archive.settled(self.region, first, last))

    def fetch(self, first: datetime, last: datetime) -> int:
        """Ask the carbon service."""
        readings = self.source.history(self.region, first, last)
        self.archive.save_history(self.region, readings)
        return len(readings)


@dataclass(frozen=True)
class IndexHistory:
    """The market index, kept under ``series``."""

    source: IndexSource
    archive: IndexArchive
    series: str

    def kept(self, first: datetime, last: datetime) -> int:
        """Half-hours that are there."""
        return len(self.archive.prices(self.series, first, last))

    def fetch(self, first: datetime, last: datetime) -> int:
        """Ask Elexon; half-hours without volume have no price."""
        found = self.source.market_index(first, last)
        prices = zip(half_hours(found.start, len(found)), found.gbp_per_kwh.tolist(), strict=True)
        points = {moment: price for moment, price in prices if price == price}
        self.archive.save_prices(self.series, points)
        return len(points)


@dataclass(frozen=True)
class Filled:
    """Pieces asked for, half-hours kept, whether it was stopped, and what failed, a sentence each."""

    asked: int
    kept: int
    stopped: bool
    failures: tuple[str, ...]


def fill_archive(
    records: Sequence[Fillable],
    start: datetime,
    end: datetime,
    *,
    tell: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
    pause: Callable[[float], None] = time.sleep,
) -> Filled:
    """Ask for what each record misses of ``start`` to ``end`` and keep it piece by piece.

    ``tell`` gets the share done. A piece that fails is left for the next time; three in a row
    end a record's filling. Raises StoreError where the archive fails.
    """
    pieces = list(pieces_of(start, end))
    asked = kept = 0
    failures: list[str] = []
    in_a_row = dict.fromkeys(range(len(records)), 0)
    for number, (which, (first, last)) in enumerate(product(range(len(records)), pieces)):
        record = records[which]
        if stop():
            return Filled(asked, kept, True, tuple(failures))
        if in_a_row[which] < MOST_FAILURES and not _is_complete(record, first, last):
            if asked:
                pause(PAUSE_S)
            asked += 1
            try:
                kept += record.fetch(first, last)
                in_a_row[which] = 0
            except SourceError as problem:
                failures.append(f"{first:%-d %b %Y}: {problem}")
                in_a_row[which] += 1
        tell((number + 1) / (len(records) * len(pieces)))
    return Filled(asked, kept, max(in_a_row.values(), default=0) >= MOST_FAILURES, tuple(failures))


def pieces_of(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """``start`` to ``end`` in pieces of 13 days."""
    start, end = floor_half_hour(start), floor_half_hour(end)
    while start < end:
        yield start, min(start + PIECE, end)
        start += PIECE


def _is_complete(record: Fillable, first: datetime, last: datetime) -> bool:
    return record.kept(first, last) >= ENOUGH * half_hours_between(first, last)
