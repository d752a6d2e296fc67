"""The grid's availability products a flexible load could offer, with what each demands.

Speeds, durations, windows and smallest sizes: NESO's service pages (dynamic services, quick
and slow reserve). All are auctioned a day ahead, pay-as-clear, in GBP/MW/h of availability.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

MINUTES_PER_HALF_HOUR = 30


class Direction(StrEnum):
    """Down: draw less than planned. Up: draw more."""

    DOWN = "turn down"
    UP = "turn up"


@dataclass(frozen=True, slots=True)
class Product:
    """``full_s`` is the longest time to full delivery, ``duration_min`` how long it must be held.

    ``follows_frequency`` marks products delivered from locally measured frequency. Bids come
    in whole steps of ``step_mw`` from ``minimum_mw`` on.
    """

    code: str
    name: str
    direction: Direction
    full_s: float
    duration_min: float
    window: str
    follows_frequency: bool
    minimum_mw: float = 1.0
    step_mw: float = 1.0
    note: str = ""

    @property
    def pause_half_hours(self) -> int:
        """Half-hours a job must be able to pause, or run early, to be counted."""
        return ceil(self.duration_min / MINUTES_PER_HALF_HOUR)


_BLOCK, _HALF_HOUR = "4 h EFA block", "half an hour"
_HOUR_CLASS = "an hour of delivery is our reading of its hour class"


def _pair(
    codes: tuple[str, str], name: str, full_s: float, duration_min: float, window: str, note: str = ""
) -> Iterator[Product]:
    """The product that is called when frequency is low (turn down), and its twin for when it is high."""
    for code, direction in zip(codes, Direction, strict=True):
        follows = window == _BLOCK
        yield Product(code, f"{name} ({code})", direction, full_s, duration_min, window, follows, note=note)


PRODUCTS: tuple[Product, ...] = (
    *_pair(("DCL", "DCH"), "Dynamic Containment", 1, 15, _BLOCK),
    *_pair(("DML", "DMH"), "Dynamic Moderation", 1, 30, _BLOCK),
    *_pair(("DRL", "DRH"), "Dynamic Regulation", 10, 60, _BLOCK),
    *_pair(("PQR", "NQR"), "Quick Reserve", 60, 15, _HALF_HOUR),
    *_pair(("PSR", "NSR"), "Slow Reserve", 900, 60, _HALF_HOUR, _HOUR_CLASS),
)
