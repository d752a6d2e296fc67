"""Filling the archive: in pieces of 13 days, what is there is not asked again, failures left for next time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from gridflex.backtest.fill import CarbonHistory, IndexHistory, fill_archive, pieces_of
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import half_hours, half_hours_between
from gridflex.domain.market_data import PriceSeries
from gridflex.errors import StoreError, Unreachable

START = datetime(2025, 11, 20, tzinfo=UTC)
END = START + timedelta(days=60)


class Source:
    def __init__(self, fails: Sequence[int] = ()) -> None:
        self.asked: list[tuple[datetime, datetime]] = []
        self.fails = fails

    def history(self, region: int, start: datetime, end: datetime) -> list[Reading]:
        self.asked.append((start, end))
        if len(self.asked) in self.fails:
            raise Unreachable("The carbon intensity service did not answer in time")
        return [Reading(moment, None, 100.0) for moment in half_hours(start, half_hours_between(start, end))]


class Archive:
    def __init__(self) -> None:
        self.kept: dict[datetime, float] = {}

    def settled(self, region: int, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        return sorted((moment, value) for moment, value in self.kept.items() if start <= moment < end)

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        self.kept |= {reading.start: reading.actual for reading in readings if reading.actual is not None}


def test_pieces_cover_the_period() -> None:
    pieces = list(pieces_of(START + timedelta(minutes=7), END))
    assert pieces[0][0] == START
    assert pieces[-1][1] == END
    assert all(one[1] == two[0] for one, two in pairwise(pieces))
    assert max(end - begin for begin, end in pieces) == timedelta(days=13)


def test_everything_is_asked_once_with_a_pause_between() -> None:
    source, archive, told, slept = Source(), Archive(), list[float](), list[float]()
    done = fill_archive([CarbonHistory(source, archive, 0)], START, END, tell=told.append, pause=slept.append)
    assert (done.asked, done.kept, done.stopped, done.failures) == (5, 60 * 48, False, ())
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert slept == [1.0] * 4
    again = fill_archive([CarbonHistory(source, archive, 0)], START, END, pause=slept.append)
    assert (again.asked, len(source.asked)) == (0, 5)


def test_a_stop_keeps_what_is_there_and_the_next_time_goes_on() -> None:
    source, archive = Source(), Archive()
    done = fill_archive(
        [CarbonHistory(source, archive, 0)], START, END, stop=lambda: len(source.asked) == 2, pause=lambda s: None
    )
    assert (done.asked, done.stopped) == (2, True)
    rest = fill_archive([CarbonHistory(source, archive, 0)], START, END, pause=lambda s: None)
    assert (rest.asked, len(archive.kept)) == (3, 60 * 48)


def test_failures_are_named_and_three_in_a_row_end_it() -> None:
    source, archive = Source(fails=(2,)), Archive()
    done = fill_archive([CarbonHistory(source, archive, 0)], START, END, pause=lambda s: None)
    assert (done.asked, done.stopped) == (5, False)
    assert done.failures == ("3 Dec 2025: The carbon intensity service did not answer in time",)
    down = fill_archive([CarbonHistory(Source(fails=range(1, 9)), Archive(), 0)], START, END, pause=lambda s: None)
    assert (down.asked, down.stopped, len(down.failures)) == (3, True, 3)


def test_a_full_disk_is_not_swallowed() -> None:
    class Full(Archive):
        def save_history(self, region: int, readings: Sequence[Reading]) -> None:
            raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        fill_archive([CarbonHistory(Source(), Full(), 0)], START, END, pause=lambda s: None)


class Index:
    """Half-hours at 50 £/MWh, one of them without volume."""

    def market_index(self, start: datetime, end: datetime) -> PriceSeries:
        prices = np.full(half_hours_between(start, end), 0.05)
        prices[3] = np.nan
        return PriceSeries("index", start, prices)


class Prices:
    def __init__(self) -> None:
        self.kept: dict[datetime, float] = {}

    def prices(self, series: str, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        return sorted((moment, value) for moment, value in self.kept.items() if start <= moment < end)

    def save_prices(self, series: str, points: Mapping[datetime, float]) -> None:
        self.kept |= points


def test_the_index_is_filled_beside_the_intensity_and_one_that_is_down_does_not_hold_the_other() -> None:
    prices = Prices()
    down = CarbonHistory(Source(fails=range(1, 9)), Archive(), 0)
    told: list[float] = []
    records = [down, IndexHistory(Index(), prices, "index")]
    done = fill_archive(records, START, END, tell=told.append, pause=lambda s: None)
    assert (len(prices.kept), len(done.failures)) == (60 * 48 - 5, 3)
    assert (done.stopped, told[-1]) == (True, 1.0)
