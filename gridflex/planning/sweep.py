"""What every threshold would do: jobs deferred, carbon, cost and delay, all at once.

A job's start changes with the threshold only at its own intensity and at the record lows of
its window means, so each job adds a few steps to the curves instead of one plan a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Floats, Horizon, Ints
from gridflex.planning.plan import Plan, evaluate
from gridflex.planning.policies import POLICIES
from gridflex.planning.policies.base import Rules, asked_to_wait, worth_moving
from gridflex.planning.policies.best_window import best_starts
from gridflex.planning.policies.threshold import ROUNDING
from gridflex.planning.queue import Queue
from gridflex.planning.runs import run_sums
from gridflex.planning.windows import chunks, start_costs

THRESHOLDS = np.arange(0.0, 401.0)
"""gCO2/kWh, the range of the slider."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Curves over ``threshold`` (gCO2/kWh, rising), totals of the whole queue.

    ``delay_hours`` is the mean over the jobs that may wait. The baseline is every job at
    its earliest half-hour.
    """

    threshold: Floats
    deferred: Ints
    carbon_g: Floats
    cost_gbp: Floats
    delay_hours: Floats
    baseline_g: float
    baseline_gbp: float


class _Curves:
    """Steps to be added up: changes against the baseline that hold for a range of thresholds."""

    def __init__(self, threshold: Floats, horizon: Horizon) -> None:
        self._threshold, self._horizon = threshold, horizon
        self._steps = np.zeros((4, len(threshold) + 1))

    def add(self, queue: Queue, start: Ints, gate: Floats, low: Floats, high: Floats) -> None:
        """Each job starts at ``start`` for thresholds below its ``gate`` and from ``low`` to below ``high``."""
        reached = self._threshold * (1 + ROUNDING)
        first = np.searchsorted(reached, low)
        stop = np.minimum(np.searchsorted(reached, high), np.searchsorted(self._threshold, gate))
        stop = np.maximum(stop, first)
        delay = start - queue.earliest
        changes = [(delay > 0).astype(np.float64)]
        for values in (self._horizon.intensity, self._horizon.price):
            sums = run_sums(values, start, queue.length) - run_sums(values, queue.earliest, queue.length)
            changes.append(sums * queue.power_kw / 2)
        for steps, change in zip(self._steps, [*changes, delay / 2], strict=True):
            steps += np.bincount(first, change, len(steps)) - np.bincount(stop, change, len(steps))

    def sums(self) -> Floats:
        """Rows: deferred, grams, GBP, hours; a column a threshold."""
        return np.cumsum(self._steps, axis=1)[:, :-1]


def threshold_sweep(policy: str, queue: Queue, horizon: Horizon, rules: Rules, threshold: Floats = THRESHOLDS) -> Sweep:
    """Curves of a policy over the thresholds, without a cap; flat for policies that know no threshold."""
    at_once = evaluate("run-at-once", queue, horizon, POLICIES["run-at-once"].place(queue, horizon, rules))
    movable = asked_to_wait(queue, horizon, None)
    curves = _Curves(threshold, horizon)
    if policy == "threshold":
        waiting = np.flatnonzero(movable)
        for rows in chunks(len(waiting)):
            _add_rule(curves, queue.take(waiting[rows]), horizon, rules)
    elif policy == "threshold-best-window":
        part = queue.take(movable)
        start = best_starts(part, horizon, rules, None)
        always = np.full(len(part), np.inf)
        curves.add(part, start, horizon.intensity[part.earliest], -always, always)
    else:
        return _flat(evaluate(policy, queue, horizon, POLICIES[policy].place(queue, horizon, rules)), threshold)
    deferred, grams, gbp, hours = curves.sums()
    baseline_g, baseline_gbp = float(at_once.carbon_g.sum()), float(at_once.cost_gbp.sum())
    return Sweep(
        threshold,
        np.rint(deferred).astype(np.int64),
        baseline_g + grams,
        baseline_gbp + gbp,
        hours / max(int(movable.sum()), 1),
        baseline_g,
        baseline_gbp,
    )


def _add_rule(curves: _Curves, queue: Queue, horizon: Horizon, rules: Rules) -> None:
    """The documented rule: the first window at or below the threshold, else the cleanest if it gains enough."""
    _, grams = start_costs(horizon.intensity, queue)
    gate = horizon.intensity[queue.earliest]
    means = grams / queue.energy_kwh[:, None]
    lowest_before = np.minimum.accumulate(np.pad(means, ((0, 0), (1, 0)), constant_values=np.inf), axis=1)
    job, start = np.nonzero(means < lowest_before[:, :-1])
    curves.add(queue.take(job), start, gate[job], means[job, start], lowest_before[job, start])
    rows = np.arange(len(queue))
    best = grams.argmin(axis=1)
    enough = worth_moving(grams[rows, best], grams[rows, queue.earliest], rules.minimum_gain)
    fallback = np.where(enough, best, queue.earliest)
    curves.add(queue, fallback, gate, np.full(len(queue), -np.inf), means[rows, best])


def _flat(plan: Plan, threshold: Floats) -> Sweep:
    """The same figures at every threshold."""
    movable = ~plan.queue.fixed & plan.queue.placeable
    figures = (plan.carbon_g, plan.cost_gbp, plan.delay_hours[movable])
    grams, gbp, delay = (np.full(len(threshold), float(figure.sum())) for figure in figures)
    deferred = np.full(len(threshold), int(plan.waits.sum()))
    baseline = float(plan.baseline_g.sum()), float(plan.baseline_gbp.sum())
    return Sweep(threshold, deferred, grams, gbp, delay / max(int(movable.sum()), 1), *baseline)
