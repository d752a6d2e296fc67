"""What was decided before: kept between plans, so that what has begun stays put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.decisions import BY_ORDER, Action, Rationale
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.rationale import ACTIONS, RATIONALES

NOT_YET = -1
"""In :class:`Commitments`: nothing decided."""

WORTH = ("carbon_g", "cost_gbp", "baseline_g", "baseline_gbp")
"""Columns that a plan and its commitments share."""

ESTIMATED = {"estimated_g": ("baseline_g", "carbon_g"), "estimated_gbp": ("baseline_gbp", "cost_gbp")}
"""Columns of expected savings, and the two of WORTH each is the difference of."""


@dataclass(frozen=True, eq=False)
class Commitments:
    """What was decided before, a row a job in the frame's order.

    ``baseline`` and ``start`` are half-hours since 1970 (NOT_YET where none): the baseline
    is frozen at the first decision, the start is what the stored plan says. ``pinned`` jobs
    keep their start whatever a policy says (a person chose it); ``cancelled`` ones never
    run. ``action`` and ``rationale`` are codes (rows of ACTIONS, RATIONALES). The four
    columns of WORTH are the whole run's and the baseline's grams and GBP as last valued: a
    horizon looks back two days only; once ``settled`` they stay. ``estimated_g`` and
    ``estimated_gbp`` are the saving, ``chance_worse`` the chance (NaN: none) of a dirtier run
    than the baseline's, as the last decision before the run began had them. ``pauses`` has
    the half-hours since 1970 that a job which pauses uses, by row.
    """

    baseline: Ints
    start: Ints
    pinned: Bools
    cancelled: Bools
    action: NDArray[np.uint8]
    rationale: NDArray[np.uint8]
    carbon_g: Floats
    cost_gbp: Floats
    baseline_g: Floats
    baseline_gbp: Floats
    estimated_g: Floats
    estimated_gbp: Floats
    chance_worse: Floats
    settled: Bools
    pauses: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def none(cls, count: int) -> Commitments:
        """Nothing decided yet for ``count`` jobs."""
        filled = {name: np.zeros(count, dtype) for name, dtype in COLUMNS.items()}
        filled["baseline"][:] = filled["start"][:] = NOT_YET
        filled["chance_worse"][:] = np.nan
        return cls(**filled, pauses={})

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Commitments:
        """What ``to_state`` gave. Runs kept before savings were estimated apart take what they were last valued at."""
        fresh = cls.none(len(state["start"]))
        columns = {
            name: np.asarray(state[name], dtype) if name in state else getattr(fresh, name)
            for name, dtype in COLUMNS.items()
        }
        for name, (baseline, run) in ESTIMATED.items():
            if name not in state:
                columns[name] = columns[baseline] - columns[run]
        return cls(**columns, pauses={int(row): tuple(used) for row, used in state["pauses"]})

    def to_state(self) -> dict[str, Any]:
        """Plain JSON; NaN is None."""
        columns = {name: getattr(self, name).tolist() for name in COLUMNS}
        columns["chance_worse"] = [None if isnan(chance) else chance for chance in columns["chance_worse"]]
        return {**columns, "pauses": [[row, list(used)] for row, used in self.pauses.items()]}

    def begun(self, now_epoch: int) -> Bools:
        """Runs whose stored start lies before half-hour ``now_epoch``: they can no longer be moved."""
        begun: Bools = (self.start != NOT_YET) & (self.start < now_epoch) & ~self.cancelled
        return begun

    def overridden(
        self, row: int, action: Action, start: int, rationale: Rationale = Rationale.OPERATOR
    ) -> Commitments:
        """A person's word on one job, or an order's: pinned to ``start`` (half-hours since 1970), or cancelled."""
        cancelled = action is Action.CANCEL
        values = (start, not cancelled, cancelled, ACTIONS.index(action), RATIONALES.index(rationale))
        new = {name: getattr(self, name).copy() for name in ("start", "pinned", "cancelled", "action", "rationale")}
        for column, value in zip(new.values(), values, strict=True):
            column[row] = value
        return replace(self, **new, pauses={at: used for at, used in self.pauses.items() if at != row})

    def put_off(self, rows: Bools, start: int) -> Commitments:
        """Runs that have not begun after all: they start at half-hour ``start`` since 1970 at the earliest."""
        pauses = {row: used for row, used in self.pauses.items() if not rows[row]}
        return replace(self, start=np.where(rows, start, self.start), pauses=pauses)

    def let_go(self, rows: Ints) -> Commitments:
        """Several jobs that nothing pins any more."""
        pinned = self.pinned.copy()
        pinned[rows] = False
        return replace(self, pinned=pinned)

    def put(self, rows: Ints, starts: Ints, waits: Bools) -> Commitments:
        """A person's word on several jobs: pinned to ``starts``, half-hours since 1970; ``waits`` are told to wait."""
        new = {name: getattr(self, name).copy() for name in ("start", "pinned", "action", "rationale")}
        run, wait = ACTIONS.index(Action.EXECUTE_NOW), ACTIONS.index(Action.DEFER)
        words = (starts, True, np.where(waits, wait, run), RATIONALES.index(Rationale.OPERATOR))
        for column, values in zip(new.values(), words, strict=True):
            column[rows] = values
        given = set(rows.tolist())
        return replace(self, **new, pauses={at: used for at, used in self.pauses.items() if at not in given})

    def taken(self, rows: Ints) -> Commitments:
        """Those of the given rows, in that order."""
        place = {row: at for at, row in enumerate(rows.tolist())}
        pauses = {place[row]: used for row, used in self.pauses.items() if row in place}
        return Commitments(**{name: getattr(self, name)[rows] for name in COLUMNS}, pauses=pauses)

    @property
    def ordered(self) -> Bools:
        """Jobs that an order over Beckn fixes."""
        bound: Bools = self.pinned & np.isin(self.rationale, [RATIONALES.index(word) for word in BY_ORDER])
        return bound

    def bound(self, row: int) -> bool:
        """Whether an order over Beckn fixes the job."""
        return bool(self.ordered[row])

    def valued(self, row: int, carbon_g: float, cost_gbp: float) -> Commitments:
        """What one job's whole run emits and costs as agreed elsewhere; kept while an order for a window binds it.

        The saving that is expected of it follows; its chance of being worse is the next plan's, if it is still ahead.
        """
        new = {name: getattr(self, name).copy() for name in ("carbon_g", "cost_gbp", *ESTIMATED, "chance_worse")}
        new["carbon_g"][row], new["cost_gbp"][row], new["chance_worse"][row] = carbon_g, cost_gbp, np.nan
        for name, (baseline, run) in ESTIMATED.items():
            new[name][row] = getattr(self, baseline)[row] - new[run][row]
        return replace(self, **new)

    def freed(self, row: int) -> Commitments:
        """One job that nothing pins any more: the next plan places it."""
        return self.let_go(np.array([row]))

    def extended(self, more: int) -> Commitments:
        """With ``more`` undecided rows at the end."""
        fresh = Commitments.none(more)
        columns = {name: np.append(getattr(self, name), getattr(fresh, name)) for name in COLUMNS}
        return Commitments(**columns, pauses=self.pauses)


COLUMNS: dict[str, type[np.generic]] = {
    "baseline": np.int64,
    "start": np.int64,
    "pinned": np.bool_,
    "cancelled": np.bool_,
    "action": np.uint8,
    "rationale": np.uint8,
    **dict.fromkeys((*WORTH, *ESTIMATED, "chance_worse"), np.float64),
    "settled": np.bool_,
}
"""Types of all columns but ``pauses``, as they are stored."""
