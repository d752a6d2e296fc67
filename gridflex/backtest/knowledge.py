"""What was known at each half-hour of the past: a forecast as it was issued, or a stated error model.

``at(row, count)`` is the forecast for ``count`` half-hours from ``row`` as known at the start
of ``row``, gCO2/kWh (or GBP/kWh for a price). Nothing in it depends on a later half-hour but
through a forecast error whose size is stated. The nowcast that history keeps is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gridflex.errors import InputError, PlanError
from gridflex.planning.horizon import Floats, Ints
from gridflex.planning.profile_forecast import PROFILE_DAYS, profile_forecast

PUBLISHED_MAE = 24.24
"""gCO2/kWh, mean absolute error of NESO's national forecast over leads 0.5 to 48 h, n = 1,305,616 (nmpowell's
forecast tracker, 2023 to 2026); the shape of the model is ours."""

MEMORY_HOURS = 6.0
LEADS = np.arange(1, 97)
HALF_HOURS_A_DAY = 48


class Knowledge(Protocol):
    """What a policy may look at."""

    @property
    def name(self) -> str:
        """What it is called on the page, its error included."""
        ...

    def at(self, row: int, count: int) -> Floats:
        """Forecast of ``count`` half-hours from ``row`` on, known at its start."""
        ...


@dataclass(frozen=True, eq=False)
class Perfect:
    """The future itself: perfect foresight, or a tariff that is published ahead."""

    values: Floats
    name: str = "perfect foresight"

    def at(self, row: int, count: int) -> Floats:
        """The values as they turned out."""
        return self.values[row : row + count]


class ErrorModel:
    """The settled values plus an error that grows with lead time and shrinks as the half-hour nears.

    The error for half-hour t as seen at s is X_t − ρ^(t−s) X_s of one autoregressive path X:
    a martingale, so that a later issue knows what an earlier could not. Scaled so that the
    mean absolute error over leads 0.5 to 48 h is ``mae``; the present half-hour is known.
    """

    def __init__(self, values: Floats, seed: int, mae: float = PUBLISHED_MAE) -> None:
        self.name = f"error model, mean absolute error {mae:g} over 48 h, seed {seed}"
        self._values = values
        self._rho = float(np.exp(-0.5 / MEMORY_HOURS))
        noise = np.random.default_rng(seed).normal(0.0, self._innovation(mae), len(values))
        self._path = _autoregressive(noise, self._rho)

    def _innovation(self, mae: float) -> float:
        spread = np.sqrt((1 - self._rho ** (2 * LEADS)) / (1 - self._rho**2))
        return float(mae / (np.sqrt(2 / np.pi) * spread.mean()))

    def at(self, row: int, count: int) -> Floats:
        """The forecast issued at ``row``; not below 0."""
        ahead = self._path[row : row + count]
        error = ahead - self._rho ** np.arange(len(ahead)) * self._path[row]
        forecast: Floats = np.maximum(self._values[row : row + count] - error, 0.0)
        return forecast


class Issued:
    """Forecasts as they were issued and kept: the newest at or before a half-hour.

    ``forecasts`` maps the row at which each was issued to its values from that row on, NaN
    where it said nothing. Past ``longest_age`` half-hours, or past its end, ``fallback`` speaks.
    """

    def __init__(self, forecasts: Mapping[int, Floats], fallback: Knowledge, longest_age: int = 2) -> None:
        if not forecasts:
            raise InputError("no forecast of the period was kept")
        self._rows: Ints = np.array(sorted(forecasts), dtype=np.int64)
        self._forecasts, self._fallback, self._longest_age = dict(forecasts), fallback, longest_age
        self.name = f"{len(forecasts):,} forecasts as issued, else {fallback.name}"

    def at(self, row: int, count: int) -> Floats:
        """What the newest forecast said, and the fallback where it said nothing."""
        newest = int(np.searchsorted(self._rows, row, side="right")) - 1
        other = self._fallback.at(row, count)
        if newest < 0 or row - self._rows[newest] > self._longest_age:
            return other
        issued_at = int(self._rows[newest])
        said = self._forecasts[issued_at][row - issued_at :][: len(other)]
        said = np.pad(said, (0, len(other) - len(said)), constant_values=np.nan)
        return np.where(np.isfinite(said), said, other)

    def share_seen(self, rows: int) -> float:
        """Share of the first ``rows`` half-hours at which a kept forecast was fresh."""
        at = np.arange(rows)
        newest = np.searchsorted(self._rows, at, side="right") - 1
        fresh = (newest >= 0) & (at - self._rows[np.maximum(newest, 0)] <= self._longest_age)
        return float(fresh.mean())


@dataclass(frozen=True, eq=False)
class Profile:
    """The forecast of last resort, from settled values before the row alone; the present is known.

    Before a day of them is there, the present value stands in for all.
    """

    values: Floats
    name: str = "profile of the last seven days"

    def at(self, row: int, count: int) -> Floats:
        """Profile and anomaly, as the product forecasts from its archive."""
        count = min(count, len(self.values) - row)
        past = self.values[max(row + 1 - PROFILE_DAYS * HALF_HOURS_A_DAY, 0) : row + 1]
        try:
            return np.concatenate((self.values[row : row + 1], profile_forecast(past, count - 1)))
        except PlanError:
            return np.full(count, self.values[row])


@dataclass(frozen=True, eq=False)
class Asked:
    """A model that is asked for each issue: ``ask(row, count)`` must know nothing after ``row``."""

    ask: Callable[[int, int], Floats]
    length: int
    name: str

    def at(self, row: int, count: int) -> Floats:
        """What it answers."""
        return self.ask(row, min(count, self.length - row))


def written_out(knowledge: Knowledge, length: int, count: int) -> Issued:
    """A knowledge asked once for every half-hour and kept, to hand it to other processes."""
    forecasts = {row: knowledge.at(row, count) for row in range(length)}
    kept = Issued(forecasts, Perfect(np.full(length, np.nan)), longest_age=0)
    kept.name = knowledge.name
    return kept


def _autoregressive(noise: Floats, rho: float) -> Floats:
    """x[t] = rho x[t−1] + noise[t], begun in its long-run spread."""
    path = np.empty(len(noise))
    level = float(noise[0] / np.sqrt(1 - rho**2)) if len(noise) else 0.0
    for t, step in enumerate(noise.tolist()):
        level = level * rho + step if t else level
        path[t] = level
    return path
