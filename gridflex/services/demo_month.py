"""Thirty days of a demo site: the jobs are made up, the grid and the decisions are not.

A backtest of the last 30 UK days, half-hour by half-hour with what could be known then; nothing
in it is one cycle multiplied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from gridflex.agents.demo_queue import FIFTEEN
from gridflex.backtest.material import Material
from gridflex.backtest.result import Result
from gridflex.backtest.runner import run
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import floor_half_hour, uk_time
from gridflex.domain.regions import GB
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.services.impact_record import Record
from gridflex.services.impact_study import Asked, prepared

DAYS = 30
CONTENDERS = (DOCUMENTED, BEST_WINDOW)


@dataclass(frozen=True, eq=False)
class DemoMonth:
    """The backtest and what it is made of; ``made_in`` is the half-hour of its making."""

    made_in: datetime
    result: Result
    made_of: Material


class DemoMonths:
    """Makes the newest month: one at a time, and once in a half-hour."""

    def __init__(self, record: Record, seed: int) -> None:
        self._record, self._seed = record, seed
        self._lock = Lock()
        self._newest: DemoMonth | None = None

    def newest(self, now: datetime) -> DemoMonth:
        """The 30 UK days up to yesterday. Raises StoreError where the archive fails."""
        with self._lock:
            if self._newest is None or self._newest.made_in != floor_half_hour(now):
                self._newest = self._made(now)
            return self._newest

    def _made(self, now: datetime) -> DemoMonth:
        last = uk_time(now).date() - timedelta(days=1)
        asked = Asked(last - timedelta(days=DAYS - 1), last, GB, FIFTEEN, CONTENDERS, self._seed)
        ready = prepared(asked, self._record, Controls(), Site(), DEFAULT_TARIFF, now)
        found = run(ready.study, CONTENDERS).result
        assert found is not None, "nobody stops it"
        return DemoMonth(floor_half_hour(now), found, ready.made_of)
