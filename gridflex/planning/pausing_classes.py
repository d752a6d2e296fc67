"""Jobs that may pause, merged as a cap's price sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.classes import log_steps, relabel, sums_by
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.queue import Queue

MOST = 1000
"""Classes kept; beyond it windows are narrowed to 1, 2, 4 ... hours' steps, which only blurs the prices."""


@dataclass(frozen=True, eq=False)
class PausingClasses:
    """Classes (C): half-hours ``used`` within ``window`` (C, T), ``kwh`` per unit of load and
    half-hour (alike within a ``kind``), total ``load``; ``member`` is the class of each job.

    A last half-hour that is used in part counts as a like share of all of them, restarts
    and delay not at all: prices need no more, bounds are taken job by job.
    """

    used: Ints
    kwh: Floats
    window: Bools
    load: Floats
    kind: Ints
    member: Ints

    def chosen(self, values: Floats, prices: Floats) -> tuple[Bools, Floats]:
        """The cheapest half-hours of each class (C, T) and their cost per unit of load."""
        cost = self.kwh[:, None] * values + prices
        order = np.argsort(np.where(self.window, cost, np.inf), axis=1, kind="stable")
        chosen = np.zeros_like(self.window)
        rank = np.arange(self.window.shape[1]) < self.used[:, None]
        np.put_along_axis(chosen, order, rank, axis=1)
        return chosen, np.where(chosen, cost, 0.0).sum(axis=1)


def pausing_classes(queue: Queue, load: Floats, count: int) -> PausingClasses:
    """Classes of a queue of jobs that may pause, all with a window and a load above zero."""
    kwh = queue.power_kw * queue.length / (2 * queue.slots) / load
    steps = log_steps(kwh)
    width, classes = 1, MOST + 1
    while classes > MOST and width <= count:
        slack = (queue.latest - queue.earliest) // width * width
        first = np.minimum(-(-queue.earliest // width) * width, queue.latest - slack)
        classes, member, one_of = relabel(queue.slots, steps, first, slack)
        width *= 2
    time = np.arange(count)
    total = sums_by(member, load, classes)
    stop = (first + slack + queue.slots)[one_of]
    return PausingClasses(
        queue.slots[one_of],
        sums_by(member, kwh * load, classes) / total,
        (time >= first[one_of, None]) & (time < stop[:, None]),
        total,
        steps[one_of],
        member,
    )
