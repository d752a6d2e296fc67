"""Random and hand-made queues and horizons for the planner's tests, and plain loops to check it by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations, pairwise

import numpy as np
from hypothesis import strategies as st

from gridflex.planning.horizon import Floats, Horizon
from gridflex.planning.plan import Plan
from gridflex.planning.queue import SLACK, Queue, whole_slots

START = datetime(2026, 1, 8, 17, tzinfo=UTC)

seeds = st.integers(0, 2**32 - 1)


def horizon_of(
    intensity: list[float] | Floats, price: list[float] | Floats | None = None, now_index: int = 0
) -> Horizon:
    prices = None if price is None else np.asarray(price, dtype=float)
    return Horizon.of(START, np.asarray(intensity, dtype=float), prices, now_index=now_index)


def queue_of(*jobs: dict[str, object]) -> Queue:
    """A queue of jobs given by what matters in a test; 10 kW, one half-hour, from row 0, free to wait till row 99."""
    plain: dict[str, object] = {"power_kw": 10.0, "length": 1.0, "earliest": 0, "latest": 99}
    flags = {"fixed": False, "critical": False, "interruptible": False, "late": False}
    rows = [plain | flags | job for job in jobs]
    length = np.array([row["length"] for row in rows], dtype=float)
    slots = np.array([row.get("slots", whole_slots(np.array(row["length"]))) for row in rows], dtype=np.int64)
    earliest = np.array([row["earliest"] for row in rows], dtype=np.int64)
    ids = np.array([row.get("job_id", f"job-{number}") for number, row in enumerate(rows)], dtype=object)
    extra = {
        name: np.array([row.get(name, default) for row in rows], dtype=kind)
        for name, default, kind in (("min_run", 1, np.int64), ("restart_kwh", 0.0, float), ("gpus", 0.0, float))
    }
    return Queue(
        job_id=ids,
        power_kw=np.array([row["power_kw"] for row in rows], dtype=float),
        length=length,
        slots=slots,
        earliest=earliest,
        latest=np.array([row["latest"] for row in rows], dtype=np.int64),
        baseline=earliest.copy(),
        **{name: np.array([row[name] for row in rows], dtype=bool) for name in flags},
        **extra,
    )


def random_queue(
    seed: int, count: int, half_hours: int, longest: int = 6, slack: int = 10, whole: bool = False, pausing: bool = True
) -> Queue:
    """Jobs of every sort, a tenth of them critical, some without a window."""
    random = np.random.default_rng(seed)
    length = random.uniform(0.1, longest, count)
    length = np.ceil(length) if whole else length
    slots = whole_slots(length)
    earliest = random.integers(0, half_hours, count)
    critical = random.random(count) < 0.1
    fixed = critical | (random.random(count) < 0.1)
    latest = np.where(fixed, earliest, earliest + random.integers(0, slack + 1, count))
    return Queue(
        job_id=np.array([f"job-{number:04d}" for number in range(count)], dtype=object),
        power_kw=random.uniform(1, 50, count),
        length=length,
        slots=slots,
        earliest=earliest,
        latest=np.minimum(latest, half_hours - slots),
        baseline=earliest.copy(),
        fixed=fixed,
        critical=critical,
        interruptible=(random.random(count) < 0.4) & pausing,
        late=np.zeros(count, dtype=bool),
        gpus=random.integers(0, 9, count).astype(float),
    )


def random_horizon(seed: int, half_hours: int, ties: bool = False) -> Horizon:
    random = np.random.default_rng(seed + 1)
    intensity = random.uniform(20, 320, half_hours)
    price = random.uniform(-0.02, 0.3, half_hours)
    if ties:
        intensity, price = np.rint(intensity / 100) * 100, np.rint(price * 10) / 10
    sd = np.linspace(5, 30, half_hours)
    return Horizon.of(START, intensity, price, sd)


def run_cost(values: Floats, start: int, length: float) -> float:
    """Sum of values over a run, half-hour by half-hour."""
    total, left, row = 0.0, length, start
    while left > SLACK:
        total += values[row] * min(left, 1.0)
        left, row = left - 1.0, row + 1
    return total


def stretches(rows: tuple[int, ...]) -> list[int]:
    """Lengths of the unbroken pieces of a set of half-hours."""
    pieces = [1]
    for before, after in pairwise(rows):
        if after == before + 1:
            pieces[-1] += 1
        else:
            pieces.append(1)
    return pieces


def all_pausing_costs(values: Floats, queue: Queue, job: int, delay_cost: float, held: Floats) -> Iterator[float]:
    """Cost of every way a job may pause."""
    count, kwh = int(whole_slots(queue.length[job])), queue.power_kw[job] / 2
    fraction = queue.length[job] - (count - 1)
    first, last = int(queue.earliest[job]), int(queue.latest[job]) + count
    for rows in combinations(range(first, last), count):
        if min(stretches(rows)) < min(queue.min_run[job], count):
            continue
        resumed = [after for before, after in pairwise(rows) if after != before + 1]
        energy = (values[list(rows[:-1])].sum() + fraction * values[rows[-1]]) * kwh
        restarts = queue.restart_kwh[job] * values[resumed].sum()
        yield energy + restarts + delay_cost / 2 * (rows[-1] - first - count + 1) + held[list(rows)].sum()


def half_hours_of(plan: Plan, job: int) -> list[int]:
    """The half-hours a placed job holds."""
    if plan.parts is not None and plan.parts[job].any():
        return np.flatnonzero(plan.parts[job]).tolist()
    return list(range(int(plan.start[job]), int(plan.start[job] + plan.queue.slots[job])))


def assert_keeps_the_rules(plan: Plan) -> None:
    """Release, deadline, length, nothing in the past, critical and fixed jobs at their earliest half-hour."""
    queue, horizon = plan.queue, plan.horizon
    for job in range(len(queue)):
        if not plan.placed[job]:
            assert not queue.critical[job] or not queue.placeable[job]
            continue
        rows = half_hours_of(plan, job)
        assert len(rows) == queue.slots[job]
        assert rows[0] >= queue.earliest[job]
        assert rows[-1] < queue.latest[job] + queue.slots[job] <= len(horizon)
        if queue.fixed[job]:
            assert rows == list(range(int(queue.earliest[job]), int(queue.earliest[job] + queue.slots[job])))
        else:
            assert rows[0] >= horizon.now_index
