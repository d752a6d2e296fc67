"""Proofs a visitor can run: brute force on one job, and a copied trail with one row altered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.errors import TrailBroken
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies import POLICIES
from gridflex.store.export import verify_export


@dataclass(frozen=True)
class BruteForce:
    """The planner's start against the best of all starts tried one by one."""

    job_id: str
    tried: int
    equal: bool
    sentence: str


def brute_force(decisions: Decisions) -> BruteForce:
    """Try every start of the queue's widest job half-hour by half-hour, with a plain loop.

    The best-window policy without a minimum gain must have found the same carbon and cost.
    """
    plan = decisions.plan
    movable = np.flatnonzero(~plan.queue.fixed & plan.queue.placeable & ~plan.queue.interruptible)
    if not len(movable):
        return BruteForce("", 0, True, "No job in this queue may be moved, so there is nothing to try.")
    row = int(movable[np.argmax(plan.queue.latest[movable] - plan.queue.earliest[movable])])
    one = plan.queue.take(np.array([row]))
    rules = replace(decisions.rules, minimum_gain=0.0)
    found = int(POLICIES["best-window"].place(one, plan.horizon, rules).start[0])
    values = rules.objective.values(plan.horizon).tolist()
    length, kwh = float(one.length[0]), float(one.power_kw[0]) / 2
    delay = rules.objective.delay_cost / 2
    first, last = int(one.earliest[0]), int(one.latest[0])
    costs = {start: _cost(values, start, length) * kwh + delay * (start - first) for start in range(first, last + 1)}
    best = min(costs, key=lambda start: (costs[start], start))
    equal = abs(costs[found] - costs[best]) <= 1e-9 * max(abs(costs[best]), 1.0)
    job_id = str(one.job_id[0])
    when = fmt.day_clock(plan.horizon.at(found), decisions.view.now)
    verdict = "equal" if equal else "NOT equal"
    amount = fmt.carbon if rules.objective == CARBON_ONLY else fmt.money
    return BruteForce(
        job_id,
        len(costs),
        equal,
        f"Tried all {len(costs)} starts of {job_id}: the best is {amount(costs[best])}, "
        f"best window's ({when}) {amount(costs[found])}: {verdict}.",
    )


def _cost(values: list[float], start: int, length: float) -> float:
    """Sum of values over a run, half-hour by half-hour, the last one by its fraction."""
    total, left, row = 0.0, length, start
    while left > 1e-9:
        total += values[row] * min(left, 1.0)
        left, row = left - 1.0, row + 1
    return total


def altered_copy(export: dict[str, Any]) -> tuple[int, str]:
    """Alter one row of an exported trail and verify it: the row altered, and what verification says."""
    rows = [dict(row) for row in export["rows"]]
    at = len(rows) // 2
    rows[at]["content"] = json.dumps({**json.loads(rows[at]["content"] or "{}"), "saved_g": 1e9})
    try:
        verify_export({**export, "rows": rows})
    except TrailBroken as broken:
        return int(rows[at]["seq"]), str(broken)
    return int(rows[at]["seq"]), "the alteration was not found"
