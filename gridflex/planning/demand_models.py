"""The three ways to forecast a half-hour's power from the past, each with its p10 to p90 band.

All take the power of past half-hours (kW, oldest first), their half-hours of the week
(0 to 335) and those ahead, and answer rows p10, p50, p90 of kW over the half-hours ahead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gridflex.planning.horizon import Floats, Ints

DAY = 48
WEEK = 7 * DAY
FEWEST_ERRORS = 4
"""A group with fewer past errors takes its band from all of them."""
QUANTILES = np.array([0.1, 0.5, 0.9])

Model = Callable[[Floats, Ints, Ints], Floats]


def pinball(bands: Floats, actual: Floats) -> float:
    """Mean pinball loss (kW) of p10, p50 and p90 rows against what came."""
    error = actual - bands
    return float(np.maximum(QUANTILES[:, None] * error, (QUANTILES[:, None] - 1) * error).mean())


def _by_group(kw: Floats, groups: Ints, ahead: Ints, pools: Ints, pools_ahead: Ints) -> Floats:
    """Mean of the same group (of the same hour of day where the group is new) and the errors of its pool."""
    count, total = (np.bincount(groups, weights, WEEK) for weights in (None, kw))
    hour_count, hour_total = (np.bincount(pools // 2, weights, DAY // 2) for weights in (None, kw))
    hourly = hour_total / np.maximum(hour_count, 1)
    mean = total / np.maximum(count, 1)
    level = np.where(count[ahead] > 0, mean[ahead], hourly[pools_ahead // 2])
    # Each value is left out of its own mean, else few samples make the band too narrow.
    samples = count[groups]
    errors = (kw - mean[groups]) * np.where(samples > 1, samples / np.maximum(samples - 1, 1), 1.0)
    bands: Floats = np.maximum(level + pooled_quantiles(errors, pools, pools_ahead), 0.0)
    return bands


def pooled_quantiles(errors: Floats, pools: Ints, wanted: Ints) -> Floats:
    """p10, p50, p90 (rows) of the errors of each wanted pool; of all errors where a pool has too few.

    Of n errors the q-quantile stands at place q (n + 1) (Weibull): the next error then falls
    below it with chance q however few there are.
    """
    ranked = errors[np.lexsort((errors, pools))]
    size = np.bincount(pools, minlength=int(wanted.max()) + 1)
    first, count = (size.cumsum() - size)[wanted], size[wanted]
    place = np.clip(QUANTILES[:, None] * (count + 1) - 1, 0, np.maximum(count - 1, 0))
    low = place.astype(np.int64)
    low_at, high_at = (np.minimum(first + step, len(errors) - 1) for step in (low, low + 1))
    own = ranked[low_at] + (place - low) * (ranked[high_at] - ranked[low_at])
    quantiles: Floats = np.where(count >= FEWEST_ERRORS, own, _quantiles(errors)[:, None])
    return quantiles


def _quantiles(errors: Floats) -> Floats:
    quantiles: Floats = np.quantile(errors, QUANTILES, method="weibull")
    return quantiles


def _hour_and_day_type(rows: Ints) -> Ints:
    """Hour of day, weekdays (even) and weekends (odd) apart: 0 to 47."""
    return (rows % DAY // 2) * 2 + (rows >= 5 * DAY)


def same_hour_of_week(kw: Floats, rows: Ints, ahead: Ints) -> Floats:
    """The mean of the same hour of the week; errors pooled by hour, weekdays and weekends apart."""
    return _by_group(kw, rows // 2, ahead // 2, _hour_and_day_type(rows), _hour_and_day_type(ahead))


def same_hour_of_day(kw: Floats, rows: Ints, ahead: Ints) -> Floats:
    """The mean of the same hour on weekdays, or on weekends; errors pooled alike."""
    pools, pools_ahead = _hour_and_day_type(rows), _hour_and_day_type(ahead)
    return _by_group(kw, pools, pools_ahead, pools, pools_ahead)


def same_as_yesterday(kw: Floats, rows: Ints, ahead: Ints) -> Floats:
    """The last day again, with the band of its past day-to-day changes."""
    changes = kw[DAY:] - kw[:-DAY]
    spread = _quantiles(changes) if len(changes) else np.zeros(len(QUANTILES))
    bands: Floats = np.maximum(kw[-DAY:][: len(ahead)] + spread[:, None], 0.0)
    return bands
