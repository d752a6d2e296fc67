"""A queue as columns: what a planner needs of each job, in half-hours of a horizon."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.jobs import LONGEST_DEFERRAL_H
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints

if TYPE_CHECKING:
    import pandas as pd

SLACK = 1e-9
"""Half-hours by which a length may exceed a whole number and still count as it (rounding of h x 2)."""


@dataclass(frozen=True, eq=False)
class Queue:
    """Columns of equal length n, one row a job; times are rows of the horizon.

    ``length`` is the expected run in half-hours (fractional), ``slots`` the half-hours
    kept free for it (the time limit where one is given, else the length, rounded up).
    ``earliest`` is its first possible start; ``latest`` its last start in time, cut at the
    horizon's end, below ``earliest`` where none exists. ``fixed`` jobs (critical or not
    deferrable) start at ``earliest``. ``baseline`` is the start it is compared with.
    ``late`` marks jobs whose own deadline leaves no start at all, horizon or not. A job that
    may pause runs at least ``min_run`` half-hours at a stretch and draws ``restart_kwh``
    more each time it resumes; ``gpus`` counts against a cap in GPUs. Columns left out are
    1, 0 and 0.
    """

    job_id: NDArray[np.object_]
    power_kw: Floats
    length: Floats
    slots: Ints
    earliest: Ints
    latest: Ints
    baseline: Ints
    fixed: Bools
    critical: Bools
    interruptible: Bools
    late: Bools
    min_run: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    restart_kwh: Floats = field(default_factory=lambda: np.empty(0))
    gpus: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        for name, given in (("min_run", np.int64(1)), ("restart_kwh", 0.0), ("gpus", 0.0)):
            if len(getattr(self, name)) != len(self.power_kw):
                object.__setattr__(self, name, np.full(len(self.power_kw), given))

    def __len__(self) -> int:
        return len(self.power_kw)

    @property
    def energy_kwh(self) -> Floats:
        """Energy of each whole run, kWh."""
        return self.power_kw * self.length / 2

    @property
    def placeable(self) -> Bools:
        """Whether any start in the window exists."""
        return self.latest >= self.earliest

    def take(self, rows: Ints | Bools | slice) -> Queue:
        """The queue of the given rows, in that order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})


COLUMNS = tuple(column.name for column in fields(Queue))


def whole_slots(length: Floats) -> Ints:
    """Half-hours touched by runs of ``length`` half-hours; at least one."""
    return np.maximum(np.ceil(length - SLACK), 1).astype(np.int64)


def queue_from_frame(
    frame: pd.DataFrame,
    horizon: Horizon,
    pue: float = 1.0,
    min_run_hours: float = 0.5,
    restart_kwh: float = 0.0,
    now: datetime | None = None,
) -> Queue:
    """Columns of a job frame on a horizon, windows as DESIGN's rule has them.

    A release not after ``now`` (the start of the horizon's present unless given) means the
    current half-hour, later ones round up; deadlines round down. A deadline alone bounds
    the run; else the longest deferral of the job, else of its priority, counted from the
    release, bounds the start. ``pue`` multiplies power and ``restart_kwh``, the energy of
    one restart of a job that may pause; such a job runs at least ``min_run_hours`` (rounded
    up to half-hours) at a stretch.
    """
    release = _rows(frame["release"], horizon)
    length = frame["duration_hours"].to_numpy(np.float64) * 2
    limit = frame["time_limit_hours"].to_numpy(np.float64) * 2
    slots = whole_slots(np.fmax(length, np.nan_to_num(limit)))
    arrived = (frame["release"] <= (now or horizon.now)).to_numpy(np.bool_)
    rounded = np.maximum(np.ceil(release - SLACK), horizon.now_index).astype(np.int64)
    earliest = np.where(arrived, horizon.now_index, rounded)

    deferral = frame["max_defer_hours"].to_numpy(np.float64)
    by_priority = frame["priority"].map({str(k): v for k, v in LONGEST_DEFERRAL_H.items()}).to_numpy(np.float64)
    deferral = np.where(np.isnan(deferral), by_priority, deferral)
    by_deferral = np.maximum(np.floor(release + 2 * deferral + SLACK).astype(np.int64), earliest)
    deadline = _rows(frame["deadline"], horizon)
    by_deadline = np.floor(np.nan_to_num(deadline) + SLACK).astype(np.int64) - slots
    due = np.where(np.isnan(deadline), by_deferral, by_deadline)

    critical = (frame["priority"] == "critical").to_numpy(np.bool_)
    fixed = critical | ~frame["deferrable"].to_numpy(np.bool_)
    late = due < earliest
    due = np.where(fixed, np.where(late & ~critical, due, earliest), due)
    return Queue(
        job_id=frame["job_id"].to_numpy(np.object_),
        power_kw=frame["energy_kwh"].to_numpy(np.float64) / (length / 2) * pue,
        length=length,
        slots=slots,
        earliest=earliest,
        latest=np.minimum(due, len(horizon) - slots),
        baseline=earliest.copy(),
        fixed=fixed,
        critical=critical,
        interruptible=frame["interruptible"].to_numpy(np.bool_),
        late=late & ~critical,
        min_run=np.full(len(frame), int(whole_slots(np.array(2 * min_run_hours)))),
        restart_kwh=np.full(len(frame), restart_kwh * pue),
        gpus=np.nan_to_num(frame["gpus"].to_numpy(np.float64)),
    )


def _rows(times: pd.Series, horizon: Horizon) -> Floats:
    """Times as fractional rows of the horizon; NaN where there is none."""
    rows: Floats = (times - horizon.start).dt.total_seconds().to_numpy(np.float64) / 1800
    return rows
