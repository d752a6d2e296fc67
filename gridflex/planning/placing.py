"""A plan under a cap in the making: jobs are taken out and put back one at a time."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.restart_dp import cheapest_stretches
from gridflex.planning.room import Room
from gridflex.planning.runs import prefix_sums, whole_and_fraction
from gridflex.planning.site_cap import usage

BLOCKED = 1e30
"""Value of a half-hour without room: no run that has any other way takes it."""

BLUR = 0.05


class Placing:
    """Columns of all jobs of a queue: ``start``, and ``parts`` (n, T) of those that pause.

    ``pauses`` marks jobs that may pause. ``room`` is what the placed ones leave, negative
    where they exceed the cap.
    """

    def __init__(self, queue: Queue, values: Floats, delay_cost: float, load: Floats, pauses: Bools, room: Room):
        self.queue, self.load, self.pauses, self.room = queue, load, pauses, room
        self.start = np.full(len(queue), UNPLACED)
        self.parts = np.zeros((len(queue) if pauses.any() else 0, len(values)), dtype=np.bool_)
        self.values, self.delay_cost = values, delay_cost
        self._padded = np.concatenate((values, np.zeros(int(queue.slots.max(initial=0)) + 1)))
        self._total = prefix_sums(self._padded)
        self._full, self._fraction = whole_and_fraction(queue.length)
        self._expected = whole_slots(queue.length)

    def stretches(self, jobs: Ints) -> bool:
        """Whether any of the jobs may pause but has a shortest stretch or pays for restarts."""
        queue = self.queue
        return bool((self.pauses[jobs] & ((queue.min_run[jobs] > 1) | (queue.restart_kwh[jobs] > 0))).any())

    def set_runs(self, jobs: Ints, start: Ints) -> None:
        """Place unbroken runs, room or not."""
        self.start[jobs] = start
        self.room.free -= usage(start, self.queue.slots[jobs], self.load[jobs], len(self.values))

    def set_parts(self, jobs: Ints, parts: Bools) -> None:
        """Place jobs that pause, room or not."""
        self.parts[jobs] = parts
        self.start[jobs] = parts.argmax(axis=1)
        self.room.free -= self.load[jobs] @ parts

    def take_out(self, job: int) -> None:
        """Remove a placed job and give its room back."""
        if self.pauses[job]:
            self.room.free[self.parts[job]] += self.load[job]
            self.parts[job] = False
        else:
            self.room.change(int(self.start[job]), int(self.queue.slots[job]), -float(self.load[job]))
        self.start[job] = UNPLACED

    def put(self, job: int, blur: np.random.Generator | None = None) -> bool:
        """Place a job at its cheapest where there is room; False where there is none.

        ``blur`` draws by up to how much of BLUR each start of an unbroken run is taken as dearer.
        """
        if self.pauses[job]:
            parts = self._cheapest_parts(job)
            if parts is None:
                return False
            self.set_parts(np.array([job]), parts[None, :])
            return True
        cost = self.start_cost(job)
        first = int(self.queue.earliest[job])
        slots, load = int(self.queue.slots[job]), float(self.load[job])
        if blur is not None:
            cost = cost + np.abs(cost) * (BLUR * blur.random(len(cost)))
        cost = np.where(self.room.fits(load, slots)[first : first + len(cost)], cost, np.inf)
        best = int(cost.argmin())
        if not np.isfinite(cost[best]):
            return False
        self.start[job] = first + best
        self.room.change(first + best, slots, load)
        return True

    def place_of(self, job: int) -> Ints:
        """Where a job is: the start of a run, the half-hours of one that pauses; empty where it has no place."""
        start = self.start[[job]]
        return np.flatnonzero(self.parts[job]) if self.pauses[job] else start[np.not_equal(start, UNPLACED)]

    def put_back(self, job: int, place: Ints) -> None:
        """Put a job that has no place where it was before, room or not."""
        if not len(place):
            return
        if self.pauses[job]:
            parts = np.zeros((1, len(self.values)), dtype=np.bool_)
            parts[0, place] = True
            self.set_parts(np.array([job]), parts)
        else:
            self.start[job] = place[0]
            self.room.change(int(place[0]), int(self.queue.slots[job]), float(self.load[job]))

    def snapshot(self) -> tuple[Ints, Bools, Floats]:
        """All places as they are, for ``restore``."""
        return self.start.copy(), self.parts.copy(), self.room.free.copy()

    def restore(self, snapshot: tuple[Ints, Bools, Floats]) -> None:
        """All places as they were."""
        self.start[:], self.parts[:], self.room.free[:] = snapshot

    def start_cost(self, job: int) -> Floats:
        """Cost of each start in a job's window, delay included."""
        starts = np.arange(int(self.queue.earliest[job]), int(self.queue.latest[job]) + 1)
        stop = starts + self._full[job]
        sums = self._total[stop] - self._total[starts] + self._fraction[job] * self._padded[stop]
        cost: Floats = sums * (self.queue.power_kw[job] / 2) + (starts - starts[0]) * (self.delay_cost / 2)
        return cost

    def cost(self, job: int) -> float:
        """Cost of a placed job as it runs now, delay included."""
        if not self.pauses[job]:
            return float(self.start_cost(job)[self.start[job] - self.queue.earliest[job]])
        used = np.flatnonzero(self.parts[job])[: self._expected[job]]
        weight = np.ones(len(used))
        weight[-1] = self.queue.length[job] - (len(used) - 1)
        resumed = used[1:][np.diff(used) > 1]
        waited = used[-1] - self.queue.earliest[job] - len(used) + 1
        energy = float(weight @ self.values[used]) * self.queue.power_kw[job] / 2
        restarts = float(self.values[resumed].sum()) * self.queue.restart_kwh[job]
        return float(energy + restarts + waited * self.delay_cost / 2)

    def worth(self, jobs: Ints) -> tuple[float, float]:
        """Energy of those of the jobs that have a place (kWh, to a milliwatt-hour), and what they cost."""
        placed = jobs[self.start[jobs] != UNPLACED]
        return round(float(self.queue.energy_kwh[placed].sum()), 6), sum(self.cost(job) for job in placed.tolist())

    def _cheapest_parts(self, job: int) -> Bools | None:
        """The cheapest half-hours with room, None where there are too few."""
        first, stop = int(self.queue.earliest[job]), int(self.queue.latest[job] + self.queue.slots[job])
        roomy = self.room.free[first:stop] >= self.load[job] - self.room.tolerance
        slots = int(self.queue.slots[job])
        if roomy.sum() < slots:
            return None
        if self.stretches(np.array([job])):
            return self._stretches(job, first, roomy)
        waiting = np.arange(stop - first) * (self.delay_cost / (slots * max(self.queue.power_kw[job], 1e-9)))
        order = np.argsort(np.where(roomy, self.values[first:stop] + waiting, np.inf), kind="stable")
        parts = np.zeros(len(self.values), dtype=np.bool_)
        parts[first + order[:slots]] = True
        return parts

    def _stretches(self, job: int, first: int, roomy: Bools) -> Bools | None:
        values = np.full(len(self.values), BLOCKED)
        values[first : first + len(roomy)] = np.where(roomy, self.values[first : first + len(roomy)], BLOCKED)
        parts, cost = cheapest_stretches(values, self.queue.take(np.array([job])), self.delay_cost)
        kept_free = roomy[np.flatnonzero(parts[0]) - first].all()
        return parts[0] if kept_free and cost[0] < BLOCKED / 1e6 else None
