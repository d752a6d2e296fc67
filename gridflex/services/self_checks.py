"""Checks this process makes of itself, on a schedule, so that uptime is counted and never claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from gridflex.errors import GridFlexError
from gridflex.services.platform import Clock, Platform
from gridflex.services.store_faults import said

EVERY = timedelta(minutes=1)
CLAIMED_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Uptime:
    """Checks due and passed since ``since``, the process's start; one that was not made has not passed.

    ``percent`` is None before 24 h. ``last_error`` is of the newest check that failed.
    """

    since: datetime
    due: int
    passed: int
    percent: float | None
    last_error: str = ""


class SelfChecks:
    """Counts checks. ``check`` raises GridFlexError where something is wrong.

    ``counting`` is true while checks are made in the background.
    """

    def __init__(self, check: Callable[[datetime], None], clock: Clock) -> None:
        self._check, self._clock, self._since = check, clock, clock()
        self._newest = self._passed = 0
        self.counting = False
        self._error = ""

    def run(self) -> None:
        """Make the newest check that is due, if it is not made yet; those slept through stay failed."""
        now = self._clock()
        due = self._due(now)
        if due <= self._newest:
            return
        self._newest = due
        try:
            self._check(now)
        except GridFlexError as problem:
            self._error = said(problem, "a self-check")
        else:
            self._passed += 1

    def report(self) -> Uptime:
        """What was due and what passed."""
        now = self._clock()
        due = max(self._due(now), self._newest)
        claimed = now - self._since >= CLAIMED_AFTER
        return Uptime(self._since, due, self._passed, 100 * self._passed / due if claimed else None, self._error)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make checks in the background when they are due, until the block ends."""
        over = Event()

        def work() -> None:
            while not over.wait(self._seconds_to_next()):
                self.run()

        thread = Thread(target=work, name="self-checks", daemon=True)
        thread.start()
        self.counting = True
        try:
            yield
        finally:
            self.counting = False
            over.set()
            thread.join()

    def _due(self, now: datetime) -> int:
        return (now - self._since) // EVERY

    def _seconds_to_next(self) -> float:
        now = self._clock()
        return (self._since + (self._due(now) + 1) * EVERY - now).total_seconds()


def self_checks(shared: Platform) -> SelfChecks:
    """The checks of one process."""
    return SelfChecks(partial(check_platform, shared), shared.clock)


def check_platform(shared: Platform, now: datetime) -> None:
    """Ask the store, the grid and the orchestrator for what every visitor needs. Raises GridFlexError.

    No source is asked: a check must not fetch what nobody looks at.
    """
    shared.trail.verify("")
    demo = shared.desk.replayed(now)
    shared.desk.decide(demo, shared.grid.replay(demo.site.region, now, demo.tariff))
