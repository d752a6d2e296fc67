"""The trade-off between carbon and cost: every supported plan, by sweeping the carbon price."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from gridflex.planning.objective import GRAMS_PER_TONNE, Objective
from gridflex.planning.plan import Plan

MOST_POINTS = 40
CHEAPEST = Objective(carbon_price=1e-3)
"""Cost alone; between equal costs the cleaner plan."""
CLEANEST = Objective(carbon_price=1e6)
"""Carbon at GBP 1 a gram: between equally clean plans the cheaper."""


@dataclass(frozen=True, eq=False)
class TradeOff:
    """One plan of the frontier; ``carbon_price`` GBP/t is one at which it is the best."""

    carbon_price: float
    carbon_g: float
    cost_gbp: float
    delay_hours: float
    plan: Plan


def pareto(solve: Callable[[Objective], Plan], most: int = MOST_POINTS) -> list[TradeOff]:
    """Plans no other found plan beats in both carbon and cost, the cheapest first.

    Dichotomic search (Aneja and Nair, "Bicriteria transportation problem", 1979): between
    two neighbours the price at which they cost the same either yields a plan below their
    line or proves there is none. The widest gaps are split first, ``most`` plans in all.
    """
    steps = pareto_steps(most)
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(solve(wanted))
    except StopIteration as done:
        found: list[TradeOff] = done.value
        return found


def pareto_steps(most: int = MOST_POINTS) -> Generator[Objective, Plan, list[TradeOff]]:
    """``pareto`` plan by plan: yields the objective it wants a plan for, and returns the frontier."""
    points = [_point(CHEAPEST, (yield CHEAPEST)), _point(CLEANEST, (yield CLEANEST))]
    gaps = [(points[0], points[1])]
    while gaps and len(points) < most:
        gaps.sort(key=_area)
        cheap, clean = gaps.pop()
        saved_g, dearer = cheap.carbon_g - clean.carbon_g, clean.cost_gbp - cheap.cost_gbp
        if saved_g <= 1e-9 * abs(cheap.carbon_g) or dearer <= 1e-12:
            continue
        price = dearer / saved_g
        objective = Objective(carbon_price=price * GRAMS_PER_TONNE)
        found = _point(objective, (yield objective))
        line = cheap.cost_gbp + price * cheap.carbon_g
        if found.cost_gbp + price * found.carbon_g < line - 1e-9 * abs(line):
            points.append(found)
            gaps += [(cheap, found), (found, clean)]
    return _undominated(points)


def _point(objective: Objective, plan: Plan) -> TradeOff:
    placed = max(int(plan.placed.sum()), 1)
    return TradeOff(
        objective.carbon_price,
        float(plan.carbon_g.sum()),
        float(plan.cost_gbp.sum()),
        float(plan.delay_hours.sum()) / placed,
        plan,
    )


def _area(gap: tuple[TradeOff, TradeOff]) -> float:
    """Size of the rectangle between two neighbours."""
    return abs(gap[0].carbon_g - gap[1].carbon_g) * abs(gap[0].cost_gbp - gap[1].cost_gbp)


def _undominated(points: list[TradeOff]) -> list[TradeOff]:
    """Those with less carbon than every cheaper one."""
    kept: list[TradeOff] = []
    for point in sorted(points, key=lambda p: (p.cost_gbp, p.carbon_g)):
        if not kept or point.carbon_g < kept[-1].carbon_g:
            kept.append(point)
    return kept
