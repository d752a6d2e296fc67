"""What a run costs: sums of a half-hourly value over the half-hours it touches.

A run of ``length`` half-hours that starts at row s weighs every half-hour it fills by one
and its last, partly filled one by its fraction.
"""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.queue import SLACK


def prefix_sums(values: Floats) -> Floats:
    """``out[k]`` is the sum of the first k values; one longer than ``values``."""
    return np.concatenate(([0.0], np.cumsum(values)))


def run_sums(values: Floats, start: Ints, length: Floats) -> Floats:
    """Sum of ``values`` over each run, in value x half-hours.

    ``start`` and ``length`` broadcast; a part of a run beyond the ends of ``values`` counts
    nothing, so callers place only runs that fit.
    """
    total = prefix_sums(values)
    count = len(values)
    full = np.floor(length + SLACK).astype(np.int64)
    fraction = np.maximum(length - full, 0.0)
    stop = start + full
    tail = np.where((stop >= 0) & (stop < count), values[np.clip(stop, 0, count - 1)], 0.0)
    sums: Floats = total[np.clip(stop, 0, count)] - total[np.clip(start, 0, count)] + fraction * tail
    return sums


def run_means(values: Floats, start: Ints, length: Floats) -> Floats:
    """Mean of ``values`` over each run, weighted by the time spent in each half-hour."""
    means: Floats = run_sums(values, start, length) / length
    return means
