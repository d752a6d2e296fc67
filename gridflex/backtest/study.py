"""A study: a period of the past, the jobs that came, what was known, and the rules to be tried on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from gridflex.backtest.knowledge import Knowledge, Perfect
from gridflex.backtest.series import Settled
from gridflex.domain.halfhours import HALF_HOUR, half_hours_between
from gridflex.errors import InputError
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue, queue_from_frame

if TYPE_CHECKING:
    import pandas as pd

HORIZON = 96
"""Half-hours a decision looks ahead."""


@dataclass(frozen=True)
class Contender:
    """A policy and how it is run: ``rolling`` re-decides every half-hour, else once, when the job comes.

    With ``keep_margin`` a plan is changed only where the new start gains more than that share
    of what the kept one costs. ``threshold`` stands in for the study's own, where given.
    """

    policy: str
    rolling: bool = True
    keep_margin: float = 0.0
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise InputError(f"{self.policy!r} is no policy; choose one of {', '.join(POLICIES)}")

    @property
    def label(self) -> str:
        """Name for the page."""
        way = "" if self.policy == AT_ONCE.policy else ", re-planned" if self.rolling else ", decided once"
        gate = "" if self.threshold is None else f" at {self.threshold:g} g"
        return POLICIES[self.policy].title + gate + way


AT_ONCE = Contender("run-at-once", rolling=False)
DOCUMENTED = Contender("threshold", rolling=False)
PEER = Contender("peer-sliding-mean", rolling=False)
BEST_WINDOW = Contender("best-window")
PAUSING = Contender("interruptible")
STANDARD = (AT_ONCE, DOCUMENTED, PEER, BEST_WINDOW, PAUSING)
"""Run at once, the documented rule, the peer's rule, and the two exact planners."""


@dataclass(frozen=True, eq=False)
class Study:
    """Rows are half-hours from ``start``. ``jobs`` has windows on these rows.

    ``intensity`` and ``price`` settle; ``knowledge`` and ``known_price`` decide. ``left_out``
    counts jobs that could not be settled because a series has a long gap in their reach.
    ``cleanest_percent`` makes the threshold relative to the next 24 h, as the product can.
    """

    name: str
    start: datetime
    intensity: Floats
    price: Floats
    knowledge: Knowledge
    known_price: Knowledge
    jobs: Queue
    rules: Rules
    cleanest_percent: float | None = None
    left_out: int = 0
    filled: int = 0

    def __len__(self) -> int:
        return len(self.intensity)

    @property
    def settled(self) -> Horizon:
        """The period as it turned out."""
        return Horizon.of(self.start, self.intensity, self.price)

    def digest(self) -> str:
        """Names everything that the result depends on; equal studies have equal digests."""
        made_of = hashlib.sha256(repr((self.start, self.rules, self.cleanest_percent, self.knowledge.name)).encode())
        for column in (self.intensity, self.price, *_columns(self.jobs)):
            made_of.update(np.ascontiguousarray(column).tobytes())
        for row in range(0, len(self), max(len(self) // 64, 1)):
            made_of.update(np.ascontiguousarray(self.knowledge.at(row, HORIZON)).tobytes())
        return made_of.hexdigest()


def _columns(jobs: Queue) -> Iterator[Floats | Ints | Bools]:
    return (getattr(jobs, field.name) for field in fields(jobs) if field.name != "job_id")


def study_of(
    name: str,
    frame: pd.DataFrame,
    intensity: Settled,
    knowledge: Knowledge,
    rules: Rules,
    *,
    price: Settled | None = None,
    known_price: Knowledge | None = None,
    pue: float = 1.0,
    cleanest_percent: float | None = None,
) -> Study:
    """A study of the jobs of ``frame`` that are released in the period of ``intensity``.

    ``price`` settles the bill (none: £0), ``known_price`` is what was known of it ahead (a
    published tariff: the price itself). Jobs whose reach touches an unknown half-hour are
    left out and counted. Raises InputError where no job is left, or the series differ.
    """
    count = len(intensity)
    if price is not None and (price.start != intensity.start or len(price) != count):
        raise InputError("intensity and price must cover the same half-hours")
    prices = np.zeros(count) if price is None else price.values
    horizon = Horizon.of(intensity.start, np.nan_to_num(intensity.values), np.nan_to_num(prices))
    released = frame["release"]
    inside = (released >= intensity.start) & (released < intensity.start + HALF_HOUR * count)
    jobs = queue_from_frame(frame[inside.to_numpy(np.bool_)], horizon, pue)
    unknown = ~(np.isfinite(intensity.values) & np.isfinite(prices))
    fits = (jobs.earliest + jobs.slots <= count) & ~_touches(jobs, unknown)
    kept = jobs.take(fits)
    if not len(kept):
        raise InputError("no job of the workload lies wholly within the period")
    order = np.argsort(kept.earliest, kind="stable")
    return Study(
        name,
        intensity.start,
        horizon.intensity,
        horizon.price,
        knowledge,
        known_price or Perfect(horizon.price, "a published tariff"),
        kept.take(order),
        rules,
        cleanest_percent,
        len(jobs) - len(kept),
        int(intensity.filled.sum()),
    )


def _touches(jobs: Queue, unknown: Bools) -> Bools:
    """Jobs that could run in an unknown half-hour."""
    before = np.r_[0, np.cumsum(unknown)]
    last = np.clip(np.maximum(jobs.latest, jobs.earliest) + jobs.slots, 0, len(unknown))
    touched: Bools = before[last] > before[np.clip(jobs.earliest, 0, len(unknown))]
    return touched


def period(study: Study, first: datetime, end: datetime) -> Study:
    """The same study with the jobs released from ``first`` up to ``end`` alone."""
    low, high = (half_hours_between(study.start, moment) for moment in (first, end))
    inside = (study.jobs.earliest >= low) & (study.jobs.earliest < high)
    if not inside.any():
        raise InputError("no job comes in that period")
    return replace(study, jobs=study.jobs.take(inside))
