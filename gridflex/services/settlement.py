"""Settlement: when a run is over and its half-hours are known, run and baseline are valued on what really was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from gridflex.agents.commitments import NOT_YET, WORTH, Commitments
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Rationale
from gridflex.domain.halfhours import epoch_half_hour
from gridflex.planning.horizon import Bools, Floats, Horizon, Ints
from gridflex.planning.plan import evaluate
from gridflex.planning.policies.base import Placement
from gridflex.planning.queue import Queue, whole_slots
from gridflex.planning.rationale import RATIONALES
from gridflex.services.workspace import Workspace

LONGEST_WAIT = 60 * 48
"""Half-hours after a run's end for which a value that is missing is still looked for (assumed: none comes later)."""

ROUNDING = 1e-9
"""Share of a sum of grams that its rounding may be off by."""

Values = Callable[[datetime, int], Floats]
"""Values of so many half-hours from a start; NaN where not known."""


def settle(before: Commitments, queue: Queue, now: datetime, known: Values, prices: Values) -> tuple[Commitments, Ints]:
    """Settle every run that is over; also the rows that were settled now.

    ``known`` gives the intensity runs are settled on (gCO2/kWh), ``prices`` what energy cost
    (GBP/kWh). A run or a baseline that needs a half-hour which is not known stays unsettled. A
    run in an ordered window keeps the order's carbon and cost, only its baseline is settled.
    """
    ends = run_ends(before, queue.length)
    due = run_over(before, ends, epoch_half_hour(now)) & ~before.settled & (ends > epoch_half_hour(now) - LONGEST_WAIT)
    rows = np.flatnonzero(due)
    if not len(rows):
        return before, rows
    first = int(min(before.start[rows].min(), before.baseline[rows].min()))
    last = int(max(ends[rows].max(), (before.baseline + whole_slots(queue.length))[rows].max()))
    start, count = datetime.fromtimestamp(first * 1800, UTC), last - first
    intensity = known(start, count)
    runs = replace(queue.take(rows), baseline=before.baseline[rows] - first)
    placement = Placement(before.start[rows] - first, _parts(before, rows, first, count))
    missing = evaluate("missing", runs, Horizon.of(start, np.isnan(intensity).astype(np.float64)), placement)
    worth = evaluate("settled", runs, Horizon.of(start, np.nan_to_num(intensity), prices(start, count)), placement)
    ordered = before.pinned[rows] & (before.rationale[rows] == RATIONALES.index(Rationale.WINDOW_ORDERED))
    complete = (missing.baseline_g == 0) & ((missing.carbon_g == 0) | ordered)
    new = {name: getattr(before, name).copy() for name in (*WORTH, "settled")}
    for name in WORTH:
        valued = complete & ~ordered if name in WORTH[:2] else complete
        new[name][rows[valued]] = getattr(worth, name)[valued]
    new["settled"][rows[complete]] = True
    return replace(before, **new), rows[complete]


def run_ends(before: Commitments, length: Floats) -> Ints:
    """Half-hour since 1970 after each run's last one; NOT_YET and above for jobs without a start."""
    slots = whole_slots(length)
    ends = before.start + slots
    for row, used in before.pauses.items():
        ends[row] = used[slots[row] - 1] + 1
    return ends


def got_worse(settled: Commitments) -> Bools:
    """Runs that were dirtier than their baseline, as they are valued."""
    worse: Bools = settled.carbon_g - settled.baseline_g > ROUNDING * np.abs(settled.baseline_g)
    return worse


def run_over(before: Commitments, ends: Ints, now: int) -> Bools:
    """Runs that are over at the start of half-hour ``now`` since 1970."""
    over: Bools = (before.start != NOT_YET) & ~before.cancelled & (ends <= now)
    return over


def _parts(before: Commitments, rows: Ints, first: int, count: int) -> Bools | None:
    pausing = [(at, row) for at, row in enumerate(rows.tolist()) if row in before.pauses]
    if not pausing:
        return None
    parts = np.zeros((len(rows), count), np.bool_)
    for at, row in pausing:
        used = np.array(before.pauses[row]) - first
        parts[at, used[used < count]] = True
    return parts


@dataclass(frozen=True)
class SettledTotals:
    """Of the queue at hand: what the settled runs were estimated to save when they began, and what they saved.

    ``waiting`` runs are over but not settled: a half-hour they need is not known. ``told`` runs
    had a chance of being worse stated, ``expected_worse`` is the sum of these chances, ``worse``
    how many were.
    """

    settled: int
    waiting: int
    estimated_g: float
    saved_g: float
    estimated_gbp: float
    saved_gbp: float
    told: int
    expected_worse: float
    worse: int

    @property
    def sentence(self) -> str:
        """12 runs settled: a saving of 38.2 kg and £12.10; 40.1 kg and £12.60 were estimated as they began."""
        if not self.settled and not self.waiting:
            return "No run is over yet."
        waits = f"{fmt.plural(self.waiting, 'run')} over but not settled: their values are not known yet"
        if not self.settled:
            return f"{waits}."
        said = (
            f"{fmt.plural(self.settled, 'run')} settled: a saving of {fmt.carbon(self.saved_g)} and "
            f"{fmt.money(self.saved_gbp)}; {fmt.carbon(self.estimated_g)} and {fmt.money(self.estimated_gbp)} were "
            "estimated as they began"
        )
        return f"{said}; {waits}." if self.waiting else f"{said}."


def settled_totals(workspace: Workspace) -> SettledTotals:
    """Estimated against settled saving of the workspace's queue, as of its plan."""
    kept, done = workspace.before, workspace.before.settled
    ends = run_ends(kept, workspace.frame["duration_hours"].to_numpy(np.float64) * 2)
    over = run_over(kept, ends, epoch_half_hour(workspace.planned_at))
    saved = kept.baseline_g - kept.carbon_g
    told = done & ~np.isnan(kept.chance_worse)
    return SettledTotals(
        settled=int(done.sum()),
        waiting=int((over & ~done).sum()),
        estimated_g=float(kept.estimated_g[done].sum()),
        saved_g=float(saved[done].sum()),
        estimated_gbp=float(kept.estimated_gbp[done].sum()),
        saved_gbp=float((kept.baseline_gbp - kept.cost_gbp)[done].sum()),
        told=int(told.sum()),
        expected_worse=float(kept.chance_worse[told].sum()),
        worse=int(got_worse(kept)[told].sum()),
    )
