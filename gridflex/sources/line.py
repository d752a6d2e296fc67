"""One kept answer of one source: its last good value, and the one fetch that renews it.

The rule of the carbon feed for any source: nothing runs on a timer, whoever asks when a fetch
is due starts it in the background and gets at once what is known; one fetch at most runs;
after a failure the next is due a minute later; the last good answer stays, with its age.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Thread
from typing import Generic, TypeVar

from gridflex.domain.provenance import Provenance
from gridflex.errors import SourceError, StoreError

T = TypeVar("T")

RETRY = timedelta(minutes=1)
_log = logging.getLogger("gridflex.sources")
"""Gets the database's own words, which may name a host; a note goes to visitors."""


@dataclass(frozen=True)
class LineState(Generic[T]):
    """What a line knows. ``value`` is the last good answer; ``error`` why the last fetch failed, in a sentence."""

    value: T | None
    provenance: Provenance
    refreshing: bool
    error: str | None
    note: str | None
    last_success: datetime | None
    next_due: datetime | None


class Line(Generic[T]):
    """Keeps one answer fresh. Any number of threads may ask.

    ``fetch`` gets the present and raises SourceError; an answer is due again after ``every``.
    ``recall`` gives the last answer of an earlier process and when it was fetched, ``keep`` stores a
    new one; both may raise StoreError. Who asks while nothing is known waits until ``max_wait_s``
    after the fetch began.
    """

    def __init__(
        self,
        fetch: Callable[[datetime], T],
        every: timedelta,
        clock: Callable[[], datetime],
        *,
        recall: Callable[[], tuple[T, datetime] | None] | None = None,
        keep: Callable[[T, datetime], None] | None = None,
        max_wait_s: float = 1.5,
    ) -> None:
        self._fetch, self._every, self._clock = fetch, every, clock
        self._recall, self._keep, self._max_wait_s = recall, keep, max_wait_s
        self._changed = Condition()
        self._thread: Thread | None = None
        self._stopped = self._recalled = self._refreshing = self._fetched = False
        self._began_s = 0.0
        self._value: T | None = None
        self._error: str | None = None
        self._note: str | None = None
        self._last_attempt: datetime | None = None
        self._last_success: datetime | None = None
        self._next_due: datetime | None = None

    def state(self) -> LineState[T]:
        """What is known; starts a fetch that is due, and waits for it only while nothing is known."""
        self.begin()
        with self._changed:
            left_s = self._began_s + self._max_wait_s - time.monotonic()
            self._changed.wait_for(lambda: not self._refreshing or self._value is not None, max(left_s, 0.0))
        return self.known()

    @property
    def asked(self) -> bool:
        """Whether a fetch was ever begun."""
        return self._last_attempt is not None

    def known(self) -> LineState[T]:
        """What is known, without asking for more."""
        with self._changed:
            live = self._error is None and self._fetched
            return LineState(
                self._value,
                Provenance.LIVE if live and self._is_current() else Provenance.CACHED,
                self._refreshing,
                self._error,
                self._note,
                self._last_success,
                self._next_due,
            )

    def begin(self) -> None:
        """Start a fetch that is due, and wait for nothing."""
        with self._changed:
            if self._is_due():
                self._start()

    def refresh(self) -> None:
        """Make the next fetch due at once."""
        with self._changed:
            self._next_due = None

    def stop(self, wait_s: float = 5.0) -> None:
        """Fetch no more, and wait for what still runs."""
        with self._changed:
            self._stopped = True
        if self._thread is not None:
            self._thread.join(wait_s)

    def _is_due(self) -> bool:
        if self._stopped or self._refreshing:
            return False
        if self._next_due is None or self._last_attempt is None:
            return True
        # A clock that was set back must not put the next fetch off by as much.
        return not self._last_attempt <= self._clock() < self._next_due

    def _is_current(self) -> bool:
        # With the refresh under way, or nobody there to start it, an answer stays current for one more turn.
        return self._last_success is not None and self._clock() < self._last_success + 2 * self._every

    def _start(self) -> None:
        self._refreshing, self._began_s = True, time.monotonic()
        at = self._last_attempt = self._clock()
        self._next_due = at + RETRY
        self._thread = Thread(target=self._run, args=(at,), name="price-line", daemon=True)
        self._thread.start()

    def _run(self, at: datetime) -> None:
        value: T | None = None
        error: str | None = "The fetch broke off"
        try:
            self._remember()
            value, error = self._fetch(at), None
        except SourceError as problem:
            error = str(problem)
        finally:
            with self._changed:
                self._refreshing, self._error = False, error
                if value is not None:
                    self._value, self._last_success, self._next_due = value, at, at + self._every
                    self._fetched = True
                self._changed.notify_all()
        if value is not None and self._keep is not None:
            self._store(value, at)

    def _remember(self) -> None:
        if self._recalled or self._recall is None:
            return
        note, found = None, None
        try:
            found = self._recall()
        except StoreError as problem:
            note = "Earlier answers could not be read"
            _log.warning("%s: %s", note, problem)
        with self._changed:
            if found is not None:
                self._value, self._last_success = found
            self._note, self._recalled = note, True
            self._changed.notify_all()

    def _store(self, value: T, at: datetime) -> None:
        assert self._keep is not None
        note = None
        try:
            self._keep(value, at)
        except StoreError as problem:
            note = "The last answer could not be kept"
            _log.warning("%s: %s", note, problem)
        with self._changed:
            self._note = note
