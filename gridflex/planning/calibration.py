"""Of those told 10 %, how many were worse: the chances that were stated against what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.planning.horizon import Bools, Floats

EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class Bin:
    """Deferrals told a chance from ``low`` to below ``high``: how many, the mean told, the share that was worse."""

    low: float
    high: float
    count: int
    told: float
    worse: float


def calibration(chance_worse: Floats, was_worse: Bools, edges: tuple[float, ...] = EDGES) -> list[Bin]:
    """One row for each range of chances that was stated at least once."""
    place = np.clip(np.searchsorted(edges, chance_worse, side="right") - 1, 0, len(edges) - 2)
    count = np.bincount(place, minlength=len(edges) - 1)
    told = np.bincount(place, chance_worse, len(edges) - 1) / np.maximum(count, 1)
    worse = np.bincount(place, was_worse, len(edges) - 1) / np.maximum(count, 1)
    return [
        Bin(edges[i], edges[i + 1], int(count[i]), float(told[i]), float(worse[i]))
        for i in range(len(edges) - 1)
        if count[i]
    ]
