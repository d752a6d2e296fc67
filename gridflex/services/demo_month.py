"""Thirty days of a demo site: the jobs are made up, the grid and the decisions are not.

A backtest of the last 30 UK days, half-hour by half-hour with what could be known then; nothing
in it is one cycle multiplied. Beside it the same season: a backtest of the weeks of an earlier
year in which the 30 days to come lie, for a projection to be drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from gridflex.agents.demo_queue import FIFTEEN
from gridflex.backtest.material import ENOUGH, Material
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import floor_half_hour, half_hours_between, uk_midnight, uk_time
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.services.impact_record import Record
from gridflex.services.impact_study import Asked, prepared

DAYS = 30
CONTENDERS = (DOCUMENTED, BEST_WINDOW)

YEAR = timedelta(weeks=52)
"""Whole weeks, so that weekdays meet weekdays."""

MOST_YEARS = 3
"""As far back as the archive keeps half-hours."""


@dataclass(frozen=True, eq=False)
class DemoMonth:
    """The backtest and what it is made of; ``made_in`` is the half-hour of its making."""

    made_in: datetime
    result: Result
    made_of: Material


@dataclass(frozen=True, eq=False)
class Season:
    """The 30 days of an earlier year that match the 30 to come, worked as the month is."""

    result: Result
    made_of: Material

    @property
    def name(self) -> str:
        """Whose days they are: "the sample's 8 Jan to 6 Feb"; the archive's with their years."""
        first, last = self.result.days[0], self.result.days[-1]
        if self.made_of.provenance is Provenance.SAMPLE:
            return f"the sample's {first.day} {first:%b} to {last.day} {last:%b}"
        return f"the archive's {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


class DemoMonths:
    """Makes the newest month and its season: one at a time, the month once in a half-hour, the season once a day."""

    def __init__(self, record: Record, seed: int) -> None:
        self._record, self._seed = record, seed
        self._lock = Lock()
        self._newest: DemoMonth | None = None
        self._season: tuple[tuple[date, int], Season] | None = None

    def newest(self, now: datetime) -> DemoMonth:
        """The 30 UK days up to yesterday. Raises StoreError where the archive fails."""
        with self._lock:
            if self._newest is None or self._newest.made_in != floor_half_hour(now):
                self._newest = self._made(now)
            return self._newest

    def _made(self, now: datetime) -> DemoMonth:
        last = uk_time(now).date() - timedelta(days=1)
        return DemoMonth(floor_half_hour(now), *self._worked(last - timedelta(days=DAYS - 1), now))

    def season(self, now: datetime) -> Season:
        """The weeks of the 30 days to come, in the latest earlier year that the archive holds.

        Where it holds none, the sample's of a year ago. Raises StoreError where the archive fails.
        """
        with self._lock:
            found = self._days_of_season(uk_time(now).date())
            if self._season is None or self._season[0] != found:
                self._season = found, Season(*self._worked(found[0], now))
            return self._season[1]

    def _days_of_season(self, today: date) -> tuple[date, int]:
        """First day, and how many of its half-hours are recorded."""
        for years in range(1, MOST_YEARS + 1):
            first = today - years * YEAR
            start, end = uk_midnight(first), uk_midnight(first + timedelta(days=DAYS))
            known = len(self._record.archive.settled(GB, start, end))
            if known >= ENOUGH * half_hours_between(start, end):
                return first, known
        return today - YEAR, 0

    def _worked(self, first: date, now: datetime) -> tuple[Result, Material]:
        asked = Asked(first, first + timedelta(days=DAYS - 1), GB, FIFTEEN, CONTENDERS, self._seed)
        ready = prepared(asked, self._record, Controls(), Site(), DEFAULT_TARIFF, now)
        found = run(ready.study, CONTENDERS).result
        assert found is not None, "nobody stops it"
        return found, ready.made_of
