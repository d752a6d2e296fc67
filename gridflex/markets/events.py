"""A called event: cut some megawatts between two times, by moving or pausing jobs off the routine plan.

The jobs that answer are those that give up the least for the energy they take out, until every
half-hour of the event is down by what was called; later half-hours take the energy back (the
rebound), which is in the bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours_between
from gridflex.errors import InputError
from gridflex.markets.eligibility import LARGEST_MW
from gridflex.markets.firm import KW_A_MW, SitePlan
from gridflex.planning.horizon import Bools, Floats, Horizon
from gridflex.planning.objective import Objective
from gridflex.planning.policies.base import UNPLACED, Placement
from gridflex.planning.queue import SLACK, Queue, whole_slots
from gridflex.planning.runs import run_sums
from gridflex.planning.windows import start_costs


@dataclass(frozen=True)
class CalledEvent:
    """Turn-down of ``mw`` in every half-hour from ``start`` to ``end``, both on half-hours (UTC)."""

    start: datetime
    end: datetime
    mw: float

    def __post_init__(self) -> None:
        if not 0 < self.mw <= LARGEST_MW:
            raise InputError(f"an event calls above 0 and at most {LARGEST_MW:,.0f} MW")
        on_time = floor_half_hour(self.start) == self.start and floor_half_hour(self.end) == self.end
        if not on_time or self.end <= self.start:
            raise InputError("an event starts and ends on half-hours, the end after the start")
        if self.count > 2 * 24:
            raise InputError("an event lasts 24 hours at most")

    @property
    def count(self) -> int:
        """Half-hours it lasts."""
        return (self.end - self.start) // HALF_HOUR

    def rows(self, horizon: Horizon) -> slice:
        """Its rows of a horizon. Raises InputError where it does not lie between now and the end."""
        first = half_hours_between(horizon.start, self.start)
        if first < horizon.now_index or first + self.count > len(horizon):
            raise InputError("the event does not lie within the hours ahead")
        return slice(first, first + self.count)


@dataclass(frozen=True, eq=False)
class Answer:
    """The placement that answers an event. ``cut_kw`` is what it takes out of each of its half-hours, kW.

    ``called_kw`` is what was asked for; ``moved`` the jobs that answer.
    """

    placement: Placement
    moved: Bools
    cut_kw: Floats
    called_kw: float

    @property
    def shortfall_mw(self) -> float:
        """MW that no job could give in the worst half-hour."""
        return max(self.called_kw - float(self.cut_kw.min()), 0.0) / KW_A_MW


@dataclass(frozen=True, eq=False)
class _Move:
    """One job's way out of the event: a later start, or a pause; its cost (GBP) and what it cuts and adds (kW)."""

    job: int
    cost: float
    start: int
    parts: Bools | None
    change_kw: Floats


_Way = tuple[float, int, Bools | None]
"""Cost (GBP; infinite where there is no such way), first row, and the half-hours of a run that pauses."""


def answer(plan: SitePlan, horizon: Horizon, event: CalledEvent, objective: Objective) -> Answer:
    """Answer a called event from the routine ``plan``; jobs that are critical, or cannot move, stay."""
    rows = event.rows(horizon)
    values = objective.values(horizon)
    called = event.mw * KW_A_MW
    moves = sorted(_moves(plan, horizon, values, rows), key=lambda m: (m.cost / -m.change_kw[rows].sum(), m.job))
    start, parts = plan.start.copy(), _parts_of(plan)
    power, before = plan.power_kw(), plan.power_kw()
    moved = np.zeros(len(plan.queue), np.bool_)
    for move in moves:
        short = before[rows] - power[rows] < called - SLACK
        if not (short & (move.change_kw[rows] < 0)).any():
            continue
        after = power + move.change_kw
        if plan.cap_kw is not None and (after > np.maximum(plan.cap_kw, power) + SLACK).any():
            continue
        power = after
        moved[move.job], start[move.job] = True, move.start
        parts[move.job] = False if move.parts is None else move.parts
    placement = Placement(start, parts if parts.any() else None)
    return Answer(placement, moved, before[rows] - power[rows], called)


def _parts_of(plan: SitePlan) -> Bools:
    return np.zeros((len(plan.queue), plan.count), np.bool_) if plan.parts is None else plan.parts.copy()


def _moves(plan: SitePlan, horizon: Horizon, values: Floats, rows: slice) -> Iterator[_Move]:
    """The cheapest way out of the event for each job that runs in it and may leave."""
    queue = plan.queue
    unbroken = (plan.start != UNPLACED) & ~plan.broken & ~queue.fixed
    runs_in_it = (plan.start < rows.stop) & (plan.start + queue.slots > rows.start)
    for job in np.flatnonzero(unbroken & runs_in_it):
        one = queue.take(np.array([job]))
        ways = [_later(one, values, rows)] if plan.start[job] >= horizon.now_index else []
        if queue.interruptible[job]:
            ways += [_pause(one, values, rows, int(plan.start[job]))]
        now = float(run_sums(values, plan.start[[job]], one.length)[0] * one.power_kw[0] / 2)
        was = _span(plan.count, int(plan.start[job]), int(one.slots[0]))
        possible = [way for way in ways if np.isfinite(way[0])]
        if not possible:
            continue
        cost, start, parts = min(possible, key=lambda way: way[0])
        will = _span(plan.count, start, int(one.slots[0])) if parts is None else parts
        change = (will.astype(np.float64) - was) * one.power_kw[0]
        yield _Move(int(job), cost - now, start, parts, change)


def _later(one: Queue, values: Floats, rows: slice) -> _Way:
    """The cheapest start whose run stays clear of the event."""
    starts, costs = start_costs(values, one)
    clear = (starts + one.slots[0] <= rows.start) | (starts >= rows.stop)
    cost = np.where(clear, costs[0], np.inf)
    best = int(cost.argmin())
    return float(cost[best]), best, None


def _pause(one: Queue, values: Floats, rows: slice, start: int) -> _Way:
    """The same run with the event's half-hours left out and made good at its end."""
    slots, expected, least = int(one.slots[0]), int(whole_slots(one.length)[0]), int(one.min_run[0])
    at = np.r_[start : rows.start, rows.stop : int(one.latest[0]) + slots]
    if rows.start - start < least or expected - (rows.start - start) < least or len(at) < slots:
        return np.inf, start, None
    parts = np.zeros(len(values), np.bool_)
    parts[at[:slots]] = True
    weight = np.ones(expected)
    weight[-1] = one.length[0] - (expected - 1)
    cost = weight @ values[at[:expected]] * one.power_kw[0] / 2 + one.restart_kwh[0] * values[rows.stop]
    return float(cost), start, parts


def _span(count: int, start: int, slots: int) -> Bools:
    rows = np.arange(count)
    span: Bools = (rows >= start) & (rows < start + slots)
    return span
