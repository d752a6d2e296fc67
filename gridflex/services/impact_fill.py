"""Filling the archive in the background: one visitor's wish at a time, to be watched and stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from gridflex.backtest.fill import Fillable, Filled, fill_archive
from gridflex.domain import format as fmt
from gridflex.errors import StoreError
from gridflex.services import store_faults

REMEMBERED = 100
"""Fillings that are over and can still be asked about, whoever they were for."""


@dataclass(eq=False)
class Filling:
    """One filling under way; ``problem`` says why it came to nothing."""

    share: float = 0.0
    done: Filled | None = None
    problem: str = ""
    over: bool = False
    stopped: Event = field(default_factory=Event)

    @property
    def sentence(self) -> str:
        """What it came to."""
        if self.done is None:
            return self.problem
        said = f"{fmt.plural(self.done.asked, 'piece')} asked for, {fmt.plural(self.done.kept, 'half-hour')} kept."
        if not self.done.asked:
            said = "Everything of this period is in the archive already."
        if self.stopped.is_set():
            said += " Stopped: the next time goes on from there."
        elif self.done.failures:
            said += f" {fmt.plural(len(self.done.failures), 'piece')} failed and can be asked for again: "
            said += f"{self.done.failures[0]}."
        return said


class Fills:
    """Starts, shows and stops them; the outside service is asked for one at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fill")
        self._lock = Lock()
        self._of: dict[str, Filling] = {}

    def start(
        self,
        visitor: str,
        records: Sequence[Fillable],
        start: datetime,
        end: datetime,
        pause: Callable[[float], None] | None = None,
    ) -> Filling:
        """Begin one for a visitor; the one under way stays."""
        with self._lock:
            before = self._of.get(visitor)
            if before is not None and not before.over:
                return before
            self._of.pop(visitor, None)
            over = [name for name, filling in self._of.items() if filling.over]
            for name in over[: max(len(over) - REMEMBERED, 0)]:
                del self._of[name]
            fresh = self._of[visitor] = Filling()
        self._pool.submit(_work, fresh, records, start, end, pause or fresh.stopped.wait)
        return fresh

    def of(self, visitor: str) -> Filling | None:
        """The visitor's last; None where there is none, or others' have taken its place."""
        with self._lock:
            return self._of.get(visitor)

    def close(self) -> None:
        """Stop all, and wait for it."""
        with self._lock:
            for filling in self._of.values():
                filling.stopped.set()
        self._pool.shutdown()


def _work(
    filling: Filling, records: Sequence[Fillable], start: datetime, end: datetime, pause: Callable[[float], object]
) -> None:
    def tell(share: float) -> None:
        filling.share = share

    def wait(seconds: float) -> None:
        pause(seconds)

    try:
        filling.done = fill_archive(records, start, end, tell=tell, stop=filling.stopped.is_set, pause=wait)
    except StoreError as problem:
        filling.problem = store_faults.said(problem, "a filling")
    finally:
        filling.over = True
