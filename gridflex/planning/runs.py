"""What a run costs: sums of a half-hourly value over the half-hours it touches.

A run of ``length`` half-hours that starts at row s weighs every half-hour it fills by one
and its last, partly filled one by its fraction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.queue import SLACK


def prefix_sums(values: Floats) -> Floats:
    """``out[k]`` is the sum of the first k values; one longer than ``values``."""
    return np.concatenate(([0.0], np.cumsum(values)))


def whole_and_fraction(length: Floats) -> tuple[Ints, Floats]:
    """Half-hours a run fills, and the part of one more it needs (0 to below 1)."""
    full = (length + SLACK).astype(np.int64)
    return full, np.maximum(length - full, 0.0)


def run_sums(values: Floats, start: Ints, length: Floats) -> Floats:
    """Sum of ``values`` over each run, in value x half-hours.

    ``start`` and ``length`` broadcast; a part of a run beyond the ends of ``values`` counts
    nothing, so callers place only runs that fit.
    """
    (sums,) = sums_of((values,), start, length)
    return sums


def sums_of(columns: Sequence[Floats], start: Ints, length: Floats) -> list[Floats]:
    """``run_sums`` of several columns of values over the same runs."""
    full, fraction = whole_and_fraction(length)
    stop = start + full
    # A run that ends before the first half-hour has no tail inside either.
    tail = np.where(stop >= 0, fraction, 0.0) if fraction.any() else None
    sums = []
    for values in columns:
        total = prefix_sums(values)
        sum_ = total.take(stop, mode="clip")
        sum_ -= total.take(start, mode="clip")
        if tail is not None:
            sum_ += tail * np.append(values, 0.0).take(stop, mode="clip")
        sums.append(sum_)
    return sums


def run_weights(start: Ints, length: Floats, count: int) -> Floats:
    """Share of each of ``count`` half-hours that each unbroken run fills (n, T)."""
    since = np.arange(count) - start[:, None]
    weights: Floats = np.clip(length[:, None] - since, 0.0, 1.0) * (since >= 0)
    return weights


def run_means(values: Floats, start: Ints, length: Floats) -> Floats:
    """Mean of ``values`` over each run, weighted by the time spent in each half-hour."""
    means: Floats = run_sums(values, start, length) / length
    return means
