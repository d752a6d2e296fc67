"""The market condition in five words, and whether to run now.

Rule, stated on the page: place the present among the half-hours of the next 24 h, carbon
and price apart, as the share of them that are better; the condition is the mean of the two
shares. Optimal up to 20 %, good up to 40, moderate up to 60, poor up to 80, else critical.
It compares now with the choices at hand, so it means the same in a clean month and a dirty
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

CONDITIONS = ("optimal", "good", "moderate", "poor", "critical")
CONDITION_RULE = (
    "Share of the next 24 h that is better than now, carbon and price averaged: "
    "optimal up to 20 %, good 40 %, moderate 60 %, poor 80 %, else critical."
)


@dataclass(frozen=True, slots=True)
class Condition:
    """The word, the share of better half-hours (0 to 1) behind it, and the advice."""

    word: str
    share_better: float
    execute: bool

    @property
    def advice(self) -> str:
        """Recommendation for a job that could wait."""
        return "run now" if self.execute else "wait if you can"


def share_better(now: float, ahead: Sequence[float]) -> float:
    """Share of ``ahead`` (0 to 1) strictly below ``now``."""
    return sum(value < now for value in ahead) / len(ahead)


def market_condition(intensity: Sequence[float], price: Sequence[float], threshold: float) -> Condition:
    """Condition now; the first of each sequence is now, the rest up to 24 h ahead.

    ``intensity`` and ``threshold`` in gCO2/kWh, ``price`` in GBP/kWh. Running is advised at
    or below the threshold, or where waiting has little to offer (optimal, good).
    """
    share = (share_better(intensity[0], intensity) + share_better(price[0], price)) / 2
    level = max(ceil(share * len(CONDITIONS)) - 1, 0)
    return Condition(CONDITIONS[level], share, intensity[0] <= threshold or level <= 1)
