"""Whether jobs are done when they have to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridflex.agents.orchestrator import Decisions
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.planning.horizon import Floats


@dataclass(frozen=True)
class Sla:
    """Jobs planned to finish by their deadline, of those that could when they came.

    ``impossible`` are the others, counted apart; ``delay_hours`` is the longest a critical job
    starts after its first possible half-hour.
    """

    in_time: int
    possible: int
    impossible: int
    critical: int
    delay_hours: float


def sla(decisions: Decisions) -> Sla:
    """Count. A job without a deadline is in time whenever it is placed: its window bounds its start."""
    plan, queue = decisions.plan, decisions.plan.queue
    due = (decisions.frame["deadline"] - plan.horizon.start) / HALF_HOUR
    latest = np.floor(due.fillna(np.inf).to_numpy(np.float64)) - queue.slots
    runs = ~decisions.of(Action.CANCEL)
    possible = runs & (queue.baseline <= latest)
    in_time = possible & plan.placed & (_last_start(decisions) <= latest)
    delays = (plan.start - queue.baseline)[queue.critical & plan.placed]
    return Sla(
        int(in_time.sum()),
        int(possible.sum()),
        int((runs & ~possible).sum()),
        int((queue.critical & runs).sum()),
        float(delays.max(initial=0)) / 2,
    )


def _last_start(decisions: Decisions) -> Floats:
    """When an unbroken run that ends with the job's would have begun."""
    plan = decisions.plan
    return np.rint(plan.end - plan.queue.length)
