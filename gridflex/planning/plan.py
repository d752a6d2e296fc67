"""A plan: where every job runs, what that costs, and what it saves against its baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import Queue
from gridflex.planning.runs import run_sums


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

    @property
    def placed(self) -> Bools:
        """Whether each job has a start."""
        return np.not_equal(self.start, UNPLACED)

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
    def delay_hours(self) -> Floats:
        """Hours each placed job starts after its earliest half-hour; 0 for the others."""
        return np.where(self.placed, (self.start - self.queue.earliest) / 2, 0.0)

    def power_kw(self) -> Floats:
        """Site power in each half-hour of the horizon, kW; a part-filled half-hour counts full power."""
        return site_power(self.queue, self.start, self.parts, len(self.horizon))


def evaluate(policy: str, queue: Queue, horizon: Horizon, placement: Placement) -> Plan:
    """Value a placement in grams and GBP against each job's baseline start."""
    placed = placement.start != UNPLACED
    kwh = np.where(placed, queue.power_kw / 2, 0.0)

    def sums(values: Floats, start: Ints) -> Floats:
        return run_sums(values, start, queue.length) * kwh

    carbon, cost = sums(horizon.intensity, placement.start), sums(horizon.price, placement.start)
    if placement.parts is not None:
        carbon, cost = (
            np.where(placement.parts.any(axis=1), part_sums(values, placement.parts, queue.length) * kwh, whole)
            for values, whole in ((horizon.intensity, carbon), (horizon.price, cost))
        )
    return Plan(
        policy,
        queue,
        horizon,
        placement.start,
        placement.parts,
        carbon,
        cost,
        sums(horizon.intensity, queue.baseline),
        sums(horizon.price, queue.baseline),
    )


def part_sums(values: Floats, parts: Bools, length: Floats) -> Floats:
    """Sum of ``values`` over the first ``length`` half-hours of broken runs; the last one counts its fraction.

    Half-hours of ``parts`` beyond the expected length are kept free for the time limit.
    """
    done = np.cumsum(parts, axis=1, dtype=np.int32)
    weight = np.clip(length[:, None] - done + 1, 0.0, 1.0) * parts
    sums: Floats = weight @ values
    return sums


def site_power(queue: Queue, start: Ints, parts: Bools | None, count: int) -> Floats:
    """Total power of the placed runs in each of ``count`` half-hours, kW."""
    whole = start != UNPLACED
    power = np.zeros(count + 1)
    if parts is not None:
        broken = parts.any(axis=1)
        power[:count] += queue.power_kw[broken] @ parts[broken]
        whole &= ~broken
    stop = np.minimum(start + queue.slots, count)
    change = np.zeros(count + 1)
    np.add.at(change, start[whole], queue.power_kw[whole])
    np.subtract.at(change, stop[whole], queue.power_kw[whole])
    return power[:count] + np.cumsum(change)[:count]
