"""Avoided cost: what the energy would have cost when it would have run, less what it costs when it runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.format import money
from gridflex.planning.horizon import Bools, Floats
from gridflex.planning.plan import Plan


@dataclass(frozen=True, eq=False)
class AvoidedCost:
    """Σ kWh × (price when it would have run − price when it runs), GBP, by job and in total.

    Columns are of equal length, one row a placed job; prices are means over its whole run,
    GBP/kWh. ``total_gbp`` is the sum of ``gbp``; negative where waiting was dearer. The energy
    of restarts is in ``gbp`` and so in ``price_when_it_runs``.
    """

    tariff: str
    job_id: NDArray[np.object_]
    energy_kwh: Floats
    price_at_baseline: Floats
    price_when_it_runs: Floats
    gbp: Floats
    moved: Bools

    @property
    def total_gbp(self) -> float:
        """Sum over all jobs."""
        return float(self.gbp.sum())

    @property
    def moved_kwh(self) -> float:
        """Energy of the jobs that wait or pause."""
        return float(self.energy_kwh[self.moved].sum())

    @property
    def formula(self) -> str:
        """The sum in words, with its figures."""
        count = int(self.moved.sum())
        if not count:
            return f"No job waits, so nothing is avoided: {money(self.total_gbp)}, at the {self.tariff}"
        return (
            f"{self.moved_kwh:,.0f} kWh of {count} moved {'job' if count == 1 else 'jobs'} × (price when they would "
            f"have run − price when they run) = {money(self.total_gbp)}, at the {self.tariff}"
        )


def avoided_cost(plan: Plan, tariff: str) -> AvoidedCost:
    """Avoided cost of a plan against each job's baseline; jobs without a start are left out."""
    placed = plan.placed
    kwh = plan.queue.energy_kwh[placed]
    before, after = plan.baseline_gbp[placed], plan.cost_gbp[placed]
    return AvoidedCost(
        tariff, plan.queue.job_id[placed], kwh, before / kwh, after / kwh, before - after, plan.waits[placed]
    )
