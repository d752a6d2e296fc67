"""One region of the carbon feed: its last good answer, and the one fetch that renews it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Condition, Thread

from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.errors import SourceError, StoreError
from gridflex.sources.carbon_api import SETTLING
from gridflex.sources.carbon_parse import reading_at
from gridflex.sources.carbon_ports import CarbonService, FeedState, SnapshotArchive
from gridflex.sources.carbon_sharing import RETRY, next_settled

PAST = timedelta(days=13)
"""What the forecast from the archive is given to start with: one range of the service."""
_log = logging.getLogger("gridflex.sources")
"""Gets the database's own words, which may name a host; a note goes to visitors."""


class CarbonLine:
    """Keeps one region's answer fresh. Any number of threads may ask; one at most fetches.

    The fetch runs on a daemon thread, by ``clock``; ``max_wait_s`` after its start nobody waits
    for it any more.
    """

    def __init__(
        self,
        region: int,
        api: CarbonService,
        archive: SnapshotArchive,
        clock: Callable[[], datetime],
        max_wait_s: float,
    ) -> None:
        self._region, self._api, self._archive, self._clock = region, api, archive, clock
        self._max_wait_s = max_wait_s
        self._changed = Condition()
        self._thread: Thread | None = None
        self._refreshing = self._has_past = self._stopped = False
        self._wait_until = 0.0
        self._snapshot: CarbonSnapshot | None = None
        self._error: str | None = None
        self._archive_note: str | None = None
        self._last_attempt: datetime | None = None
        self._last_success: datetime | None = None
        self._next_due: datetime | None = None

    def state(self, now: datetime) -> FeedState:
        """What is known for ``now``; starts a fetch that is due, and waits for it only with too little to show."""
        with self._changed:
            if self._is_due():
                self._start()
            left = self._wait_until - time.monotonic()
            self._changed.wait_for(lambda: not self._refreshing or self._is_showable(now), left)
            return FeedState(
                snapshot=self._snapshot,
                live=self._is_current() and self._covers(now),
                refreshing=self._refreshing,
                error=self._error,
                archive_note=self._archive_note,
                last_attempt=self._last_attempt,
                last_success=self._last_success,
                next_due=self._next_due,
                requests_today=self._api.requests_on(self._clock().date()),
            )

    def refresh(self) -> None:
        """Make the next fetch due at once."""
        with self._changed:
            self._next_due = None

    def stop(self, wait_s: float) -> None:
        """Fetch no more, and wait for what still runs."""
        with self._changed:
            self._stopped = True
        if self._thread is not None:
            self._thread.join(wait_s)

    def _is_due(self) -> bool:
        if self._stopped or (self._thread is not None and self._thread.is_alive()):
            return False
        if self._next_due is None or self._last_attempt is None:
            return True
        # A clock that was set back must not put the next fetch off by as much.
        return not self._last_attempt <= self._clock() < self._next_due

    def _covers(self, now: datetime) -> bool:
        return self._snapshot is not None and reading_at(self._snapshot.readings, now) is not None

    def _is_current(self) -> bool:
        # With the refresh under way or nobody there to start it, an answer stays current for a half-hour more.
        if self._error is not None or self._last_success is None:
            return False
        return self._clock() < next_settled(self._last_success) + HALF_HOUR

    def _is_showable(self, now: datetime) -> bool:
        return self._covers(now) and (self._is_current() or self._error is not None)

    def _start(self) -> None:
        self._refreshing = True
        self._last_attempt = self._clock()
        self._next_due = self._last_attempt + RETRY
        self._wait_until = time.monotonic() + self._max_wait_s
        self._thread = Thread(target=self._run, args=(self._last_attempt,), name=f"carbon-{self._region}", daemon=True)
        self._thread.start()

    def _run(self, at: datetime) -> None:
        try:
            if self._snapshot is None:
                self._recall()
            fetched = self._fetch(at)
        finally:
            with self._changed:
                self._refreshing = False
                self._changed.notify_all()
        if fetched is not None:
            self._keep(fetched)

    def _recall(self) -> None:
        snapshot, note = None, None
        try:
            snapshot = self._archive.latest(self._region)
        except StoreError as problem:
            note = "Earlier answers could not be read"
            _log.warning("%s: %s", note, problem)
        with self._changed:
            self._snapshot, self._archive_note = snapshot, note
            self._changed.notify_all()

    def _fetch(self, at: datetime) -> CarbonSnapshot | None:
        """The new snapshot, None if the fetch failed; the outcome is in the state first."""
        try:
            fetched = self._api.fetch(self._region, at)
        except SourceError as problem:
            with self._changed:
                self._error = str(problem)
            return None
        with self._changed:
            self._snapshot, self._error = fetched, None
            self._last_success, self._next_due = fetched.fetched_at, next_settled(fetched.fetched_at)
        return fetched

    def _keep(self, fetched: CarbonSnapshot) -> None:
        note = None
        try:
            self._archive.save(fetched)
            if not self._has_past:
                end = floor_half_hour(fetched.fetched_at - SETTLING)
                past = self._api.history(self._region, end - PAST, end)
                self._archive.save_history(self._region, past)
                self._has_past = True
        except StoreError as problem:
            note = "The last answer could not be kept"
            _log.warning("%s: %s", note, problem)
        except SourceError as problem:
            note = f"The last {PAST.days} days could not be read: {problem}"
        with self._changed:
            self._archive_note = note
