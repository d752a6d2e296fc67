"""The threshold's consequences: for every threshold what is deferred, saved and delayed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies.base import Placement, asked_to_wait
from gridflex.planning.suggestion import Suggestion, suggest_threshold
from gridflex.planning.sweep import Sweep, threshold_sweep
from gridflex.services.headline import waiting_jobs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Curves:
    """Percentages of the baseline, jobs and hours, by threshold (gCO2/kWh); ``row`` is the threshold in force."""

    threshold: Floats
    carbon_percent: Floats
    cost_percent: Floats
    deferred: Floats
    delay_hours: Floats
    row: int
    jobs: int
    suggestion: Suggestion
    sweep: Sweep
    alt: str


def swept(decisions: Decisions) -> Sweep:
    """What every threshold would do with the jobs that may still be moved, under the policy in force and no cap."""
    plan = decisions.plan
    movable = asked_to_wait(plan.queue, plan.horizon, None)
    return threshold_sweep(plan.policy, plan.queue.take(movable), plan.horizon, decisions.rules)


def threshold_curves(decisions: Decisions, sweep: Sweep | None = None) -> Curves:
    """The curves round the threshold in force; the baselines are the frozen ones, as everywhere.

    At the threshold in force stands the plan in force, also where a fresh one would not gain enough to replace it.
    """
    plan = decisions.plan
    movable = asked_to_wait(plan.queue, plan.horizon, None)
    ahead = swept(decisions) if sweep is None else sweep
    baseline_g, baseline_gbp = _baseline(plan)
    sweep = replace(
        ahead,
        deferred=ahead.deferred + int(waiting_jobs(decisions)[~movable].sum()),
        carbon_g=ahead.carbon_g + float(plan.carbon_g[~movable].sum()),
        cost_gbp=ahead.cost_gbp + float(plan.cost_gbp[~movable].sum()),
        baseline_g=baseline_g,
        baseline_gbp=baseline_gbp,
        delay_hours=ahead.delay_hours.copy(),
    )
    row = int(np.clip(np.searchsorted(sweep.threshold, decisions.threshold), 0, len(sweep.threshold) - 1))
    if decisions.stands is not None:
        sweep.deferred[row] = int(waiting_jobs(decisions).sum())
        sweep.carbon_g[row], sweep.cost_gbp[row] = plan.carbon_g.sum(), plan.cost_gbp.sum()
        sweep.delay_hours[row] = plan.delay_hours[movable].mean() if movable.any() else 0.0
    carbon = _saved_percent(sweep.baseline_g, sweep.carbon_g)
    suggestion = suggest_threshold(ahead, decisions.rules.objective)
    return Curves(
        sweep.threshold,
        carbon,
        _saved_percent(sweep.baseline_gbp, sweep.cost_gbp),
        sweep.deferred.astype(np.float64),
        sweep.delay_hours,
        row,
        len(decisions),
        suggestion,
        sweep,
        f"Saved carbon and cost, jobs deferred and mean delay for thresholds from 0 to 400 gCO2/kWh. At "
        f"{fmt.number(decisions.threshold)}: {fmt.number(float(carbon[row]), 1)} % of carbon saved, "
        f"{fmt.plural(int(sweep.deferred[row]), 'job')} deferred.",
    )


def _baseline(plan: Plan) -> tuple[float, float]:
    """Grams and GBP of all jobs at once, those that only a cap leaves without a place among them."""
    left = plan.queue.take(~plan.placed & plan.queue.placeable)
    lost = evaluate(plan.policy, left, plan.horizon, Placement(left.baseline))
    return (
        float(plan.baseline_g.sum() + lost.baseline_g.sum()),
        float(plan.baseline_gbp.sum() + lost.baseline_gbp.sum()),
    )


def _saved_percent(baseline: float, planned: Floats) -> Floats:
    saved: Floats = 100 * (baseline - planned) / baseline if baseline else np.zeros(len(planned))
    return saved


def curve_table(curves: Curves) -> pd.DataFrame:
    """The curves as exported, a row a threshold."""
    import pandas as pd

    sweep = curves.sweep
    return pd.DataFrame(
        {
            "threshold_g_per_kwh": sweep.threshold,
            "jobs_deferred": sweep.deferred,
            "carbon_kg": sweep.carbon_g / 1e3,
            "carbon_saved_percent": curves.carbon_percent,
            "cost_gbp": sweep.cost_gbp,
            "cost_saved_percent": curves.cost_percent,
            "mean_delay_h": sweep.delay_hours,
        }
    )
