"""What this process's API has done so far: answers by status, and how long decisions and dispatches took."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

REMEMBERED = 1000


@dataclass
class Times:
    """The newest durations, ms; threads may share it."""

    newest: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    count: int = 0
    sum_ms: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def add(self, ms: float) -> None:
        """Note one."""
        with self._lock:
            self.newest.append(ms)
            self.count += 1
            self.sum_ms += ms

    def quantile(self, share: float) -> float | None:
        """The least that ``share`` of the newest do not exceed; None before the first."""
        with self._lock:
            ranked = sorted(self.newest)
        return ranked[max(ceil(share * len(ranked)) - 1, 0)] if ranked else None


@dataclass
class Meter:
    """``decisions``: processor time of deciding a queue. ``dispatches``: wall time until a plan or order is on disk."""

    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    decisions: Times = field(default_factory=Times)
    dispatches: Times = field(default_factory=Times)
