"""The analyst's lab: policies side by side, and the trade-off of carbon and cost."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.planning.horizon import Floats
from gridflex.planning.pareto import TradeOff, pareto_steps
from gridflex.planning.planner import Solver, make_plan
from gridflex.planning.policies import POLICIES

if TYPE_CHECKING:
    import pandas as pd

PARETO_PLANS = 12
CAPPED_PARETO_PLANS = 6
DIRTIER_G = 0.5
"""Grams by which a run must exceed its baseline to be called dirtier."""


@dataclass(frozen=True)
class PolicyRow:
    """One policy on the queue at hand, under the same rules, windows and cap; shares in per cent."""

    name: str
    title: str
    saved_percent: float
    share_of_possible_percent: float
    gap_percent: float
    cost_gbp: float
    cost_saved_percent: float
    carbon_kg: float
    mean_delay_h: float
    peak_kw: float
    dirtier: int
    unplaced: int


def policy_row(decisions: Decisions, name: str) -> PolicyRow:
    """A policy, planned and certified on the same queue."""
    found = make_plan(name, decisions.plan.queue, decisions.plan.horizon, decisions.rules, _headroom(decisions))
    plan, proof = found.plan, found.certificate
    movable = plan.placed & ~plan.queue.fixed
    return PolicyRow(
        name=name,
        title=POLICIES[name].title,
        saved_percent=_percent(proof.saved_g, proof.baseline_capped_g),
        share_of_possible_percent=proof.share_of_possible_percent,
        gap_percent=proof.gap_percent,
        cost_gbp=proof.planned_gbp,
        cost_saved_percent=_percent(proof.saved_gbp, proof.baseline_capped_gbp),
        carbon_kg=proof.planned_g / 1e3,
        mean_delay_h=float(plan.delay_hours[movable].mean()) if movable.any() else 0.0,
        peak_kw=float(plan.power_kw().max(initial=0.0)),
        dirtier=int((plan.carbon_g > plan.baseline_g + DIRTIER_G).sum()),
        unplaced=int((~plan.placed).sum()),
    )


def _headroom(decisions: Decisions) -> Floats | None:
    """What the plan in force keeps free under its cap."""
    cap = None if decisions.solution is None else decisions.solution.cap
    return None if cap is None else cap.headroom


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


POLICY_DECIMALS = {
    "carbon saved, %": 1,
    "share of the possible, %": 1,
    "gap to the best, %": 3,
    "energy cost, £": 2,
    "cost saved, %": 1,
    "mean delay, h": 1,
    "peak, kW": 1,
}
"""Digits after the point, on the page and in its export."""


def policy_table(rows: Sequence[PolicyRow]) -> pd.DataFrame:
    """The rows as shown and exported, units in the column names, rounded to ``POLICY_DECIMALS``."""
    import pandas as pd

    shown = pd.DataFrame(
        {
            "policy": [row.title for row in rows],
            "carbon saved, %": [row.saved_percent for row in rows],
            "share of the possible, %": [row.share_of_possible_percent for row in rows],
            "gap to the best, %": [row.gap_percent for row in rows],
            "energy cost, £": [row.cost_gbp for row in rows],
            "cost saved, %": [row.cost_saved_percent for row in rows],
            "mean delay, h": [row.mean_delay_h for row in rows],
            "peak, kW": [row.peak_kw for row in rows],
            "jobs made dirtier": [row.dirtier for row in rows],
            "not placed": [row.unplaced for row in rows],
        }
    )
    return shown.round(POLICY_DECIMALS)


def comparison(decisions: Decisions) -> Generator[None, None, list[PolicyRow]]:
    """Every policy, planned and certified on the same queue; a step is one policy."""
    rows = []
    for name in POLICIES:
        rows.append(policy_row(decisions, name))
        yield
    return rows


def trade_off(decisions: Decisions) -> Generator[None, None, list[TradeOff]]:
    """The best plans between cheapest and cleanest, by sweeping the carbon price; a step is one plan.

    The site's cap is kept. A cap on carbon is not: the frontier shows what each such cap would cost.
    """
    queue, horizon = decisions.plan.queue, decisions.plan.horizon
    rules = replace(decisions.rules, threshold=None, minimum_gain=0.0)
    best = Solver("interruptible", queue, horizon, rules, _headroom(decisions))
    steps = pareto_steps(CAPPED_PARETO_PLANS if rules.site_capped else PARETO_PLANS)
    wanted = next(steps)
    while True:
        yield
        try:
            wanted = steps.send(best(wanted))
        except StopIteration as done:
            found: list[TradeOff] = done.value
            return found


def trade_off_table(points: Sequence[TradeOff]) -> pd.DataFrame:
    """The frontier as exported."""
    import pandas as pd

    return pd.DataFrame(
        {
            "carbon_price_gbp_per_t": [point.carbon_price for point in points],
            "carbon_kg": [point.carbon_g / 1e3 for point in points],
            "energy_cost_gbp": [point.cost_gbp for point in points],
            "mean_delay_h": [point.delay_hours for point in points],
        }
    )


def frontier_point(decisions: Decisions) -> tuple[float, float]:
    """Cost (GBP) and carbon (kg) of the plan in force."""
    plan = decisions.plan
    return float(np.sum(plan.cost_gbp)), float(np.sum(plan.carbon_g)) / 1e3
