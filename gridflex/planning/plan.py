"""A plan: where every job runs, what that costs, and what it saves against its baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.pausing import part_costs
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.runs import sums_of
from gridflex.planning.site_cap import usage
from gridflex.planning.windows import AT_ONCE, chunks


@dataclass(frozen=True, eq=False)
class Plan:
    """Decisions as columns, in the queue's order.

    ``start`` is a row of the horizon or UNPLACED. ``carbon_g``, ``cost_gbp`` and the
    baseline's are of whole runs; an unplaced job counts zero on both sides.
    """

    policy: str
    queue: Queue
    horizon: Horizon
    start: Ints
    parts: Bools | None
    carbon_g: Floats
    cost_gbp: Floats
    baseline_g: Floats
    baseline_gbp: Floats

    def take(self, rows: Ints | Bools) -> Plan:
        """The plan of the given rows, in that order."""
        names = ("start", "carbon_g", "cost_gbp", "baseline_g", "baseline_gbp")
        columns = {name: getattr(self, name)[rows] for name in names}
        parts = None if self.parts is None else self.parts[rows]
        return replace(self, queue=self.queue.take(rows), parts=parts, **columns)

    @property
    def placed(self) -> Bools:
        """Whether each job has a start."""
        return np.not_equal(self.start, UNPLACED)

    @property
    def placed_kwh(self) -> float:
        """Energy of all placed jobs, kWh."""
        return float(self.queue.energy_kwh[self.placed].sum())

    @property
    def saved_g(self) -> Floats:
        """Grams saved per job against its baseline; negative where it got dirtier."""
        return self.baseline_g - self.carbon_g

    @property
    def saved_gbp(self) -> Floats:
        """GBP saved per job against its baseline."""
        return self.baseline_gbp - self.cost_gbp

    @property
    def waits(self) -> Bools:
        """Whether each job starts, or ends, later than it would from its earliest half-hour."""
        later = self.placed & (self.start > self.queue.earliest)
        return later if self.parts is None else later | self.parts.any(axis=1)

    @property
    def end(self) -> Floats:
        """Row (fractional) at which each run is over; UNPLACED and below for jobs without a start."""
        end = self.start + self.queue.length
        if self.parts is not None:
            used = whole_slots(self.queue.length)
            for job in np.flatnonzero(self.parts.any(axis=1)):
                last = np.flatnonzero(self.parts[job])[: used[job]][-1]
                end[job] = last + self.queue.length[job] - (used[job] - 1)
        return end

    @property
    def delay_hours(self) -> Floats:
        """Hours each placed job starts after its earliest half-hour; 0 for the others."""
        return np.where(self.placed, (self.start - self.queue.earliest) / 2, 0.0)

    @property
    def completion_delay_hours(self) -> Floats:
        """Hours each placed job is done later than from its earliest half-hour; 0 for the others."""
        if self.parts is None or not len(self.parts):
            return self.delay_hours
        kept = self.parts.shape[1] - 1 - self.parts[:, ::-1].argmax(axis=1)
        later = np.where(self.parts.any(axis=1), kept - self.queue.earliest - self.queue.slots + 1, 0) / 2
        return np.where(self.parts.any(axis=1), later, self.delay_hours)

    def power_kw(self) -> Floats:
        """Site power in each half-hour of the horizon, kW; a part-filled half-hour counts full power."""
        return site_power(self.queue, self.start, self.parts, len(self.horizon))


def evaluate(policy: str, queue: Queue, horizon: Horizon, placement: Placement) -> Plan:
    """Value a placement in grams and GBP against each job's baseline start."""
    columns = (horizon.intensity, horizon.price)
    carbon, cost, baseline_g, baseline_gbp = (np.empty(len(queue)) for _ in range(4))
    for rows in chunks(len(queue), AT_ONCE):
        start, length = placement.start[rows], queue.length[rows]
        kwh = np.where(start != UNPLACED, queue.power_kw[rows] / 2, 0.0)
        sums = sums_of(columns, start, length) + sums_of(columns, queue.baseline[rows], length)
        for out, sum_ in zip((carbon, cost, baseline_g, baseline_gbp), sums, strict=True):
            np.multiply(sum_, kwh, out=out[rows])
    if placement.parts is not None:
        pauses = np.flatnonzero(placement.parts.any(axis=1))
        for rows in chunks(len(pauses)):
            jobs = pauses[rows]
            for out, values in zip((carbon, cost), columns, strict=True):
                out[jobs] = part_costs(values, queue.take(jobs), placement.parts[jobs])
    return Plan(policy, queue, horizon, placement.start, placement.parts, carbon, cost, baseline_g, baseline_gbp)


def site_power(queue: Queue, start: Ints, parts: Bools | None, count: int) -> Floats:
    """Total power of the placed runs in each of ``count`` half-hours, kW."""
    return load_in_use(queue, start, parts, queue.power_kw, count)


def load_in_use(queue: Queue, start: Ints, parts: Bools | None, load: Floats, count: int) -> Floats:
    """Total of ``load`` (n,) over the placed runs in each of ``count`` half-hours."""
    whole = np.not_equal(start, UNPLACED)
    used = np.zeros(count)
    if parts is not None:
        broken = parts.any(axis=1)
        used += load[broken] @ parts[broken]
        whole &= ~broken
    return used + usage(start[whole], queue.slots[whole], load[whole], count)
