"""What has run: begun jobs, the half-hours of those that pause, and the settlement of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridflex.backtest.outcome import Outcome
from gridflex.backtest.study import Study
from gridflex.planning.horizon import Ints
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.runs import run_sums

DONE = 1e-9
"""Half-hours of a run that count as none."""


class Ledger:
    """The outcome of some jobs as it fills. ``left`` (half-hours) and ``ran`` (in the last half-hour) are per job."""

    def __init__(self, study: Study, queue: Queue, jobs: Ints) -> None:
        self._study, self._queue, self._jobs = study, queue, jobs
        self.out = Outcome.blank(jobs)
        self.left = queue.length.copy()
        self.ran = np.zeros(len(jobs), np.bool_)
        self._pieces: list[tuple[int, Ints]] = []

    def begin(self, jobs: Ints, row: int | Ints) -> None:
        """Whole runs from ``row``."""
        self.out.start[jobs] = row
        self.out.end[jobs] = row + whole_slots(self._queue.length[jobs])

    def run_half_hour(self, jobs: Ints, row: int) -> None:
        """One half-hour, or its last fraction, of runs that may pause; a resumption draws its restart."""
        if not len(jobs):
            return
        queue, out = self._queue, self.out
        begun = out.start[jobs] != UNPLACED
        resumed = begun & ~self.ran[jobs]
        weight = np.minimum(self.left[jobs], 1.0)
        kwh = weight * queue.power_kw[jobs] / 2 + resumed * queue.restart_kwh[jobs]
        out.carbon_g[jobs] += kwh * self._study.intensity[row]
        out.cost_gbp[jobs] += kwh * self._study.price[row]
        out.start[jobs[~begun]] = row
        out.end[jobs] = row + 1
        out.pauses[jobs] += resumed
        self.left[jobs] -= weight
        self._pieces.append((row, jobs))

    def run_as_placed(self, row: int, jobs: Ints, placement: Placement) -> None:
        """What was decided once and for good, on the rows from ``row``."""
        if placement.parts is None:
            self.begin(jobs, row + placement.start)
            return
        broken = np.asarray(placement.parts.any(axis=1), dtype=np.bool_)
        self.begin(jobs[~broken], row + placement.start[~broken])
        for at in np.flatnonzero(broken):
            job = jobs[[at]]
            steps = np.flatnonzero(placement.parts[at])[: whole_slots(self.left[job])[0]]
            for before, step in zip(np.r_[-2, steps[:-1]], steps, strict=True):
                self.ran[job] = step == before + 1
                self.run_half_hour(job, row + int(step))

    def closed(self) -> Outcome:
        """Settle unbroken runs on the actual half-hours, and list the half-hours of those that paused."""
        out, queue, study = self.out, self._queue, self._study
        rows = np.concatenate([np.full(len(jobs), row) for row, jobs in self._pieces] or [np.empty(0, np.int64)])
        owners = np.concatenate([jobs for _, jobs in self._pieces] or [np.empty(0, np.int64)])
        whole = np.flatnonzero(out.placed & (self.left == queue.length))
        kwh = queue.power_kw[whole] / 2
        for column, values in ((out.carbon_g, study.intensity), (out.cost_gbp, study.price)):
            column[whole] = run_sums(values, out.start[whole], queue.length[whole]) * kwh
        paused = out.pauses[owners] > 0
        order = np.lexsort((rows[paused], owners[paused]))
        return replace(out, piece_job=self._jobs[owners[paused][order]], piece_row=rows[paused][order])
