"""Jobs that a cap's price treats alike, as one: classes of unbroken runs.

Merging jobs of equal window, length and cost per load leaves the bound of the relaxed plan
unchanged (averaging a fractional plan over a class is feasible and costs the same), so its
size depends on the half-hours, not on the number of jobs. Where lengths or costs per load
differ a little (fractions of a half-hour, delay cost, kW per GPU) a class stands for their
mean: good for finding prices; bounds are then taken job by job.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.runs import prefix_sums, whole_and_fraction

STEPS_PER_E = 8
"""Costs per load within about 6 % share a class: e ** (1 / 16)."""
DENSE = 1 << 22
"""Largest range of keys relabelled by counting instead of sorting."""


@dataclass(frozen=True, eq=False)
class RunClasses:
    """Kinds (K) of run and the classes (C) of jobs of a kind with one window.

    Of a kind: ``slots`` held, expected ``length``, ``kwh`` and ``delay`` cost per unit of load
    and half-hour. Of a class: its ``kind``, ``earliest``, ``latest`` and total ``load``.
    ``member`` is the class of each job. ``exact`` says that no mean was taken.
    """

    slots: Ints
    length: Floats
    kwh: Floats
    delay: Floats
    kind: Ints
    earliest: Ints
    latest: Ints
    load: Floats
    member: Ints
    exact: bool

    def costs(self, values: Floats) -> Floats:
        """Cost per unit of load of each kind at each start (K, T), its delay counted from row 0."""
        count = len(values)
        padded = np.concatenate((values, np.zeros(int(self.slots.max(initial=0)) + 1)))
        total = prefix_sums(padded)
        full, fraction = whole_and_fraction(self.length)
        stop = full[:, None] + np.arange(count)
        energy = total[stop] - total[:count] + fraction[:, None] * padded[stop]
        costs: Floats = energy * self.kwh[:, None] + self.delay[:, None] * np.arange(count)
        return costs

    def holding(self, prices: Floats) -> Floats:
        """What holding one unit of load costs each kind at each start (K, T); inf beyond the horizon."""
        count = len(prices)
        stop = self.slots[:, None] + np.arange(count)
        total = prefix_sums(prices)
        held = total[np.minimum(stop, count)] - total[:count]
        return np.where(stop <= count, held, np.inf)

    def delay_before(self) -> float:
        """Delay that ``costs`` counts from row 0 to the classes' earliest rows, which none of them has."""
        return float((self.delay[self.kind] * self.earliest) @ self.load)


def run_classes(queue: Queue, load: Floats, delay_cost: float) -> RunClasses:
    """Classes of a queue whose jobs all have a window and a load above zero."""
    kwh, delay = queue.power_kw / 2 / load, delay_cost / 2 / load
    alike = (queue.slots, whole_slots(queue.length), log_steps(kwh), log_steps(delay))
    kinds, kind, one_of = relabel(*alike)
    total, energy = sums_by(kind, load, kinds), sums_by(kind, queue.power_kw, kinds)
    length = sums_by(kind, queue.power_kw * queue.length, kinds) / energy
    same_length = np.allclose(length[kind], queue.length, rtol=1e-12)
    mean_kwh = energy / 2 / total
    classes, member, first = relabel(kind, queue.earliest, queue.latest)
    return RunClasses(
        queue.slots[one_of],
        queue.length[one_of] if same_length else length,
        mean_kwh,
        sums_by(kind, delay * load, kinds) / total,
        kind[first],
        queue.earliest[first],
        queue.latest[first],
        sums_by(member, load, classes),
        member,
        bool(same_length and not delay_cost and np.allclose(mean_kwh[kind], kwh, rtol=1e-12)),
    )


def log_steps(values: Floats) -> Ints:
    """Logarithmic steps of positive values; one step for all where they are equal or zero."""
    if not len(values) or np.ptp(values) <= 1e-12 * abs(values[0]):
        return np.zeros(len(values), dtype=np.int64)
    steps: Ints = np.rint(np.log(values) * STEPS_PER_E).astype(np.int64)
    steps -= int(steps.min())
    return steps


def sums_by(label: Ints, values: Floats, count: int) -> Floats:
    """Sum of the values of each label, 0 to ``count`` - 1."""
    return np.bincount(label, values, count).astype(np.float64, copy=False)


def relabel(*keys: Ints) -> tuple[int, Ints, Ints]:
    """Number of distinct combinations of non-negative keys, the label of each row, a row of each label."""
    combined = np.zeros(len(keys[0]), dtype=np.int64)
    size = 1
    for key in keys:
        span = int(key.max(initial=0)) + 1
        combined, size = combined * span + key, size * span
    if size <= DENSE:
        seen = np.bincount(combined, minlength=size) > 0
        label = (np.cumsum(seen) - 1)[combined]
    else:
        label = np.unique(combined, return_inverse=True)[1].astype(np.int64)
    count = int(label.max(initial=-1)) + 1
    row = np.zeros(count, dtype=np.int64)
    row[label] = np.arange(len(label))
    return count, label, row
