"""Pieces of a backtest on several processes: shared progress, all of them ended when it is stopped."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO

from gridflex.backtest.study import Study
from gridflex.backtest.units import Columns, Unit
from gridflex.errors import PlanError

POLL_S = 0.2
ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "gridflex.backtest.worker")

Told = tuple[str, int, object]
"""What a worker said of a piece, by its number: ``share``, ``done``, or ``killed``."""


def spread(
    study: Study,
    units: Sequence[Unit],
    workers: int,
    stop: Callable[[], bool],
    within: Callable[[Unit, float], None],
) -> Iterator[tuple[Unit, Columns]]:
    """Finished pieces as they come; ends early where ``stop`` turns true.

    Raises PlanError where a worker process did not start or was killed.
    """
    with _Crew(study, units, min(workers, max(len(units), 1))) as crew:
        left = len(units)
        while left and not stop():
            try:
                kind, number, value = crew.told.get(timeout=POLL_S)
            except Empty:
                continue
            if kind == "killed":
                raise PlanError(
                    "A worker process of the backtest did not start or was killed; run it again to go on from there"
                )
            if kind == "share":
                within(units[number], value)  # type: ignore[arg-type]
            else:
                left -= 1
                yield units[number], value  # type: ignore[misc]


class _Crew:
    """Worker processes, each led by a thread that hands it one piece after another."""

    def __init__(self, study: Study, units: Sequence[Unit], workers: int) -> None:
        self.told: SimpleQueue[Told] = SimpleQueue()
        self._study = pickle.dumps(study, pickle.HIGHEST_PROTOCOL)
        self._todo: SimpleQueue[tuple[int, Unit]] = SimpleQueue()
        for numbered in enumerate(units):
            self._todo.put(numbered)
        self._lock = Lock()
        self._ended = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads = [Thread(target=self._lead, name="backtest-worker", daemon=True) for _ in range(workers)]

    def __enter__(self) -> _Crew:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._ended = True
            for process in self._processes:
                process.kill()
        for thread in self._threads:
            thread.join()

    def _lead(self) -> None:
        with self._lock:
            if self._ended:
                return
            try:
                process = subprocess.Popen(
                    COMMAND,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))},
                )
            except OSError:  # no memory for one, perhaps: whoever waits must hear of it
                self.told.put(("killed", 0, None))
                return
            self._processes.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        number = 0
        try:
            process.stdin.write(self._study)
            with suppress(Empty):
                while True:
                    number, unit = self._todo.get_nowait()
                    self._do(number, unit, process.stdin, process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            self.told.put(("killed", number, None))
        finally:
            with suppress(OSError):
                process.stdin.close()
            process.stdout.close()
            process.wait()

    def _do(self, number: int, unit: Unit, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        pickle.dump(unit, stdin, pickle.HIGHEST_PROTOCOL)
        stdin.flush()
        kind = ""
        while kind != "done":
            kind, value = pickle.load(stdout)
            self.told.put((kind, number, value))
