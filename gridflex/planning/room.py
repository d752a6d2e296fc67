"""What is left under a cap while jobs are placed one after another."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Bools, Floats


class Room:
    """``free`` (T,) in the cap's unit; a job fits where every half-hour it holds has its load free."""

    def __init__(self, free: Floats, limit: float) -> None:
        self.free, self.limit = free.copy(), limit
        self.tolerance = 1e-9 * max(limit, 1.0)

    def lowest(self, slots: int) -> Floats:
        """Least room over ``slots`` half-hours from every start (T,); -inf where the horizon ends first."""
        count = len(self.free)
        out = np.full(count, -np.inf)
        if slots <= count:
            windows = np.lib.stride_tricks.sliding_window_view(self.free, slots)
            out[: count - slots + 1] = windows.min(axis=1)
        return out

    def lowest_table(self, longest: int) -> Floats:
        """``lowest`` for 0 to ``longest`` half-hours, a row each."""
        count = len(self.free)
        table = np.full((longest + 1, count), -np.inf)
        table[0] = np.inf
        for slots in range(1, min(longest, count) + 1):
            stop = count - slots + 1
            table[slots, :stop] = np.minimum(table[slots - 1, :stop], self.free[slots - 1 :])
        return table

    def fits(self, load: float, slots: int) -> Bools:
        """Starts at which a run fits (T,)."""
        return self.lowest(slots) >= load - self.tolerance

    def change(self, start: int, slots: int, load: float) -> None:
        """Take ``load`` from the half-hours of a run; a negative load gives it back."""
        self.free[start : start + slots] -= load
