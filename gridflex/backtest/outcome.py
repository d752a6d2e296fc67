"""What became of every job of a study under one contender, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.queue import Queue


@dataclass(frozen=True, eq=False)
class Outcome:
    """Columns in the order of ``job`` (rows of the study's jobs).

    ``start`` and ``end`` (one past the last half-hour) are rows of the study. ``carbon_g`` and
    ``cost_gbp`` are settled. ``first_start``, ``first_saved_g`` and ``first_saved_gbp`` are what
    the first decision planned and promised; ``kept_saved_g`` is what that plan would have
    saved as it turned out. ``changes`` counts re-plans that moved
    it, ``pauses`` its resumptions; ``piece_job`` and ``piece_row`` list the half-hours of runs
    that paused.
    """

    job: Ints
    start: Ints
    end: Ints
    carbon_g: Floats
    cost_gbp: Floats
    first_start: Ints
    first_saved_g: Floats
    first_saved_gbp: Floats
    kept_saved_g: Floats
    changes: Ints
    pauses: Ints
    piece_job: Ints
    piece_row: Ints

    @classmethod
    def blank(cls, job: Ints) -> Outcome:
        """Nothing decided yet."""
        count = len(job)

        def unplaced() -> Ints:
            return np.full(count, UNPLACED, dtype=np.int64)

        def zeros() -> Floats:
            return np.zeros(count)

        def none() -> Ints:
            return np.zeros(0, dtype=np.int64)

        return cls(
            job=job,
            start=unplaced(),
            end=unplaced(),
            carbon_g=zeros(),
            cost_gbp=zeros(),
            first_start=unplaced(),
            first_saved_g=zeros(),
            first_saved_gbp=zeros(),
            kept_saved_g=zeros(),
            changes=np.zeros(count, dtype=np.int64),
            pauses=np.zeros(count, dtype=np.int64),
            piece_job=none(),
            piece_row=none(),
        )

    @property
    def placed(self) -> Bools:
        """Jobs that ran."""
        return np.asarray(self.start != UNPLACED, dtype=np.bool_)

    def parts(self, count: int) -> Bools | None:
        """Half-hours of runs that paused, (n, ``count``); None where none did."""
        if not len(self.piece_job):
            return None
        table = np.zeros((len(self.job), count), dtype=np.bool_)
        place = np.empty(int(self.job.max()) + 1, dtype=np.int64)
        place[self.job] = np.arange(len(self.job))
        table[place[self.piece_job], self.piece_row] = True
        return table

    def kwh(self, jobs: Queue, count: int) -> Floats:
        """Energy drawn in each of ``count`` half-hours, kWh; restarts not counted."""
        whole = self.placed & (self.pauses == 0)
        power, length = jobs.power_kw[self.job], jobs.length[self.job]
        energy = _spread(power[whole] / 2, self.start[whole], length[whole], count)
        if len(self.piece_job):
            place = np.searchsorted(self.job, self.piece_job)
            done = _rank_within(self.piece_job)
            weight = np.clip(length[place] - done, 0.0, 1.0)
            energy += np.bincount(self.piece_row, weight * power[place] / 2, count)[:count]
        return energy


COLUMNS = tuple(field.name for field in fields(Outcome))


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Several outcomes of different jobs as one, in the order of the jobs."""
    columns = {name: np.concatenate([getattr(outcome, name) for outcome in outcomes]) for name in COLUMNS}
    order = np.argsort(columns["job"], kind="stable")
    pieces = np.lexsort((columns["piece_row"], columns["piece_job"]))
    return Outcome(**{name: column[pieces if name.startswith("piece_") else order] for name, column in columns.items()})


def _spread(kwh: Floats, start: Ints, length: Floats, count: int) -> Floats:
    """Energy of unbroken runs by half-hour: full ones, then the fraction of the last."""
    full = (length + 1e-9).astype(np.int64)
    change = np.zeros(count + 2)
    np.add.at(change, np.clip(start, 0, count), kwh)
    np.subtract.at(change, np.clip(start + full, 0, count), kwh)
    # A sum of differences leaves a rounding where nothing runs.
    energy = np.maximum(np.cumsum(change)[: count + 1], 0.0)
    tail = np.maximum(length - full, 0.0) * kwh
    np.add.at(energy, np.clip(start + full, 0, count), tail)
    spread: Floats = energy[:count]
    return spread


def _rank_within(sorted_jobs: Ints) -> Ints:
    """0, 1, 2, … within each run of equal values."""
    first = np.r_[True, sorted_jobs[1:] != sorted_jobs[:-1]]
    at = np.arange(len(sorted_jobs))
    rank: Ints = at - np.maximum.accumulate(np.where(first, at, 0))
    return rank
