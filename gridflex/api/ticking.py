"""The half-hour's work on request: for all workspaces in use, once in a half-hour however often it is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from fastapi import HTTPException

from gridflex.domain.halfhours import floor_half_hour
from gridflex.services.beckn_tending import tending
from gridflex.services.keeping import prune_daily
from gridflex.services.platform import Platform
from gridflex.services.tick import Outcome, tick_all
from gridflex.store.workspaces import Workspaces

DAYS = 7.0
"""Workspaces visited in the last so many days."""
UNDER_WAY = "The half-hour's work is under way; ask again for what became of it."
RETRY_S = 10


@dataclass(frozen=True)
class Worked:
    """What became of the workspaces of one half-hour."""

    at: datetime
    outcomes: dict[Outcome, int]
    settled: int


class Ticker:
    """One for the process. Nobody waits for another's work: waiting would take the threads that answer visitors."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._working = Lock()
        self._newest: Worked | None = None

    def tick(self, now: datetime) -> Worked:
        """Bring all workspaces in use up to ``now``, or tell what became of them.

        Raises HTTPException 409 while another request does it, StoreError where they cannot be listed.
        """
        if done := self._done(now):
            return done
        if not self._working.acquire(blocking=False):
            raise HTTPException(409, UNDER_WAY, {"Retry-After": str(RETRY_S)})
        try:
            self._newest = self._done(now) or self._work(now)
            return self._newest
        finally:
            self._working.release()

    def _done(self, now: datetime) -> Worked | None:
        newest = self._newest
        return newest if newest and floor_half_hour(newest.at) >= floor_half_hour(now) else None

    def _work(self, now: datetime) -> Worked:
        shared = self._platform
        store, tend = Workspaces(shared.database), tending(shared, waited=False)
        found = list(tick_all(store, shared.trail, shared.desk, now, DAYS, tend))
        prune_daily(shared, now)
        counted = Counter(one.outcome for one in found)
        return Worked(now, {word: counted[word] for word in Outcome}, sum(one.settled for one in found))
