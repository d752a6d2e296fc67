"""How sure a deferral is: the chance that it turns out dirtier than its baseline.

The error that counts is that of the *difference* of two run means. Errors of neighbouring
half-hours go together, so half-hours that both runs use cancel out and near ones nearly do;
bands taken as independent would be wrong. Errors are taken as normal, correlated by
exp(-lag / CORRELATION_H).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.pausing import part_weights
from gridflex.planning.plan import Plan
from gridflex.planning.runs import run_weights
from gridflex.planning.windows import chunks

CORRELATION_H = 6.0
"""Hours after which the correlation of two forecast errors falls to 37 % (assumed)."""
ENOUGH_ERRORS = 200
"""Measured errors of one lead time from which they replace the published figure: it is then known to 5 %."""
MAE_OF_SD = sqrt(2 / np.pi)


@dataclass(frozen=True, eq=False)
class Odds:
    """Of each job, NaN and False where it is not moved.

    ``gain`` is the expected difference of the run means, baseline minus plan (gCO2/kWh),
    ``sd`` the standard deviation of its error, ``chance_worse`` the chance (0 to 1) that the
    plan's run turns out dirtier. ``tie``: gain or loss is smaller than its own mean error.
    """

    gain: Floats
    sd: Floats
    chance_worse: Floats
    tie: Bools

    @property
    def told(self) -> Floats:
        """``chance_worse`` where anything is uncertain; NaN for jobs not moved, and where all is measured."""
        return np.where(self.sd > 0, self.chance_worse, np.nan)


def odds_of(plan: Plan, correlation_h: float = CORRELATION_H) -> Odds:
    """How sure each moved job's saving is, from the horizon's standard deviations."""
    count = len(plan.start)
    gain, sd = np.full(count, np.nan), np.full(count, np.nan)
    moved = np.flatnonzero(plan.placed & (plan.waits | (plan.start != plan.queue.baseline)))
    covariance = error_covariance(plan.horizon, correlation_h)
    for rows in chunks(len(moved)):
        jobs = moved[rows]
        change = _change(plan, jobs)
        # Not from the horizon: a baseline may lie before it, and a restart draws more.
        gain[jobs] = plan.saved_g[jobs] / plan.queue.energy_kwh[jobs]
        sd[jobs] = np.sqrt(np.maximum(np.einsum("ij,ij->i", change @ covariance, change), 0.0))
    return Odds(gain, sd, _chance_below_zero(gain, sd), np.abs(gain) < MAE_OF_SD * sd)


def error_covariance(horizon: Horizon, correlation_h: float = CORRELATION_H) -> Floats:
    """Covariance (T, T) of the forecast errors, (gCO2/kWh) squared."""
    lag_h = np.abs(np.subtract.outer(np.arange(len(horizon)), np.arange(len(horizon)))) / 2
    covariance: Floats = np.outer(horizon.sd, horizon.sd) * np.exp(-lag_h / correlation_h)
    return covariance


def _change(plan: Plan, jobs: Ints) -> Floats:
    """Share of each job's energy in every half-hour under the baseline minus that under the plan."""
    queue, count = plan.queue.take(jobs), len(plan.horizon)
    planned = run_weights(plan.start[jobs], queue.length, count)
    if plan.parts is not None:
        pauses = plan.parts[jobs].any(axis=1)
        planned[pauses] = part_weights(plan.parts[jobs[pauses]], queue.length[pauses])
    change: Floats = (run_weights(queue.baseline, queue.length, count) - planned) / queue.length[:, None]
    return change


def _chance_below_zero(mean: Floats, sd: Floats) -> Floats:
    """Chance that a normal variable is below zero; without spread 0, 1/2 or 1."""
    certain = np.where(mean > 0, 0.0, np.where(mean < 0, 1.0, 0.5))
    spread = sd > 0
    ratio = np.divide(mean, sd * sqrt(2), out=np.zeros_like(mean), where=spread)
    chance = np.array([erfc(value) / 2 for value in ratio.tolist()])
    return np.where(np.isnan(mean), np.nan, np.where(spread, chance, certain))


def measured_sd(lead_h: Floats, published: Floats, error_lead_h: Floats, error: Floats) -> Floats:
    """Standard deviation at each lead time: our own where enough errors were seen, else the published one.

    ``error`` (gCO2/kWh, forecast minus actual) was seen ``error_lead_h`` hours ahead; a lead
    time is its half-hour. A bias counts as error: the root of the mean square is taken.
    """
    row = np.rint(error_lead_h * 2).astype(np.int64)
    seen = np.bincount(row, minlength=1)
    square = np.bincount(row, error**2, len(seen))
    wanted = np.minimum(np.rint(lead_h * 2).astype(np.int64), len(seen) - 1)
    known = (seen[wanted] >= ENOUGH_ERRORS) & (np.rint(lead_h * 2) < len(seen))
    own = np.sqrt(square[wanted] / np.maximum(seen[wanted], 1))
    return np.where(known, own, published)
