"""The half-hour's work on request: for all workspaces in use, once in a half-hour however often it is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from gridflex.domain.halfhours import floor_half_hour
from gridflex.services.keeping import prune_daily
from gridflex.services.platform import Platform
from gridflex.services.tick import Outcome, tick_all
from gridflex.store.workspaces import Workspaces

DAYS = 7.0
"""Workspaces visited in the last so many days."""


@dataclass(frozen=True)
class Worked:
    """What became of the workspaces of one half-hour."""

    at: datetime
    outcomes: dict[Outcome, int]
    settled: int


class Ticker:
    """One for the process; whoever asks while it works waits for its end."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lock = Lock()
        self._newest: Worked | None = None

    def tick(self, now: datetime) -> Worked:
        """Bring all workspaces in use up to ``now``. Raises StoreError where they cannot be listed."""
        with self._lock:
            if self._newest is None or floor_half_hour(self._newest.at) < floor_half_hour(now):
                self._newest = self._work(now)
            return self._newest

    def _work(self, now: datetime) -> Worked:
        shared = self._platform
        found = list(tick_all(Workspaces(shared.database), shared.trail, shared.desk, now, DAYS))
        prune_daily(shared, now)
        counted = Counter(one.outcome for one in found)
        return Worked(now, {word: counted[word] for word in Outcome}, sum(one.settled for one in found))
