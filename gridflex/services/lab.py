"""The analyst's lab: policies side by side, the trade-off of carbon and cost, power against the cap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.objective import CARBON_ONLY, Objective
from gridflex.planning.pareto import TradeOff, pareto
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.planner import Solution, make_plan
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules
from gridflex.planning.queue import Queue
from gridflex.services.axis import Axis, time_axis

if TYPE_CHECKING:
    import pandas as pd

PARETO_PLANS = 12
CAPPED_PARETO_PLANS = 6
HALF_HOURS_BACK = 4
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


def policy_rows(decisions: Decisions) -> list[PolicyRow]:
    """Every policy, planned and certified on the same queue."""
    queue, horizon = decisions.plan.queue, decisions.plan.horizon
    return [_policy_row(name, make_plan(name, queue, horizon, decisions.rules)) for name in POLICIES]


def _policy_row(name: str, found: Solution) -> PolicyRow:
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


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def policy_table(rows: list[PolicyRow]) -> pd.DataFrame:
    """The rows as shown and exported, units in the column names."""
    import pandas as pd

    return pd.DataFrame(
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


def trade_off(decisions: Decisions) -> list[TradeOff]:
    """The best plans between cheapest and cleanest, by sweeping the carbon price; the cap is kept."""
    queue, horizon = decisions.plan.queue, decisions.plan.horizon
    rules = replace(decisions.rules, threshold=None, minimum_gain=0.0)

    def solve(objective: Objective) -> Plan:
        return make_plan("interruptible", queue, horizon, replace(rules, objective=objective)).plan

    return pareto(solve, CAPPED_PARETO_PLANS if rules.cap_kw else PARETO_PLANS)


@dataclass(frozen=True, eq=False)
class PowerView:
    """Site power by half-hour, kW: the plan, all at once, and the herd in which each job picks its greenest window."""

    axis: Axis
    now_row: int
    plan: Floats
    at_once: Floats
    herd: Floats
    cap_kw: float | None
    sentence: str
    alt: str


def alternatives(queue: Queue, horizon: Horizon) -> tuple[Floats, Floats]:
    """Power by half-hour, kW, if all ran at once, and if each job picked its greenest window; no cap on either."""
    greenest = Rules(CARBON_ONLY, threshold=None, minimum_gain=0.0)
    at_once, herd = (
        evaluate(name, queue, horizon, POLICIES[name].place(queue, horizon, greenest)).power_kw()
        for name in ("run-at-once", "best-window")
    )
    return at_once, herd


def power_view(decisions: Decisions, at_once: Floats, herd: Floats) -> PowerView:
    """The plan's power against the cap, and the peak a herd would have drawn."""
    plan, horizon = decisions.plan, decisions.plan.horizon
    cut = slice(horizon.now_index - HALF_HOURS_BACK, len(horizon))
    peak, herd_peak = float(plan.power_kw().max(initial=0.0)), float(herd.max(initial=0.0))
    avoided = f"{fmt.power(herd_peak - peak)} of the herd's peak avoided" if herd_peak > peak else "no herd to avoid"
    sentence = f"Peak {fmt.power(peak)}; if each job picked its greenest window {fmt.power(herd_peak)}: {avoided}."
    return PowerView(
        axis=time_axis(horizon.at(cut.start), len(horizon) - cut.start),
        now_row=HALF_HOURS_BACK,
        plan=plan.power_kw()[cut],
        at_once=at_once[cut],
        herd=herd[cut],
        cap_kw=decisions.rules.cap_kw,
        sentence=sentence,
        alt=f"Site power under the plan. {sentence}",
    )


def frontier_point(decisions: Decisions) -> tuple[float, float]:
    """Cost (GBP) and carbon (kg) of the plan in force."""
    plan = decisions.plan
    return float(np.sum(plan.cost_gbp)), float(np.sum(plan.carbon_g)) / 1e3
