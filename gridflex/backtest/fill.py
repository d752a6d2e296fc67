"""Fills the archive with the past, piece by piece: with progress, to be stopped and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import floor_half_hour, half_hours_between
from gridflex.errors import SourceError

PIECE = timedelta(days=13)
"""One range of the carbon service."""

ENOUGH = 0.98
"""Share of a piece's half-hours that makes it complete: some were never measured."""

PAUSE_S = 1.0
MOST_FAILURES = 3


class HistorySource(Protocol):
    """The live source; ``CarbonApi`` is one."""

    def history(self, region: int, start: datetime, end: datetime) -> Sequence[Reading]:
        """Settled readings of the past. Raises SourceError."""
        ...


class HistoryArchive(Protocol):
    """Where they are kept; ``Archive`` is one."""

    def settled(self, region: int, start: datetime, end: datetime) -> Sequence[tuple[datetime, float]]:
        """Half-hours that are there. Raises StoreError."""
        ...

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        """Keep readings. Raises StoreError."""
        ...


@dataclass(frozen=True)
class Filled:
    """Pieces asked for, half-hours kept, whether it was stopped, and what failed, a sentence each."""

    asked: int
    kept: int
    stopped: bool
    failures: tuple[str, ...]


def fill_archive(
    source: HistorySource,
    archive: HistoryArchive,
    region: int,
    start: datetime,
    end: datetime,
    *,
    tell: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
    pause: Callable[[float], None] = time.sleep,
) -> Filled:
    """Ask for what is missing of ``start`` to ``end`` and keep it piece by piece.

    ``tell`` gets the share done. A piece that fails is left for the next time; three in a
    row end it. Raises StoreError where the archive fails.
    """
    pieces = list(pieces_of(start, end))
    asked = kept = in_a_row = 0
    failures: list[str] = []
    for number, (first, last) in enumerate(pieces):
        if stop() or in_a_row == MOST_FAILURES:
            return Filled(asked, kept, True, tuple(failures))
        if not _is_complete(archive, region, first, last):
            if asked:
                pause(PAUSE_S)
            asked += 1
            try:
                readings = source.history(region, first, last)
            except SourceError as problem:
                failures.append(f"{first:%-d %b %Y}: {problem}")
                in_a_row += 1
            else:
                archive.save_history(region, readings)
                kept, in_a_row = kept + len(readings), 0
        tell((number + 1) / len(pieces))
    return Filled(asked, kept, False, tuple(failures))


def pieces_of(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """``start`` to ``end`` in pieces of 13 days."""
    start, end = floor_half_hour(start), floor_half_hour(end)
    while start < end:
        yield start, min(start + PIECE, end)
        start += PIECE


def _is_complete(archive: HistoryArchive, region: int, first: datetime, last: datetime) -> bool:
    return len(archive.settled(region, first, last)) >= ENOUGH * half_hours_between(first, last)
