"""What a thousand units of work cost: GBP and gCO2 per 1,000 inferences, tokens or GPU-hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Floats
from gridflex.planning.plan import Plan


@dataclass(frozen=True)
class WorkCost:
    """Per 1,000 units, of the placed jobs that state their work; the baseline starts them at once."""

    units: float
    gbp: float
    g: float
    baseline_gbp: float
    baseline_g: float


def cost_per_work(plan: Plan, work_units: Floats) -> WorkCost | None:
    """Cost of 1,000 units; None where no placed job states its work (NaN where a job does not)."""
    counted = plan.placed & np.isfinite(work_units)
    units = float(work_units[counted].sum())
    if units <= 0:
        return None
    columns = (plan.cost_gbp, plan.carbon_g, plan.baseline_gbp, plan.baseline_g)
    return WorkCost(units, *(float(column[counted].sum()) * 1000 / units for column in columns))
