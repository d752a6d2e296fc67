"""How much the decision hangs on the forecast: the same rule with the forecast one band lower and higher."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.agents.orchestrator import Decisions, place_all, policy_named
from gridflex.planning.horizon import Horizon
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import Placement

CASES = ((-1.0, "one band lower"), (0.0, "as forecast"), (1.0, "one band higher"))


@dataclass(frozen=True)
class Sensitivity:
    """If the grid turned out so: jobs that would be placed otherwise, and what the plan in force would save."""

    case: str
    other_starts: int
    waiting: int
    saved_kg: float


def sensitivity(decisions: Decisions) -> list[Sensitivity]:
    """Three cases; the band is one standard deviation of the forecast's error in each half-hour ahead."""
    return [_case(decisions, bands, name) for bands, name in CASES]


def _case(decisions: Decisions, bands: float, name: str) -> Sensitivity:
    plan = decisions.plan
    horizon = _shifted(plan.horizon, bands)
    policy = policy_named(plan.policy)
    found, _ = place_all(policy, plan.queue, horizon, decisions.rules)
    kept = evaluate(plan.policy, plan.queue, horizon, Placement(plan.start, plan.parts))
    waits = (found.start > plan.queue.earliest) & ~plan.queue.fixed
    return Sensitivity(name, int((found.start != plan.start).sum()), int(waits.sum()), float(kept.saved_g.sum()) / 1e3)


def _shifted(horizon: Horizon, bands: float) -> Horizon:
    return replace(horizon, intensity=np.maximum(horizon.intensity + bands * horizon.sd, 0.0))
