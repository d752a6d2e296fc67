"""The sample grid's weather: seeded Gaussian noise that can be read at any half-hour.

A half-hour's value is a weighted sum of the shocks of the half-hours before it, and a shock
is drawn from its own number by a counter-based generator (Philox): any window is computed
alone, and is the same however it is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.halfhours import HOURS_PER_HALF_HOUR, floor_half_hour, half_hours_between

Values = NDArray[np.float64]

SEED = 20260420
"""Of the first thousand seeds from 20260000, the one whose 2026 lies nearest to the published months and quantiles."""

_FIRST_HALF_HOUR = datetime(1, 1, 1, tzinfo=UTC)
_ROOM_BEFORE = 4096
"""Shocks kept before the first half-hour there is, for the weights to reach back to."""

_DRAWS_PER_STEP = 2
"""Normal numbers in one step of the generator's counter: four 64-bit draws, two draws a number."""

_MEMORIES_KEPT = 5.0
"""Weights reach back this many memories, where they have fallen below one per cent."""

_UNKNOWN_STREAM = 1000
"""Added to a stream's number: the shocks a forecast cannot see."""


def half_hour_number(moment: datetime) -> int:
    """Number of the half-hour that contains ``moment``, counted from the first of year 1."""
    return half_hours_between(_FIRST_HALF_HOUR, floor_half_hour(moment))


def shocks(stream: int, first: int, count: int) -> Values:
    """Independent standard normal numbers of the half-hours ``first`` and on, shape (count,)."""
    begin = first + _ROOM_BEFORE
    skip = begin % _DRAWS_PER_STEP
    generator = np.random.Philox(key=np.array([SEED, stream], dtype=np.uint64))
    generator.advance(begin // _DRAWS_PER_STEP)
    raw = generator.random_raw(2 * (count + skip)).reshape(-1, 2)[skip:]
    uniform = (raw >> np.uint64(11)) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log1p(-uniform[:, 0]))
    # Box-Muller
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform[:, 1]), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Weather:
    """Stationary noise of mean 0 and standard deviation 1.

    A shock is felt after about ``rise_hours`` and forgotten with the time constant
    ``memory_hours``. The share ``unknown`` of the variance comes from shocks no forecast
    sees before they happen.
    """

    stream: int
    memory_hours: float
    rise_hours: float
    unknown: float = 0.0

    def values(self, first: int, count: int, known_until: int | None = None) -> Values:
        """Values of the half-hours ``first`` and on, shape (count,).

        With ``known_until``, what is expected when the shocks before that half-hour have
        been seen: the unknown ones from it on count as zero.
        """
        weights = _weights(self.memory_hours, self.rise_hours)
        reach = len(weights) - 1
        seen = shocks(self.stream, first - reach, count + reach)
        unseen = shocks(self.stream + _UNKNOWN_STREAM, first - reach, count + reach)
        if known_until is not None:
            unseen[max(known_until - (first - reach), 0) :] = 0.0
        mixed = np.sqrt(1.0 - self.unknown) * seen + np.sqrt(self.unknown) * unseen
        return np.convolve(mixed, weights, mode="valid")


@lru_cache
def _weights(memory_hours: float, rise_hours: float) -> Values:
    hours = np.arange(int(_MEMORIES_KEPT * memory_hours / HOURS_PER_HALF_HOUR) + 1) * HOURS_PER_HALF_HOUR
    weights = np.exp(-hours / memory_hours) * -np.expm1(-(hours + HOURS_PER_HALF_HOUR) / rise_hours)
    return np.asarray(weights / np.sqrt((weights**2).sum()), dtype=np.float64)
