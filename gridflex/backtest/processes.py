"""Pieces of a backtest on several processes: shared progress, one word that stops them all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Event
from typing import Any

from gridflex.backtest.study import Study
from gridflex.backtest.units import Columns, Unit, work
from gridflex.errors import PlanError

POLL_S = 0.2


@dataclass(frozen=True, eq=False)
class _Here:
    """What a worker process holds."""

    study: Study
    stopped: Event
    shares: SynchronizedArray[float]


_here: list[_Here] = []


def _take(study: Study, stopped: Event, shares: SynchronizedArray[float]) -> None:
    _here[:] = [_Here(study, stopped, shares)]


def _work(unit: Unit, number: int) -> Columns | None:
    here = _here[0]

    def watch(share: float) -> bool:
        here.shares[number] = share
        return here.stopped.is_set()

    return work(here.study, unit, watch)


def spread(
    study: Study,
    units: Sequence[Unit],
    workers: int,
    stop: Callable[[], bool],
    within: Callable[[Unit, float], None],
) -> Iterator[tuple[Unit, Columns]]:
    """Finished pieces as they come; ends early where ``stop`` turns true.

    Raises PlanError where a worker process was killed.
    """
    context: Any = multiprocessing.get_context("spawn")
    stopped, shares = context.Event(), context.Array("d", max(len(units), 1))
    pool = ProcessPoolExecutor(min(workers, max(len(units), 1)), context, _take, (study, stopped, shares))
    try:
        waiting = {pool.submit(_work, unit, number): number for number, unit in enumerate(units)}
        while waiting:
            if stop():
                stopped.set()
                break
            yield from _finished(waiting, units)
            for number in waiting.values():
                within(units[number], float(shares[number]))
    except BrokenProcessPool:
        raise PlanError("A worker process of the backtest was killed; run it again to go on where it stopped") from None
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(waiting: dict[Future[Columns | None], int], units: Sequence[Unit]) -> Iterator[tuple[Unit, Columns]]:
    done, _ = wait(waiting, POLL_S, FIRST_COMPLETED)
    for future in done:
        number, columns = waiting.pop(future), future.result()
        if columns is not None:
            yield units[number], columns
