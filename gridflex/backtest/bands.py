"""How sure a saving is: block bootstrap over days, and a projection from the same season.

Days of one weather spell go together, so whole blocks of consecutive days are drawn (moving
blocks on a circle; Künsch 1989, Politis and Romano 1992). Seeded: the same days give the same
band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.errors import InputError
from gridflex.planning.horizon import Floats, Ints

BLOCK_DAYS = 5
DRAWS = 2000
FEWEST_DAYS = 7
PERCENT = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Band:
    """A figure with the range that holds nine draws in ten."""

    value: float
    p5: float
    p95: float


def draws_of_days(days: int, wanted: int, seed: int, block: int = BLOCK_DAYS, draws: int = DRAWS) -> Ints:
    """Rows of ``wanted`` days, drawn in blocks from ``days`` days on a circle; shape (draws, wanted)."""
    if days < FEWEST_DAYS:
        raise InputError(f"a band needs {FEWEST_DAYS} days or more; there are {days}")
    rng = np.random.default_rng(seed)
    blocks = -(-wanted // block)
    first = rng.integers(0, days, (draws, blocks, 1))
    rows: Ints = ((first + np.arange(block)) % days).reshape(draws, -1)[:, :wanted]
    return rows


def sum_band(by_day: Floats, seed: int = 0) -> Band:
    """Sum over the days, with its band."""
    drawn = by_day[draws_of_days(len(by_day), len(by_day), seed)].sum(axis=1)
    return _band(float(by_day.sum()), drawn)


def share_band(part_by_day: Floats, whole_by_day: Floats, seed: int = 0) -> Band:
    """Part over whole, summed over the days, with its band; both are drawn together."""
    rows = draws_of_days(len(part_by_day), len(part_by_day), seed)
    whole = whole_by_day[rows].sum(axis=1)
    drawn = np.divide(part_by_day[rows].sum(axis=1), whole, out=np.zeros(len(whole)), where=whole != 0)
    total = float(whole_by_day.sum())
    return _band(float(part_by_day.sum()) / total if total else 0.0, drawn)


def projection(by_day: Floats, days: int, seed: int = 0) -> Band:
    """What ``days`` like those given come to: the median of the draws, p5 and p95. A projection, not a result."""
    drawn = by_day[draws_of_days(len(by_day), days, seed)].sum(axis=1)
    return _band(float(np.median(drawn)), drawn)


def _band(value: float, drawn: Floats) -> Band:
    low, _, high = np.quantile(drawn, PERCENT).tolist()
    return Band(value, low, high)
