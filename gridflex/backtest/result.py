"""What a backtest says: each contender against run-at-once and against what was possible, with its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from gridflex.backtest.clairvoyant import Possible
from gridflex.backtest.outcome import Outcome
from gridflex.backtest.study import AT_ONCE, HORIZON, Contender, Study
from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.planning.horizon import Bools, Floats, Ints

DIRTIER = 1e-9
"""Share of its own carbon by which a job must be dirtier to be counted so."""


@dataclass(frozen=True, eq=False)
class ContenderResult:
    """One contender. ``saved_g`` and ``saved_gbp`` are by job against run-at-once under the same cap, settled."""

    contender: Contender
    outcome: Outcome
    saved_g: Floats
    saved_gbp: Floats
    baseline_g: float
    baseline_gbp: float
    possible_g: float
    delay_hours: float
    critical_late: int
    late: int
    dirtier: int
    peak_kw: float

    @property
    def carbon_saved_share(self) -> float:
        """Share of all jobs' carbon that was saved."""
        return float(self.saved_g.sum()) / self.baseline_g if self.baseline_g else 0.0

    @property
    def cost_saved_share(self) -> float:
        """Share of the bill that was saved."""
        return float(self.saved_gbp.sum()) / self.baseline_gbp if self.baseline_gbp else 0.0

    @property
    def share_of_possible(self) -> float:
        """Carbon saved as a share of what a clairvoyant could have saved with unbroken runs; above 1 by pausing."""
        return float(self.saved_g.sum()) / self.possible_g if self.possible_g else 0.0

    @property
    def sla_kept(self) -> float:
        """Share of jobs on time, critical ones at their first half-hour."""
        count = len(self.saved_g)
        return (count - self.late - self.critical_late) / count


@dataclass(frozen=True, eq=False)
class Result:
    """A study's contenders in their order, and the bound. ``impossible`` jobs came with no start in time."""

    study: Study
    contenders: tuple[ContenderResult, ...]
    possible: Possible
    impossible: int
    beyond_horizon: int

    @property
    def at_once(self) -> ContenderResult:
        """Run at once: what all are compared with."""
        return self.of(AT_ONCE)

    def of(self, contender: Contender) -> ContenderResult:
        """One contender's result. Raises KeyError for one that did not run."""
        return {result.contender: result for result in self.contenders}[contender]

    @property
    def possible_unbroken_g(self) -> float:
        """Grams the clairvoyant saves with unbroken runs."""
        return float(self.at_once.baseline_g - self.possible.unbroken_g.sum())

    @property
    def possible_pausing_g(self) -> float:
        """Grams the clairvoyant saves where jobs that may pause do."""
        return float(self.at_once.baseline_g - self.possible.pausing_g.sum())

    @cached_property
    def day_of_job(self) -> Ints:
        """UK date (as an ordinal) on which each job would have begun at once."""
        clocks = [uk_time(moment) for moment in half_hours(self.study.start, len(self.study))]
        days = np.array([clock.date().toordinal() for clock in clocks], dtype=np.int64)
        by_job: Ints = days[self.study.jobs.earliest]
        return by_job

    @property
    def days(self) -> tuple[date, ...]:
        """The UK dates with arrivals, in order."""
        return tuple(date.fromordinal(day) for day in np.unique(self.day_of_job).tolist())

    def by_day(self, values: Floats) -> Floats:
        """Sums of a column of jobs for each of ``days``."""
        _, place = np.unique(self.day_of_job, return_inverse=True)
        return np.bincount(place, values).astype(np.float64)

    def table(self) -> dict[str, list[object]]:
        """One row a contender, units in the names."""
        columns: dict[str, list[object]] = {name: [] for name in TABLE}
        for result in self.contenders:
            for name, value in zip(TABLE, _row(result), strict=True):
                columns[name].append(value)
        return columns


TABLE = (
    "policy",
    "saved_kg",
    "saved_percent",
    "share_of_possible_percent",
    "promised_kg",
    "saved_gbp",
    "cost_saved_percent",
    "mean_delay_h",
    "dirtier_percent",
    "sla_kept_percent",
    "critical_late_jobs",
    "late_jobs",
    "peak_kw",
)


def _row(result: ContenderResult) -> tuple[object, ...]:
    return (
        result.contender.label,
        float(result.saved_g.sum()) / 1000,
        100 * result.carbon_saved_share,
        100 * result.share_of_possible,
        float(result.outcome.first_saved_g.sum()) / 1000,
        float(result.saved_gbp.sum()),
        100 * result.cost_saved_share,
        result.delay_hours,
        100 * result.dirtier / len(result.saved_g),
        100 * result.sla_kept,
        result.critical_late,
        result.late,
        result.peak_kw,
    )


def result_of(study: Study, outcomes: Mapping[Contender, Outcome], possible: Possible) -> Result:
    """Compare the outcomes of a study's contenders."""
    at_once = outcomes[AT_ONCE]
    possible_g = float(at_once.carbon_g.sum() - possible.unbroken_g.sum())
    jobs = study.jobs
    compared = tuple(
        _compared(study, contender, outcome, at_once, possible_g) for contender, outcome in outcomes.items()
    )
    beyond = jobs.slots > HORIZON
    return Result(study, compared, possible, int(jobs.late.sum()), int(beyond.sum()))


def _compared(
    study: Study, contender: Contender, outcome: Outcome, at_once: Outcome, possible_g: float
) -> ContenderResult:
    jobs = study.jobs
    waited = np.where(outcome.placed, outcome.start - jobs.earliest, 0)
    both = outcome.placed & at_once.placed
    saved = np.where(both, at_once.carbon_g - outcome.carbon_g, 0.0)
    late = late_jobs(outcome, study)
    movable = ~jobs.fixed
    return ContenderResult(
        contender,
        outcome,
        saved,
        np.where(both, at_once.cost_gbp - outcome.cost_gbp, 0.0),
        float(at_once.carbon_g[both].sum()),
        float(at_once.cost_gbp[both].sum()),
        possible_g,
        float(waited[movable].mean() / 2) if movable.any() else 0.0,
        int((jobs.critical & (waited > 0)).sum()),
        int((late & ~jobs.critical).sum()),
        int((saved < -DIRTIER * at_once.carbon_g).sum()),
        float(outcome.kwh(jobs, len(study)).max() * 2),
    )


def late_jobs(outcome: Outcome, study: Study) -> Bools:
    """Jobs that ended after their deadline, or not in the period, though a start in time existed."""
    jobs = study.jobs
    late: Bools = outcome.end > np.maximum(jobs.latest, jobs.earliest) + jobs.slots
    return (late | ~outcome.placed) & ~jobs.late
