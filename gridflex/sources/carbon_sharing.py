"""The carbon service as several instances on one archive ask it: once for all of them.

Whoever gets the turn fetches and keeps the answer; the others wait for it and take it from the
archive. After a failure all of them wait for the next try. An instance that dies while it
fetches holds the others up for ``LEASE`` at most, and a store that fails holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from threading import Event

from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.domain.turns import Turn
from gridflex.errors import SourceError, StoreError, Unreachable
from gridflex.sources.carbon_api import SETTLING
from gridflex.sources.carbon_parse import reading_at
from gridflex.sources.carbon_ports import CarbonService, SnapshotArchive, Turns

LEASE = timedelta(minutes=1)
"""Longer than a fetch takes: its time-outs and its retry for one question."""
RETRY = timedelta(minutes=1)
PAST_EVERY = timedelta(hours=12)
"""The past is asked for at a process's start; after a restart it is still there."""
_LOOK_S = 0.25


def next_settled(moment: datetime) -> datetime:
    """The first time after ``moment`` at which one more half-hour has a settled actual."""
    return floor_half_hour(moment - SETTLING) + HALF_HOUR + SETTLING


class SharedCarbon:
    """Stands before a service and its archive, and is both to a feed. Called from background threads."""

    def __init__(
        self, service: CarbonService, archive: SnapshotArchive, turns: Turns, clock: Callable[[], datetime]
    ) -> None:
        self._service, self._archive, self._turns, self._clock = service, archive, turns, clock
        self._over = Event()

    def fetch(self, region: int, now: datetime) -> CarbonSnapshot:
        """The answer that is due at ``now``, by whoever fetched it. Raises SourceError, another instance's too."""
        try:
            known = self._awaited(region, now)
        except StoreError:
            known = None
        if known is not None:
            return known
        try:
            return self._service.fetch(region, now)
        except SourceError as problem:
            self._put_off(region, now + RETRY, str(problem))
            raise

    def history(self, region: int, start: datetime, end: datetime) -> Sequence[Reading]:
        """Settled readings of the past; none where an instance has kept them lately. Raises SourceError, StoreError."""
        name, now = f"past-{region}", self._clock()
        if not self._turns.take(name, now, now + PAST_EVERY).mine:
            return ()
        try:
            return self._service.history(region, start, end)
        except SourceError:
            self._turns.give_back(name)
            raise

    def save(self, snapshot: CarbonSnapshot) -> None:
        """Keep an answer that this instance fetched, then let the others have it."""
        if snapshot != self._archive.latest(snapshot.region):
            self._archive.save(snapshot)
            self._turns.give_back(_name(snapshot.region))

    def latest(self, region: int) -> CarbonSnapshot | None:
        """As the archive."""
        return self._archive.latest(region)

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        """As the archive."""
        self._archive.save_history(region, readings)

    def requests_on(self, day: date) -> int:
        """Requests this instance sent on a UTC day."""
        return self._service.requests_on(day)

    def stop_waiting(self) -> None:
        """Whoever waits for another instance gives up."""
        self._over.set()

    def close(self) -> None:
        """Give the connections back."""
        self._service.close()

    def _awaited(self, region: int, now: datetime) -> CarbonSnapshot | None:
        """The due answer from the archive; None with the turn to fetch it."""
        while True:
            turn = self._take(region)
            if (newest := self._archive.latest(region)) and _serves(newest, now):
                if turn.mine:
                    self._turns.give_back(_name(region))
                return newest
            if turn.mine:
                return None
            if turn.why:
                raise Unreachable(turn.why)
            if self._over.wait(_LOOK_S):
                raise Unreachable("The carbon intensity service is not asked any more")

    def _take(self, region: int) -> Turn:
        now = self._clock()
        return self._turns.take(_name(region), now, now + LEASE)

    def _put_off(self, region: int, until: datetime, why: str) -> None:
        try:
            self._turns.put_off(_name(region), until, why)
        except StoreError:
            return  # the turn runs out by itself


def _name(region: int) -> str:
    return f"carbon-{region}"


def _serves(snapshot: CarbonSnapshot, now: datetime) -> bool:
    return next_settled(snapshot.fetched_at) > now and reading_at(snapshot.readings, now) is not None
