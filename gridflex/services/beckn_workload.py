"""What is to be booked: an imagined workload or a job of the queue, with its alternatives at home."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.beckn.candidates import Candidate, Choice, Chooser, Run, Transfer, Workload, cheapest
from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.regions import GB, region_name
from gridflex.planning.objective import Objective
from gridflex.planning.queue import whole_slots
from gridflex.planning.runs import run_sums

NO_GATE = 2000.0
"""gCO2/kWh that no window exceeds."""


@dataclass(frozen=True)
class Wish:
    """What a window must be: gCO2/kWh at most, renewables per cent at least, where, and what a move takes."""

    threshold: float
    renewables: float = 0.0
    regions: tuple[int, ...] = ()
    transfer: Transfer | None = None


@dataclass(frozen=True)
class Load:
    """What runs: ``energy_kwh`` before PUE, hours, and the half-hours of the horizon it may start in."""

    name: str
    kind: str
    priority: str
    energy_kwh: float
    hours: float
    earliest: int
    latest: int
    gpus: float | None = None


def imagined(energy_kwh: float, hours: float, within_h: float, view: GridView) -> Load:
    """A workload that may start now and must be done within so many hours."""
    first = view.horizon.now_index
    slots = int(whole_slots(np.array([hours * 2]))[0])
    due = view.horizon.index(floor_half_hour(view.now + timedelta(hours=within_h)))
    last = max(first, min(due, len(view.horizon)) - slots)
    return Load(f"imagined-{energy_kwh:g}kwh", "AI_TRAINING", "medium", energy_kwh, hours, first, last)


def queued(decisions: Decisions, row: int) -> Load:
    """A job of the queue, with the starts its plan leaves it."""
    queue, job = decisions.plan.queue, decisions.frame.iloc[row]
    gpus = float(job["gpus"])
    return Load(
        name=str(job["job_id"]),
        kind=str(job["kind"]),
        priority=str(job["priority"]),
        energy_kwh=float(job["energy_kwh"]),
        hours=float(job["duration_hours"]),
        earliest=int(queue.earliest[row]),
        latest=int(queue.latest[row]),
        gpus=None if math.isnan(gpus) else gpus,
    )


def movable_rows(decisions: Decisions) -> list[int]:
    """Rows of jobs that may still be placed elsewhere: deferrable, not begun, with more than one start."""
    queue = decisions.plan.queue
    free = ~queue.fixed & (queue.latest > queue.earliest) & ~decisions.of(Action.CANCEL)
    found: list[int] = np.flatnonzero(free & (queue.earliest >= decisions.plan.horizon.now_index)).tolist()
    return found


def workload_of(load: Load, view: GridView, site: Site, wish: Wish, objective: Objective) -> Workload:
    """The workload as the network is asked for it, beside running it now and at the best start on the own tariff."""
    horizon = view.horizon
    length = np.full(load.latest - load.earliest + 1, load.hours * 2)
    starts = np.arange(load.earliest, load.latest + 1)
    kwh = load.energy_kwh * site.pue / (load.hours * 2)
    cost, grams, value = (
        run_sums(column, starts, length) * kwh
        for column in (horizon.price, horizon.intensity, objective.values(horizon))
    )
    best = int((value + (starts - load.earliest) * (objective.delay_cost / 2)).argmin())
    runs = [
        Run(start=horizon.at(starts[at]), cost_gbp=float(cost[at]), carbon_kg=float(grams[at]) / 1e3)
        for at in (0, best)
    ]
    return Workload(
        workload_id=load.name,
        kind=load.kind,
        priority=load.priority,
        energy_kwh=load.energy_kwh,
        duration_hours=load.hours,
        pue=site.pue,
        gpus=load.gpus,
        release=horizon.at(load.earliest),
        deadline=horizon.at(load.latest) + timedelta(hours=load.hours),
        region=site.region,
        locality="" if site.region == GB else region_name(site.region),
        transfer=wish.transfer,
        carbon_threshold=wish.threshold,
        minimum_renewables=wish.renewables,
        regions=wish.regions,
        run_now=runs[0],
        best_run=runs[1],
    )


def threshold_in_force(controls: Controls, view: GridView) -> float:
    """The gate a window must pass, gCO2/kWh."""
    if controls.mode is ThresholdMode.OFF:
        return NO_GATE
    day = slice(view.horizon.now_index, view.horizon.now_index + 48)
    return controls.threshold_in(view.horizon.intensity[day].tolist())


def chooser(objective: Objective) -> Chooser:
    """The planner's objective, over windows."""
    return cheapest(objective.carbon_price, objective.delay_cost) if objective.energy else _cleanest


def _cleanest(candidates: Sequence[Candidate], workload: Workload) -> Choice:
    best = min(candidates, key=lambda one: (round(one.carbon_kg, 6), one.start, one.window.key))
    ties = [one for one in candidates if one is not best and round(one.carbon_kg, 6) == round(best.carbon_kg, 6)]
    reason = f"{best.window.name} is the cleanest: {fmt.carbon(best.carbon_kg * 1e3)}"
    if ties:
        reason += f"; as clean: {', '.join(one.window.name for one in ties)}, taken by earliest start, then name"
    return Choice(key=best.window.key, reason=reason, ties=tuple(one.window.key for one in ties))
