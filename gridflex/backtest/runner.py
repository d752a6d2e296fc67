"""Runs a backtest with progress and the time left, to be stopped and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gridflex.backtest.clairvoyant import Possible
from gridflex.backtest.outcome import joined
from gridflex.backtest.processes import spread
from gridflex.backtest.result import Result, result_of
from gridflex.backtest.study import AT_ONCE, STANDARD, Contender, Study
from gridflex.backtest.units import Columns, MemoryShelf, Shelf, Unit, outcome_of, possible_of, units_of, work


@dataclass(frozen=True)
class Progress:
    """How far a backtest is: ``share`` from 0 to 1; ``seconds_left`` is None until something can be told."""

    share: float
    seconds_left: float | None


@dataclass(frozen=True, eq=False)
class Run:
    """What a run came to: its result, or none where it was stopped (finished pieces are on the shelf)."""

    result: Result | None
    seconds: float

    @property
    def stopped(self) -> bool:
        """Whether it was cancelled before its end."""
        return self.result is None


Tell = Callable[[Progress], None]
Stop = Callable[[], bool]


def _quietly(progress: Progress) -> None:
    """Tells nobody."""


def _never() -> bool:
    return False


def run(
    study: Study,
    contenders: Sequence[Contender] = STANDARD,
    *,
    workers: int = 1,
    tell: Tell = _quietly,
    stop: Stop = _never,
    shelf: Shelf | None = None,
) -> Run:
    """Run a backtest; run-at-once is always among the contenders, as what they are compared with.

    With ``workers`` above 1 the pieces go to as many processes, started afresh, so a script
    needs its ``__main__`` guard. ``stop`` is asked all along; finished pieces are kept on
    ``shelf`` and taken from it. Raises PlanError where a worker process was killed, and
    StoreError where the shelf fails.
    """
    began = time.monotonic()
    contenders = tuple(dict.fromkeys((AT_ONCE, *contenders)))
    found, todo, kept = _taken_up(study, contenders, shelf or MemoryShelf())
    clock = _Clock([*found, *todo], tell)
    for unit in found:
        clock.skip(unit)
    each = _inline(study, todo, clock, stop) if workers <= 1 else spread(study, todo, workers, stop, clock.within)
    for unit, columns in each:
        found[unit] = columns
        kept(unit, columns)
        clock.finished(unit)
    seconds = time.monotonic() - began
    if len(found) < len(clock.units):
        return Run(None, seconds)
    return Run(_put_together(study, contenders, found), seconds)


def _taken_up(
    study: Study, contenders: Sequence[Contender], shelf: Shelf
) -> tuple[dict[Unit, Columns], list[Unit], Callable[[Unit, Columns], None]]:
    """Pieces that are on the shelf, those to be done, and how to keep one."""
    digest = study.digest()
    found, todo = dict[Unit, Columns](), []
    for unit in units_of(study, contenders):
        columns = shelf.get(unit.key(digest))
        if columns is None:
            todo.append(unit)
        else:
            found[unit] = columns
    return found, todo, lambda unit, columns: shelf.put(unit.key(digest), columns)


def _inline(study: Study, todo: Sequence[Unit], clock: _Clock, stop: Stop) -> Iterator[tuple[Unit, Columns]]:
    """One piece after another, here."""
    for unit in todo:

        def watch(share: float, unit: Unit = unit) -> bool:
            clock.within(unit, share)
            return stop()

        columns = None if stop() else work(study, unit, watch)
        if columns is None:
            return
        yield unit, columns


def _put_together(study: Study, contenders: Sequence[Contender], found: dict[Unit, Columns]) -> Result:
    outcomes = {
        contender: joined([outcome_of(columns) for unit, columns in found.items() if unit.contender == contender])
        for contender in contenders
    }
    bounds = [possible_of(columns) for unit, columns in found.items() if unit.contender is None]
    order = np.argsort(np.concatenate([bound.job for bound in bounds]), kind="stable")
    return result_of(
        study,
        outcomes,
        Possible(
            np.concatenate([bound.job for bound in bounds])[order],
            np.concatenate([bound.unbroken_g for bound in bounds])[order],
            np.concatenate([bound.pausing_g for bound in bounds])[order],
        ),
    )


class _Clock:
    """Knows what is done and tells how long the rest takes, from what the done pieces took."""

    def __init__(self, units: Sequence[Unit], tell: Tell) -> None:
        self.units, self._tell = tuple(units), tell
        self._whole = sum(unit.weight for unit in units) or 1.0
        self._done = self._skipped = 0.0
        self._part: dict[Unit, float] = {}
        self._began = time.monotonic()
        self._told = 0.0

    def skip(self, unit: Unit) -> None:
        """A piece that was there already."""
        self._skipped += unit.weight

    def within(self, unit: Unit, share: float) -> None:
        """So much of a piece is done; told ten times a second at most."""
        self._part[unit] = share
        if time.monotonic() - self._told > 0.1:
            self._tell_now()

    def finished(self, unit: Unit) -> None:
        """A piece is done."""
        self._part.pop(unit, None)
        self._done += unit.weight
        self._tell_now()

    def _tell_now(self) -> None:
        self._told = time.monotonic()
        worked = self._done + sum(unit.weight * share for unit, share in self._part.items())
        left = self._whole - self._skipped - worked
        seconds = self._told - self._began
        self._tell(Progress((self._skipped + worked) / self._whole, seconds * left / worked if worked > 0 else None))
