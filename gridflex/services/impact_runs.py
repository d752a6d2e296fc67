"""Backtests in the background: one at a time in this process, each visitor's own, to be watched and stopped."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

from gridflex.backtest.result import Result
from gridflex.backtest.runner import Progress, run
from gridflex.backtest.study import Contender, Study
from gridflex.backtest.units import MemoryShelf
from gridflex.errors import GridFlexError
from gridflex.services.impact_study import Prepared
from gridflex.services.store_faults import said

MOST_KEPT = 8
"""Visitors whose last backtest is remembered."""

MOST_WORKERS = 8
WORTH_WORKERS = 10_000
"""Jobs times policies; fewer are done before a process has started."""


@dataclass(eq=False)
class Running:
    """One backtest under way; ``problem`` says why it came to nothing."""

    progress: Progress = field(default_factory=lambda: Progress(0.0, None))
    prepared: Prepared | None = None
    result: Result | None = None
    problem: str = ""
    over: bool = False
    stopped: Event = field(default_factory=Event)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)


class Backtests:
    """Starts, shows and stops them; who comes second waits. Finished pieces are taken up again after a stop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="backtest")
        self._lock = Lock()
        self._of: dict[str, Running] = {}

    def start(self, visitor: str, make: Callable[[], Prepared], contenders: tuple[Contender, ...]) -> Running:
        """Begin one for a visitor, in place of what they had."""
        with self._lock:
            before = self._of.pop(visitor, None)
            fresh = Running(shelf=before.shelf) if before else Running()
            if before:
                before.stopped.set()
            self._of[visitor] = fresh
            while len(self._of) > MOST_KEPT:
                self._of.pop(next(iter(self._of))).stopped.set()
        self._pool.submit(_work, fresh, make, contenders)
        return fresh

    def of(self, visitor: str) -> Running | None:
        """The visitor's last; None where there is none."""
        with self._lock:
            return self._of.get(visitor)

    def close(self) -> None:
        """Stop all, and wait for it."""
        with self._lock:
            for running in self._of.values():
                running.stopped.set()
        self._pool.shutdown()


def workers_for(study: Study, contenders: tuple[Contender, ...]) -> int:
    """Processes a backtest is worth: every core for a long one, none of its own for one that is done at once."""
    return min(os.cpu_count() or 1, MOST_WORKERS) if len(study.jobs) * len(contenders) >= WORTH_WORKERS else 1


def _work(running: Running, make: Callable[[], Prepared], contenders: tuple[Contender, ...]) -> None:
    def tell(progress: Progress) -> None:
        running.progress = progress

    try:
        if running.stopped.is_set():
            return
        running.prepared = make()
        study, stop = running.prepared.study, running.stopped.is_set
        workers = workers_for(study, contenders)
        running.result = run(study, contenders, workers=workers, tell=tell, stop=stop, shelf=running.shelf).result
    except GridFlexError as problem:
        running.problem = said(problem, "a backtest")
    finally:
        running.over = True
