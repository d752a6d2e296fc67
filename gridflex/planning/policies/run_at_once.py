"""Run at once."""

from __future__ import annotations

from gridflex.planning.horizon import Horizon
from gridflex.planning.policies.base import Placement, Rules, at_earliest
from gridflex.planning.queue import Queue


class RunAtOnce:
    """Every job at its earliest half-hour: what the others are compared with."""

    name = "run-at-once"
    title = "Run at once"
    sentence = "Every job starts at its earliest half-hour."

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """Every job at its earliest half-hour."""
        return Placement(at_earliest(queue))
