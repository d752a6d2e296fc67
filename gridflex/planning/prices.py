"""What a unit of a full half-hour is worth: prices on the cap, by Lagrangian relaxation.

With a price on each half-hour every class takes its cheapest run on its own, and what they
pay less the price of the cap is a lower bound on any plan under it. The prices rise where
the cap is exceeded and fall where it is not: a subgradient ascent with Polyak's step
towards a moving aim (Held, Wolfe and Crowder, "Validation of subgradient optimization", 1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.classes import RunClasses
from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.pausing_classes import PausingClasses
from gridflex.planning.range_minimum import RangeMinimum
from gridflex.planning.site_cap import usage

STEPS = 400
AIM = 0.02
"""How far above the best bound the optimum is taken to be at first, as a share of the first bound."""
WARM_AIM = 1e-3
ENOUGH = 2e-6
"""Share of the bound below which a further rise is not worth the steps."""
GROWTH = 1.5
"""The aim grows while half of it is reached in one step, and is halved after PATIENCE steps without gain."""
PATIENCE = 15


class Relaxation:
    """The classes of one queue under one cap, on their own once the cap has prices."""

    def __init__(self, values: Floats, runs: RunClasses | None, pauses: PausingClasses | None, free: Floats) -> None:
        self.values, self.runs, self.pauses, self.free = values, runs, pauses, free
        if runs is not None:
            self.run_costs = runs.costs(values)
            self._minimum = RangeMinimum(len(runs.slots), len(values), runs.kind, runs.earliest, runs.latest)

    def run_choice(self, prices: Floats) -> tuple[Ints, Floats]:
        """Cheapest start of each class of runs, and its cost per unit of load."""
        assert self.runs is not None
        start, cost = self._minimum.of(self.run_costs + self.runs.holding(prices))
        return start, cost - self.runs.delay[self.runs.kind] * self.runs.earliest

    def dearest(self) -> float:
        """More than any plan of these classes could cost."""
        total = 0.0
        if self.runs is not None:
            total += float(self.run_costs.max(axis=1)[self.runs.kind] @ self.runs.load)
        if self.pauses is not None:
            energy = float((self.pauses.used * self.pauses.kwh[self.pauses.kind]) @ self.pauses.load)
            total += energy * float(self.values.max())
        return total

    def respond(self, prices: Floats) -> tuple[float, Floats]:
        """The bound at these prices, and the load in each half-hour if every class follows them."""
        bound, used = -float(prices @ self.free), np.zeros(len(prices))
        if self.runs is not None:
            start, cost = self.run_choice(prices)
            bound += float(cost @ self.runs.load)
            used += usage(start, self.runs.slots[self.runs.kind], self.runs.load, len(prices))
        if self.pauses is not None:
            paid, loaded = self.pauses.respond(self.values, prices)
            bound, used = bound + paid, used + loaded
        return bound, used


@dataclass(frozen=True, eq=False)
class Prices:
    """A price per unit of load in each half-hour (T,), at least 0, and the bound it proves."""

    price: Floats
    bound: float


def lagrangian_prices(relaxation: Relaxation, steps: int = STEPS, first: Floats | None = None) -> Prices:
    """The best prices found; all zero, and exact, where the cap does not bind.

    ``first`` are prices known to be near the best; fewer ``steps`` are enough then.
    """
    price = np.zeros(len(relaxation.free))
    bound, used = relaxation.respond(price)
    best = Prices(price, bound)
    excess = used - relaxation.free
    if not (excess > 0).any():
        return best
    ceiling = relaxation.dearest()
    rise, stalled = AIM * max(abs(bound), 1e-12), 0
    if first is not None:
        price, rise = first, WARM_AIM * max(abs(bound), 1e-12)
        bound, used = relaxation.respond(price)
        excess = used - relaxation.free
        best = Prices(price, bound) if bound > best.bound else best
    for _ in range(steps):
        # A price at zero cannot fall: its half-hour says nothing about the length of the step.
        way = np.where((price <= 0) & (excess < 0), 0.0, excess)
        length = float(way @ way)
        if length == 0.0:
            break
        price = np.maximum(price + (best.bound + rise - bound) / length * way, 0.0)
        bound, used = relaxation.respond(price)
        excess = used - relaxation.free
        gain = bound - best.bound
        if best.bound > ceiling:
            # No plan costs that much: there is none, and the prices would rise without end.
            break
        if gain > 0:
            rise *= GROWTH if gain > rise / 2 else 1.0
            best, stalled = Prices(price, bound), 0
        else:
            stalled += 1
        if stalled == PATIENCE:
            rise, stalled = rise / 2, 0
            if rise < ENOUGH * abs(best.bound):
                break
    return best
