"""The single-job rule of the best-known peer."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats, Horizon, Ints
from gridflex.planning.policies.base import Placement, Rules, asked_to_wait, at_earliest
from gridflex.planning.queue import SLACK, Queue
from gridflex.planning.windows import chunks

LONGEST_WAIT = 94
"""Half-hours: the peer looks 2,820 minutes ahead at most (cats/cli.py, ``--window``)."""


class PeerSlidingMean:
    """climate-aware-task-scheduler 1.2 (cats/forecast.py, ``WindowedForecast``), job by job.

    The forecast is read as points joined by straight lines; the start whose mean over the
    run is least wins, the earliest of equals. It looks 47 hours ahead, needs a forecast
    point at or after the run's end, and knows no threshold, price or minimum gain. A job
    for which it finds no start runs at once.
    """

    name = "peer-sliding-mean"
    title = "Sliding mean (peer)"
    sentence = "The best-known single-job scheduler: least mean of the interpolated forecast within 47 hours."

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """Starts by the peer's rule."""
        start = at_earliest(queue)
        waiting = np.flatnonzero(asked_to_wait(queue, horizon, None))
        for rows in chunks(len(waiting)):
            part = waiting[rows]
            start[part] = _starts(queue.take(part), horizon.intensity)
        return Placement(start)


def _starts(queue: Queue, intensity: Floats) -> Ints:
    """Least trapezoidal mean within the window and the forecast."""
    starts = np.arange(len(intensity))[None, :]
    end = starts + queue.length[:, None]
    last = np.minimum(queue.latest, queue.earliest + LONGEST_WAIT)[:, None]
    possible = (starts >= queue.earliest[:, None]) & (starts <= last) & (end <= len(intensity) - 1 + SLACK)
    area = np.where(possible, _area_to(intensity, end) - _area_to(intensity, starts), np.inf)
    best = area.argmin(axis=1)
    return np.where(possible.any(axis=1), best, queue.earliest)


def _area_to(values: Floats, moment: Floats | Ints) -> Floats:
    """Integral of the interpolated values from the first point to ``moment`` (fractional rows)."""
    inside = np.minimum(moment, len(values) - 1)
    whole = np.minimum(np.floor(inside + SLACK), len(values) - 2).astype(np.int64)
    part = inside - whole
    total = np.concatenate(([0.0], np.cumsum((values[:-1] + values[1:]) / 2)))
    area: Floats = total[whole] + part * values[whole] + part**2 / 2 * (values[whole + 1] - values[whole])
    return area
