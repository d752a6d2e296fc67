"""Answers of the market sources as plain values and back, so that the last good one outlives the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from math import isfinite, nan
from typing import Any, Protocol, TypeVar

import numpy as np

from gridflex.domain.halfhours import parse_utc
from gridflex.domain.market_data import AuctionResult, FlexibilityCall, PriceSeries
from gridflex.errors import InputError, StoreError
from gridflex.sources.line import Kept

T = TypeVar("T")
Row = TypeVar("Row", AuctionResult, FlexibilityCall)
Noted = tuple[tuple[Row, ...], tuple[str, ...]]


class AnswerStore(Protocol):
    """Where answers are kept. Called from background threads; both methods raise StoreError."""

    def keep(self, name: str, answer: object, at: datetime) -> None:
        """Keep plain JSON values fetched ``at``."""
        ...

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """What was kept, and when it was fetched."""
        ...


def series_to_plain(series: PriceSeries) -> object:
    """A price series; a missing price is null."""
    prices = [price if isfinite(price) else None for price in series.gbp_per_kwh.tolist()]
    return [series.name, series.start.isoformat(), prices, series.run, list(series.notes)]


def series_from_plain(plain: Any) -> PriceSeries:
    """The series that was kept."""
    name, start, prices, run, notes = plain
    values = np.array([nan if price is None else price for price in prices], dtype=np.float64)
    return PriceSeries(str(name), parse_utc(start), values, str(run), tuple(map(str, notes)))


def rows_to_plain(answer: Noted[Row]) -> object:
    """Rows with a window, and their notes."""
    rows, notes = answer
    return [[asdict(row) | {"start": row.start.isoformat(), "end": row.end.isoformat()} for row in rows], list(notes)]


def rows_from_plain(kind: type[Row]) -> Callable[[Any], Noted[Row]]:
    """Reads rows of one kind back."""

    def read(plain: Any) -> Noted[Row]:
        rows, notes = plain
        found = [kind(**{**row, "start": parse_utc(row["start"]), "end": parse_utc(row["end"])}) for row in rows]
        return tuple(found), tuple(map(str, notes))

    return read


def kept_in(
    store: AnswerStore | None, name: str, read: Callable[[Any], T], write: Callable[[T], object]
) -> Kept[T] | None:
    """How a line keeps its answers under a name. What cannot be read raises StoreError."""
    if store is None:
        return None

    def recall() -> tuple[T, datetime] | None:
        found = store.recall(name)
        if found is None:
            return None
        try:
            return read(found[0]), found[1]
        except (TypeError, ValueError, KeyError, InputError):
            raise StoreError("an earlier version kept it in another form") from None

    def keep(answer: T, at: datetime) -> None:
        store.keep(name, write(answer), at)

    return Kept(recall, keep)
