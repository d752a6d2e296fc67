"""One answer as several instances on one store ask for it: once for all of them.

Whoever gets the turn fetches and keeps the answer; the others wait for it and take it from the
store. After a failure all of them wait for the next try. An instance that dies while it
fetches holds the others up for ``LEASE`` at most, and a store that fails holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol, TypeVar

from gridflex.domain.turns import Turn
from gridflex.errors import SourceError, StoreError, Unreachable

T = TypeVar("T")

LEASE = timedelta(minutes=1)
"""Longer than a fetch takes: its time-outs and its retry for one question."""
RETRY = timedelta(minutes=1)
_LOOK_S = 0.25


class Turns(Protocol):
    """Of all instances that share a store, one at a time fetches. All methods raise StoreError."""

    def take(self, name: str, now: datetime, until: datetime) -> Turn:
        """Get the turn until ``until``, unless another has it."""
        ...

    def give_back(self, name: str) -> None:
        """Whoever asks next gets it."""
        ...

    def put_off(self, name: str, until: datetime, why: str) -> None:
        """Nobody else gets it before ``until``."""
        ...


class Shared:
    """The fetch of one answer, by its ``name`` among the turns; once ``over`` is set nobody waits any more."""

    def __init__(self, turns: Turns, name: str, clock: Callable[[], datetime], over: Event) -> None:
        self._turns, self._name, self._clock, self._over = turns, name, clock, over

    def answer(self, kept: Callable[[], T | None], fetch: Callable[[], T]) -> T:
        """What ``kept`` finds in the store, by whoever fetched it; else what ``fetch`` gives, in this instance's turn.

        Raises SourceError, another instance's too.
        """
        try:
            found = self._awaited(kept)
        except StoreError:
            found = None
        if found is not None:
            return found
        began = self._clock()
        try:
            return fetch()
        except SourceError as problem:
            self._put_off(began + RETRY, str(problem))
            raise

    def done(self) -> None:
        """What was fetched is kept: let the others have it. Raises StoreError."""
        self._turns.give_back(self._name)

    def _awaited(self, kept: Callable[[], T | None]) -> T | None:
        """The answer from the store; None with the turn to fetch it."""
        while True:
            now = self._clock()
            turn = self._turns.take(self._name, now, now + LEASE)
            if (found := kept()) is not None:
                if turn.mine:
                    self.done()
                return found
            if turn.mine:
                return None
            if turn.why:
                raise Unreachable(turn.why)
            if self._over.wait(_LOOK_S):
                raise Unreachable("The source is not asked any more")

    def _put_off(self, until: datetime, why: str) -> None:
        try:
            self._turns.put_off(self._name, until, why)
        except StoreError:
            return  # the turn runs out by itself
