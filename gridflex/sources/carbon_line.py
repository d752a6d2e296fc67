"""One region of the carbon feed: a line that covers now, and the past that its forecast is made from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.errors import SourceError
from gridflex.sources.carbon_api import SETTLING
from gridflex.sources.carbon_parse import reading_at
from gridflex.sources.carbon_ports import CarbonService, FeedState, SnapshotArchive
from gridflex.sources.line import Kept, Line, LineState
from gridflex.sources.sharing import Turns

PAST = timedelta(days=13)
"""What the forecast from the archive is given to start with: one range of the service."""
PAST_EVERY = timedelta(hours=12)
"""The past is asked for at a process's start; after a restart it is still there."""


def next_settled(moment: datetime) -> datetime:
    """The first time after ``moment`` at which one more half-hour has a settled actual."""
    return floor_half_hour(moment - SETTLING) + HALF_HOUR + SETTLING


class CarbonLine:
    """Keeps one region's answer fresh. Any number of threads may ask; with ``turns``, of any instance."""

    def __init__(
        self,
        region: int,
        api: CarbonService,
        archive: SnapshotArchive,
        clock: Callable[[], datetime],
        max_wait_s: float,
        turns: Turns | None,
    ) -> None:
        self._region, self._api, self._archive, self._clock, self._turns = region, api, archive, clock, turns
        self._has_past = False
        self._line: Line[CarbonSnapshot] = Line(
            f"carbon-{region}",
            lambda now: api.fetch(region, now),
            next_settled,
            clock,
            kept=Kept(self._recall, self._keep),
            turns=turns,
            covers=_covers,
            max_wait_s=max_wait_s,
        )

    def state(self, now: datetime) -> FeedState:
        """What is known for ``now``; starts a fetch that is due, and waits for it only with too little to show."""

        def is_live(known: LineState[CarbonSnapshot]) -> bool:
            return known.provenance is Provenance.LIVE and _covers(known.value, now)

        def enough(known: LineState[CarbonSnapshot]) -> bool:
            return is_live(known) or (known.error is not None and _covers(known.value, now))

        known = self._line.state(enough)
        return FeedState(
            snapshot=known.value,
            live=is_live(known),
            refreshing=known.refreshing,
            error=known.error,
            archive_note=known.note,
            last_attempt=known.last_attempt,
            last_success=known.last_success,
            next_due=known.next_due,
            requests_today=self._api.requests_on(self._clock().date()),
        )

    def stop(self, wait_s: float) -> None:
        """Fetch no more, and wait for what still runs."""
        self._line.stop(wait_s)

    def _recall(self) -> tuple[CarbonSnapshot, datetime] | None:
        found = self._archive.latest(self._region)
        return (found, found.fetched_at) if found else None

    def _keep(self, fetched: CarbonSnapshot, at: datetime) -> str | None:
        self._archive.save(fetched)
        try:
            if not self._has_past:
                self._keep_past(at)
        except SourceError as problem:
            return f"The last {PAST.days} days could not be read: {problem}"
        return None

    def _keep_past(self, at: datetime) -> None:
        """Raises SourceError, StoreError. Nothing is asked where an instance has kept it lately."""
        name = f"past-{self._region}"
        if self._turns is None or self._turns.take(name, at, at + PAST_EVERY).mine:
            end = floor_half_hour(at - SETTLING)
            try:
                past = self._api.history(self._region, end - PAST, end)
            except SourceError:
                if self._turns:
                    self._turns.give_back(name)
                raise
            self._archive.save_history(self._region, past)
        self._has_past = True


def _covers(snapshot: CarbonSnapshot | None, now: datetime) -> bool:
    return snapshot is not None and reading_at(snapshot.readings, now) is not None
