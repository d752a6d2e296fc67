"""What was decided before, on the horizon of a new plan: where runs lie, how they pause, what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridflex.agents.commitments import NOT_YET, WORTH, Commitments
from gridflex.domain.decisions import Rationale
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.planning.horizon import Horizon
from gridflex.planning.plan import Plan
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.rationale import RATIONALES


def stored_placement(before: Commitments, horizon: Horizon) -> Placement:
    """Where the stored plan runs each job, in rows of a horizon."""
    start = np.where(before.start != NOT_YET, before.start - epoch_half_hour(horizon.start), UNPLACED)
    return _with_pauses(Placement(start), before, horizon, list(before.pauses))


def with_begun_pauses(placement: Placement, before: Commitments, horizon: Horizon) -> Placement:
    """The placement with runs under way that pause in the half-hours they were given."""
    begun = before.begun(epoch_half_hour(horizon.now))
    return _with_pauses(placement, before, horizon, [row for row in before.pauses if begun[row]])


def _with_pauses(placement: Placement, before: Commitments, horizon: Horizon, rows: Sequence[int]) -> Placement:
    if not rows:
        return placement
    count = (len(before.start), len(horizon))
    parts = np.zeros(count, np.bool_) if placement.parts is None else placement.parts.copy()
    for row in rows:
        used = np.array(before.pauses[row]) - epoch_half_hour(horizon.start)
        parts[row, used[(used >= 0) & (used < len(horizon))]] = True
    return Placement(placement.start, parts)


def with_kept_worth(plan: Plan, before: Commitments) -> Plan:
    """The plan with what its horizon cannot value at what it was last valued.

    That is runs and baselines that began before anything it knows or are settled, and runs in an
    ordered window, whose price and intensity are the order's.
    """
    first_known = int((plan.horizon.provenance != Provenance.ESTIMATED).argmax())
    valued = plan.placed & (before.start != NOT_YET)
    run_left, baseline_left = (
        valued & ((row < first_known) | before.settled) for row in (plan.start, plan.queue.baseline)
    )
    run_left |= plan.placed & before.pinned & (before.rationale == RATIONALES.index(Rationale.WINDOW_ORDERED))
    if not (run_left | baseline_left).any():
        return plan
    left = dict(zip(WORTH, (run_left, run_left, baseline_left, baseline_left), strict=True))
    return replace(plan, **{name: np.where(left[name], getattr(before, name), getattr(plan, name)) for name in WORTH})
