"""What a policy is: a rule that places every job of a queue on a horizon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.objective import Objective
from gridflex.planning.queue import Queue

UNPLACED = -1_000_000
"""No row of any horizon; a run that began before its horizon has a small negative one."""


@dataclass(frozen=True)
class Rules:
    """What a person sets: the same for every policy, each uses what it needs.

    ``threshold`` gCO2/kWh is the gate (None: off). ``minimum_gain`` is the least share of
    its own cost at the earliest start (0.03 is 3 %) a job must gain to be moved.
    ``cap_kw`` limits the site's power, ``cap_gpus`` the GPUs in use, in every half-hour
    (one or the other). ``carbon_cap`` is the highest mean intensity of the planned energy,
    gCO2/kWh, ``carbon_cap_kg`` the most carbon of the whole plan (one or the other).
    """

    objective: Objective = field(default_factory=Objective)
    threshold: float | None = 150.0
    minimum_gain: float = 0.03
    cap_kw: float | None = None
    cap_gpus: float | None = None
    carbon_cap: float | None = None
    carbon_cap_kg: float | None = None

    @property
    def site_capped(self) -> bool:
        """Whether the site's power or GPUs are limited."""
        return self.cap_kw is not None or self.cap_gpus is not None

    @property
    def carbon_capped(self) -> bool:
        """Whether the plan's carbon is limited."""
        return self.carbon_cap is not None or self.carbon_cap_kg is not None


@dataclass(frozen=True, eq=False)
class Placement:
    """Where each job runs. ``start`` is a row of the horizon or UNPLACED.

    ``parts`` is None where every run is unbroken; else a boolean (n, T) table of the
    half-hours used by jobs that pause, all False for jobs that run through.
    """

    start: Ints
    parts: Bools | None = None


class Policy(Protocol):
    """A rule with a name and one sentence for the page."""

    name: str
    title: str
    sentence: str

    def place(self, queue: Queue, horizon: Horizon, rules: Rules) -> Placement:
        """Place every job within its window; fixed jobs at their earliest half-hour."""
        ...


def at_earliest(queue: Queue) -> Ints:
    """Every job at its earliest half-hour, UNPLACED where it has no window."""
    return np.where(queue.placeable, queue.earliest, UNPLACED)


def asked_to_wait(queue: Queue, horizon: Horizon, threshold: float | None) -> Bools:
    """Jobs the gate lets a rule move: free to wait, and above the threshold at their earliest half-hour.

    A threshold of None is no gate: every job free to wait may be moved.
    """
    free = ~queue.fixed & queue.placeable
    if threshold is None:
        return free
    return free & (horizon.intensity[np.clip(queue.earliest, 0, len(horizon) - 1)] > threshold)


def worth_moving(cost: Floats, cost_at_earliest: Floats, minimum_gain: float) -> Bools:
    """Whether a move gains more than nothing and at least ``minimum_gain`` of the cost at the earliest start."""
    gain = cost_at_earliest - cost
    return (gain > 0) & (gain >= minimum_gain * np.abs(cost_at_earliest))
