"""One kept answer of one source: its last good value, and the one fetch that renews it.

Nothing runs on a timer, whoever asks when a fetch is due starts it in the background and gets
at once what is known; one fetch at most runs, among all instances on one store; after a
failure the next is due a minute later; the last good answer stays, with its age.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Event, Thread
from typing import Generic, TypeVar

from gridflex.domain.provenance import Provenance
from gridflex.errors import SourceError, StoreError
from gridflex.sources.sharing import RETRY, Shared, Turns

T = TypeVar("T")

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
    last_attempt: datetime | None
    last_success: datetime | None
    next_due: datetime | None


@dataclass(frozen=True)
class Kept(Generic[T]):
    """What outlives the process. Called from the line's thread; both raise StoreError.

    ``recall`` gives the last answer and when it was fetched; ``keep`` stores a new one and may
    return a note on what else could not be kept.
    """

    recall: Callable[[], tuple[T, datetime] | None]
    keep: Callable[[T, datetime], str | None]


def each(span: timedelta) -> Callable[[datetime], datetime]:
    """Due again a ``span`` after it was fetched."""
    return lambda fetched: fetched + span


class Line(Generic[T]):
    """Keeps one answer fresh. Any number of threads may ask.

    ``fetch`` gets the present and raises SourceError; an answer fetched at a moment is due again
    at ``due`` of it, and counts for a present that it ``covers``. With ``turns`` the instances on
    the store in ``kept`` fetch once for all of them. Who asks while too little is known waits
    until ``max_wait_s`` after the fetch began.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[datetime], T],
        due: Callable[[datetime], datetime],
        clock: Callable[[], datetime],
        *,
        kept: Kept[T] | None = None,
        turns: Turns | None = None,
        covers: Callable[[T, datetime], bool] = lambda value, now: True,
        max_wait_s: float = 1.5,
    ) -> None:
        self._name, self._fetch, self._due, self._clock, self._covers = name, fetch, due, clock, covers
        self._kept, self._max_wait_s = kept, max_wait_s
        self._changed, self._stopped = Condition(), Event()
        self._shared = Shared(turns, name, clock, self._stopped) if turns and kept else None
        self._thread: Thread | None = None
        self._refreshing = self._fetched = False
        self._began_s = 0.0
        self._value: T | None = None
        self._error: str | None = None
        self._note: str | None = None
        self._last_attempt: datetime | None = None
        self._last_success: datetime | None = None
        self._next_due: datetime | None = None

    def state(self, enough: Callable[[LineState[T]], bool] = lambda known: known.value is not None) -> LineState[T]:
        """What is known; starts a fetch that is due, and waits for it only while what is known is not ``enough``."""
        self.begin()
        with self._changed:
            left_s = self._began_s + self._max_wait_s - time.monotonic()
            self._changed.wait_for(lambda: not self._refreshing or enough(self.known()), max(left_s, 0.0))
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
                self._last_attempt,
                self._last_success,
                self._next_due,
            )

    def begin(self) -> None:
        """Start a fetch that is due, and wait for nothing."""
        with self._changed:
            if self._is_due():
                self._start()

    def stop(self, wait_s: float = 5.0) -> None:
        """Fetch no more, and wait for what still runs."""
        with self._changed:
            self._stopped.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _is_due(self) -> bool:
        if self._stopped.is_set() or self._refreshing:
            return False
        if self._next_due is None or self._last_attempt is None:
            return True
        # A clock that was set back must not put the next fetch off by as much.
        return not self._last_attempt <= self._clock() < self._next_due

    def _is_current(self) -> bool:
        # With the refresh under way, or nobody there to start it, an answer stays current for one more turn.
        return self._last_success is not None and self._clock() < self._due(self._due(self._last_success))

    def _start(self) -> None:
        self._began_s = time.monotonic()
        at = self._last_attempt = self._clock()
        self._next_due = at + RETRY
        thread = Thread(target=self._run, args=(at,), name=self._name, daemon=True)
        thread.start()
        # A machine that has no thread left raised: nothing runs then, and the next fetch is due in a minute.
        self._thread, self._refreshing = thread, True

    def _run(self, at: datetime) -> None:
        answer: tuple[T, datetime] | None = None
        error: str | None = "The fetch broke off"
        try:
            self._remember()
            answer, error = self._answer(at), None
        except SourceError as problem:
            error = str(problem)
        finally:
            with self._changed:
                self._refreshing, self._error = False, error
                if answer is not None:
                    self._note, (self._value, self._last_success) = None, answer
                    self._next_due, self._fetched = self._due(answer[1]), True
                self._changed.notify_all()
        if answer is not None and answer[1] == at:  # else another instance has kept it
            self._store(*answer)

    def _answer(self, at: datetime) -> tuple[T, datetime]:
        def fetch() -> tuple[T, datetime]:
            return self._fetch(at), at

        return self._shared.answer(self._serving, fetch) if self._shared else fetch()

    def _serving(self) -> tuple[T, datetime] | None:
        """What some instance has kept, if it is not due again. The clocks of two may differ a little."""
        found, now = self._kept and self._kept.recall(), self._clock()
        if found and found[1] - RETRY < now < self._due(found[1]) and self._covers(found[0], now):
            return found
        return None

    def _remember(self) -> None:
        if self._value is not None or self._kept is None:
            return
        note, found = None, None
        try:
            found = self._kept.recall()
        except StoreError as problem:
            note = "Earlier answers could not be read"
            _log.error("%s: %s", note, problem)
        with self._changed:
            if found is not None:
                self._value, self._last_success = found
            self._note = note
            self._changed.notify_all()

    def _store(self, value: T, at: datetime) -> None:
        if self._kept is None:
            return
        try:
            note = self._kept.keep(value, at)
            if self._shared:
                self._shared.done()
        except StoreError as problem:
            note = "The last answer could not be kept"
            _log.error("%s: %s", note, problem)
        with self._changed:
            self._note = note
