"""Jobs that may pause, merged as a cap's price sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.classes import log_steps, relabel, sums_by
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.queue import Queue

MOST = 6000
"""Classes kept; beyond it windows are narrowed to 1, 2, 4 ... hours' steps, which only blurs the prices."""


@dataclass(frozen=True, eq=False)
class PausingClasses:
    """Classes (C): half-hours ``used`` within ``window`` (C, T) and total ``load``; of their ``kind``
    the energy ``kwh`` per unit of load and half-hour. ``member`` is the class of each job.

    A last half-hour used in part counts in full, restarts and delay not at all: prices need
    no more, bounds are taken job by job.
    """

    used: Ints
    window: Bools
    load: Floats
    kind: Ints
    kwh: Floats
    member: Ints

    def costs(self, values: Floats, price: Floats) -> Floats:
        """Cost of a half-hour per unit of load, a row a kind (K, T)."""
        costs: Floats = self.kwh[:, None] * values + price
        return costs

    def chosen(self, costs: Floats) -> Bools:
        """The cheapest half-hours of each class (C, T), the earliest of equals."""
        chosen = np.empty_like(self.window)
        for kind, order in enumerate(np.argsort(costs, axis=1, kind="stable")):
            classes = slice(None) if len(self.kwh) == 1 else np.flatnonzero(self.kind == kind)
            inside = self.window[classes][:, order]
            inside &= np.cumsum(inside, axis=1, dtype=np.int16) <= self.used[classes, None]
            back = np.empty_like(order)
            back[order] = np.arange(len(order))
            chosen[classes] = inside[:, back]
        return chosen

    def respond(self, values: Floats, price: Floats) -> tuple[float, Floats]:
        """What all classes pay at these prices, and their load in each half-hour."""
        costs = self.costs(values, price)
        used = np.empty((len(self.kwh), len(values)))
        chosen = self.chosen(costs)
        for kind in range(len(self.kwh)):
            used[kind] = (self.load * (self.kind == kind)) @ chosen
        return float((used * costs).sum()), used.sum(axis=0)


def pausing_classes(queue: Queue, load: Floats, count: int) -> PausingClasses:
    """Classes of a queue of jobs that may pause, all with a window and a load above zero."""
    per_load = queue.power_kw / 2 / load
    kinds, kind, _ = relabel(log_steps(per_load))
    width, classes = 1, MOST + 1
    while classes > MOST and width <= count:
        slack = (queue.latest - queue.earliest) // width * width
        first = np.minimum(-(-queue.earliest // width) * width, queue.latest - slack)
        classes, member, one_of = relabel(kind, queue.slots, first, slack)
        width *= 2
    time = np.arange(count)
    stop = (first + slack + queue.slots)[one_of]
    return PausingClasses(
        queue.slots[one_of],
        (time >= first[one_of, None]) & (time < stop[:, None]),
        sums_by(member, load, classes),
        kind[one_of],
        sums_by(kind, per_load * load, kinds) / sums_by(kind, load, kinds),
        member,
    )
