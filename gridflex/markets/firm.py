"""Firm power: what a plan can give up, or take on, in every half-hour of a block.

Firm turn-down is the power a plan runs in jobs that can pause for the service's duration and
still meet their deadline: a job that already waits cannot be turned down. Firm turn-up is the
headroom under the site's cap that waiting jobs could fill. Both in kW at the meter, PUE
counted; a block's is the least of its half-hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridflex.markets.efa import EfaBlock
from gridflex.markets.products import Direction
from gridflex.planning.horizon import Bools, Floats, Ints
from gridflex.planning.plan import site_power
from gridflex.planning.policies.base import UNPLACED
from gridflex.planning.queue import Queue
from gridflex.planning.runs import whole_and_fraction

KW_A_MW = 1000.0


@dataclass(frozen=True, eq=False)
class SitePlan:
    """What the site means to run: ``queue`` with its own windows, even of jobs that have begun.

    ``start`` is a row of ``count`` half-hours or UNPLACED, ``parts`` the half-hours of runs
    that pause, ``cap_kw`` the site's limit where it has one.
    """

    queue: Queue
    start: Ints
    count: int
    parts: Bools | None = None
    cap_kw: float | None = None

    def power_kw(self) -> Floats:
        """Site power in each half-hour, kW."""
        return site_power(self.queue, self.start, self.parts, self.count)

    @property
    def broken(self) -> Bools:
        """Jobs whose run pauses."""
        if self.parts is None:
            return np.zeros(len(self.queue), np.bool_)
        return np.asarray(self.parts.any(axis=1), dtype=np.bool_)


def turn_down_kw(plan: SitePlan, pause: int) -> Floats:
    """Power in each half-hour of runs that can pause for ``pause`` half-hours there, kW.

    Half-hours a run fills only in part are not counted; a run is not cut before or after
    less than its shortest stretch.
    """
    queue, full = plan.queue, whole_and_fraction(plan.queue.length)[0]
    can_pause = queue.interruptible & ~queue.fixed & (plan.start != UNPLACED)
    whole = can_pause & ~plan.broken & (queue.latest - plan.start >= pause)
    uncut = queue.min_run - 1
    begin = np.where(uncut > 0, plan.start + queue.min_run, plan.start)
    power = _spans(queue.power_kw[whole], begin[whole], (plan.start + full - uncut)[whole], plan.count)
    if plan.parts is None:
        return power
    last = plan.count - 1 - plan.parts[:, ::-1].argmax(axis=1)
    slack = queue.latest + queue.slots - 1 - last
    some = can_pause & plan.broken & (slack >= pause) & (queue.min_run == 1)
    filled = plan.parts[some] & (plan.parts[some].cumsum(axis=1) <= full[some, None])
    broken: Floats = queue.power_kw[some] @ filled
    return power + broken


def turn_up_kw(plan: SitePlan, pause: int) -> Floats:
    """Power in each half-hour that waiting jobs could fill for ``pause`` half-hours under the cap, kW.

    Waiting: released, free to move, placed later. Without a cap the waiting jobs alone bound it.
    """
    queue, full = plan.queue, whole_and_fraction(plan.queue.length)[0]
    waiting = ~queue.fixed & (plan.start != UNPLACED) & ~plan.broken & (full >= pause)
    could_fill = _spans(queue.power_kw[waiting], queue.earliest[waiting], plan.start[waiting], plan.count)
    if plan.cap_kw is None:
        return could_fill
    power = np.append(plan.power_kw(), np.zeros(max(pause, 1) - 1))
    highest = np.lib.stride_tricks.sliding_window_view(power, max(pause, 1)).max(axis=1)
    headroom: Floats = np.maximum(plan.cap_kw - highest, 0.0)
    return np.minimum(could_fill, headroom)


def firm_kw(plan: SitePlan, direction: Direction, pause: int) -> Floats:
    """Firm power by half-hour in one direction, kW."""
    return turn_down_kw(plan, pause) if direction is Direction.DOWN else turn_up_kw(plan, pause)


def firm_mw(kw: Floats, blocks: Sequence[EfaBlock]) -> Floats:
    """The least of each block's half-hours, MW."""
    return np.array([kw[block.rows].min() / KW_A_MW for block in blocks])


def _spans(power: Floats, begin: Ints, stop: Ints, count: int) -> Floats:
    """Sum by half-hour of powers that last from ``begin`` up to ``stop``."""
    some = stop > begin
    change = np.zeros(count + 1)
    np.add.at(change, np.clip(begin[some], 0, count), power[some])
    np.subtract.at(change, np.clip(stop[some], 0, count), power[some])
    total: Floats = np.maximum(np.cumsum(change)[:count], 0.0)
    return total
