"""Policies of the planner on the yardstick: decided once at release, or again each half-hour."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from benchmarks.yardstick_information import Forecast
from benchmarks.yardstick_workload import Jobs
from gridflex.planning.horizon import Floats, Horizon, Ints
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Policy, Rules
from gridflex.planning.queue import Queue

RULES = Rules(objective=CARBON_ONLY, threshold=150.0, minimum_gain=0.0)
ANY_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def one_shot(jobs: Jobs, forecast: Forecast, actual: Floats, policy: Policy, slack: int) -> Floats:
    """Grams of each job, decided at its release on the forecast of that moment."""
    grams = np.empty(len(jobs))
    for job in range(len(jobs)):
        release, slots = int(jobs.release[job]), int(jobs.slots[job])
        wait = 0 if jobs.critical[job] else slack
        used = _half_hours(jobs, np.array([job]), slots, wait, forecast(release, wait + slots), policy)[0]
        grams[job] = actual[release : release + wait + slots][used].sum() * jobs.power_kw[job] / 2
    return grams


def rolling(jobs: Jobs, forecast: Forecast, actual: Floats, policy: Policy, slack: int) -> Floats:
    """Grams of each job, planned anew each half-hour; it runs when the plan says now.

    A run of a policy that does not pause goes through once begun.
    """
    pausing = policy.name == "interruptible"
    wait = np.where(jobs.critical, 0, slack)
    left, grams = jobs.slots.copy(), np.zeros(len(jobs))
    stop = jobs.release + wait + jobs.slots
    order = np.argsort(jobs.release, kind="stable")
    active: list[int] = []
    arrived, now = 0, 0
    while arrived < len(order) or active:
        if not active:
            now = int(jobs.release[order[arrived]])
        while arrived < len(order) and jobs.release[order[arrived]] <= now:
            active.append(int(order[arrived]))
            arrived += 1
        rows = np.array(active)
        span = int((stop[rows] - now).max())
        used = _half_hours(jobs, rows, left[rows], stop[rows] - now - left[rows], forecast(now, span), policy)
        begins = rows[used[:, 0]]
        if pausing:
            grams[begins] += actual[now] * jobs.power_kw[begins] / 2
            left[begins] -= 1
        else:
            for job in begins:
                grams[job] = actual[now : now + jobs.slots[job]].sum() * jobs.power_kw[job] / 2
            left[begins] = 0
        active = [job for job in active if left[job]]
        now += 1
    return grams


def _half_hours(
    jobs: Jobs, rows: Ints, slots: Ints | int, wait: Ints | int, intensity: Floats, policy: Policy
) -> np.ndarray:
    """Which half-hours from now on each job would use (n, T)."""
    count = len(rows)
    slots, wait = np.broadcast_to(slots, count), np.broadcast_to(wait, count)
    now = np.zeros(count, dtype=np.int64)
    fixed = jobs.critical[rows]
    anything = np.ones(count, dtype=np.bool_)
    names = np.full(count, "", dtype=object)
    power, latest = jobs.power_kw[rows], np.minimum(wait, len(intensity) - slots)
    queue = Queue(names, power, slots.astype(float), slots, now, latest, now, fixed, fixed, anything, ~anything)
    placement = policy.place(queue, Horizon.of(ANY_DAY, intensity), RULES)
    time = np.arange(len(intensity))
    used = (time >= placement.start[:, None]) & (time < (placement.start + slots)[:, None])
    if placement.parts is not None:
        used = np.where(placement.parts.any(axis=1)[:, None], placement.parts, used)
    return used
