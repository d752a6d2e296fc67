"""Policies of the planner on the yardstick: decided once at release, or again each half-hour.

Years of several forecasts are rolled through together: the forecasts of a half-hour stand one
after the other on one horizon, and each job's window lies within its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.yardstick_information import Forecast
from benchmarks.yardstick_workload import Jobs
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Policy, Rules
from gridflex.planning.queue import Queue

RULES = Rules(objective=CARBON_ONLY, threshold=150.0, minimum_gain=0.0)
ANY_DAY = datetime(2020, 1, 1, tzinfo=UTC)
PEER, PEER_SEES = "peer-sliding-mean", 96
"""Half-hours of NESO's 48 h answer: all the peer knows of. A run it cannot place within them starts at once."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Jobs to decide now: kW, half-hours still to run, half-hours they may wait, and the forecast (row) each sees."""

    power_kw: Floats
    slots: Ints
    wait: Ints
    critical: Bools
    forecast: Ints


def one_shot(jobs: Jobs, forecast: Forecast, actual: Floats, policy: Policy, slack: int) -> Floats:
    """Grams of each job, decided at its release on the forecast of that moment."""
    wait = np.where(jobs.critical, 0, slack)
    grams = np.empty(len(jobs))
    for job in range(len(jobs)):
        row, release = np.array([job]), int(jobs.release[job])
        # One half-hour more than the window: the peer needs a point at the run's end.
        seen = forecast(release, int(wait[job] + jobs.slots[job]) + 1)
        asked = Asked(jobs.power_kw[row], jobs.slots[row], wait[row], jobs.critical[row], np.array([0]))
        used = used_half_hours(asked, [seen], policy)[0]
        grams[job] = actual[release : release + len(used)][used].sum() * jobs.power_kw[job] / 2
    return grams


def optima(jobs: Jobs, actual: Floats, slack: int) -> tuple[float, float]:
    """Least grams of all jobs in hindsight, unbroken and with pausing: every start tried, every half-hour ranked."""
    unbroken = pausing = 0.0
    wait = np.where(jobs.critical, 0, slack)
    for release, slots, most, kw in zip(jobs.release, jobs.slots, wait, jobs.power_kw, strict=True):
        window = actual[release : release + most + slots]
        unbroken += kw / 2 * sliding_window_view(window, slots).sum(axis=1).min()
        pausing += kw / 2 * np.sort(window)[:slots].sum()
    return float(unbroken), float(pausing)


def rolling(cases: Sequence[tuple[Jobs, Forecast]], actual: Floats, policy: Policy, slack: int) -> list[Floats]:
    """Grams of each job of each case, planned anew each half-hour; it runs when the plan says now.

    The cases have nothing to do with each other; they are taken through the year together.
    A run of a policy that does not pause goes through once begun.
    """
    case = np.repeat(np.arange(len(cases)), [len(jobs) for jobs, _ in cases])
    release, slots, power, critical = (
        np.concatenate([getattr(jobs, name) for jobs, _ in cases])
        for name in ("release", "slots", "power_kw", "critical")
    )
    pausing = policy.name == "interruptible"
    total = np.concatenate(([0.0], np.cumsum(actual)))
    left, grams = slots.copy(), np.zeros(len(slots))
    stop = release + np.where(critical, 0, slack) + slots
    for now in range(int(release.min()), int(stop.max())):
        active = np.flatnonzero((release <= now) & (left > 0))
        if not len(active):
            continue
        present, forecast = np.unique(case[active], return_inverse=True)
        span = int((stop[active] - now).max())
        seen = [cases[each][1](now, span) for each in present]
        wait = stop[active] - now - left[active]
        asked = Asked(power[active], left[active], wait, critical[active], forecast)
        begins = active[used_half_hours(asked, seen, policy)[:, 0]]
        runs = np.ones(len(begins), dtype=np.int64) if pausing else left[begins]
        grams[begins] += (total[now + runs] - total[now]) * power[begins] / 2
        left[begins] -= runs
    return np.split(grams, np.flatnonzero(np.diff(case)) + 1)


def used_half_hours(asked: Asked, forecasts: Sequence[Floats], policy: Policy) -> Bools:
    """Which half-hours of its own forecast each job would use (n, T), the first one being now."""
    length = np.array([len(each) for each in forecasts])
    now = (np.cumsum(length) - length)[asked.forecast]
    wait = np.minimum(asked.wait, length[asked.forecast] - asked.slots)
    if policy.name == PEER:
        wait = np.maximum(np.minimum(wait, PEER_SEES - asked.slots), 0)
    intensity = np.concatenate(forecasts)
    placement = policy.place(_queue(asked, now, wait), Horizon.of(ANY_DAY, intensity), RULES)
    time, start = np.arange(int(length.max())), placement.start - now
    used: Bools = (time >= start[:, None]) & (time < (start + asked.slots)[:, None])
    if placement.parts is not None:
        broken = np.flatnonzero(placement.parts.any(axis=1))
        column = np.minimum(now[broken, None] + time, len(intensity) - 1)
        own = now[broken, None] + time < len(intensity)
        used[broken] = placement.parts[broken[:, None], column] & own
    return used


def _queue(asked: Asked, now: Ints, wait: Ints) -> Queue:
    count = len(now)
    anything = np.ones(count, dtype=np.bool_)
    return Queue(
        job_id=np.full(count, "", dtype=object),
        power_kw=asked.power_kw,
        length=asked.slots.astype(float),
        slots=asked.slots,
        earliest=now,
        latest=now + wait,
        baseline=now,
        fixed=asked.critical,
        critical=asked.critical,
        interruptible=anything,
        late=~anything,
    )
