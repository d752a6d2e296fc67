"""What a plan means for the people who wait and for the machines that idle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.plan import Plan, load_in_use
from gridflex.planning.site_cap import usage


@dataclass(frozen=True)
class PlanFigures:
    """``wait`` in hours from the earliest half-hour to the start, half (p50) and 95 % of the placed
    jobs waiting less; ``makespan_hours`` from the first earliest half-hour to the last end;
    ``dirtier`` jobs above their baseline's carbon; ``idle_gpu_hours`` that stood free while
    jobs that could have used them waited, None without a GPU cap."""

    wait_p50_hours: float
    wait_p95_hours: float
    makespan_hours: float
    peak_kw: float
    dirtier: int
    idle_gpu_hours: float | None


def figures_of(plan: Plan, cap_gpus: float | None = None) -> PlanFigures:
    """The figures of a plan; zeros where nothing is placed."""
    placed = plan.placed
    wait = plan.delay_hours[placed]
    p50, p95 = np.percentile(wait, (50, 95)) if len(wait) else (0.0, 0.0)
    span = float(plan.end[placed].max() - plan.queue.earliest[placed].min()) / 2 if len(wait) else 0.0
    dirtier = int((placed & (plan.saved_g < -1e-9 * np.abs(plan.baseline_g))).sum())
    idle = None if cap_gpus is None else _idle_gpu_hours(plan, cap_gpus)
    return PlanFigures(float(p50), float(p95), span, float(plan.power_kw().max()), dirtier, idle)


def _idle_gpu_hours(plan: Plan, cap_gpus: float) -> float:
    """Free GPUs, as far as waiting jobs asked for them, over all half-hours."""
    queue, count = plan.queue, len(plan.horizon)
    used = load_in_use(queue, plan.start, plan.parts, queue.gpus, count)
    waits = plan.placed & (plan.start > queue.earliest)
    asked = usage(queue.earliest[waits], (plan.start - queue.earliest)[waits], queue.gpus[waits], count)
    return float(np.minimum(np.maximum(cap_gpus - used, 0.0), asked).sum()) / 2
