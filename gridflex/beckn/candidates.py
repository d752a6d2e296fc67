"""Which windows fit a workload, what each would cost, and which one is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from gridflex.beckn.windows import Window
from gridflex.domain.format import date_clock
from gridflex.domain.halfhours import ceil_half_hour
from gridflex.domain.jobs import UtcTime
from gridflex.domain.regions import GB, region_name

KG_PER_TONNE = 1000.0


class Run(BaseModel):
    """One way to run the workload: when, and what it costs and emits in all (GBP, kgCO2)."""

    model_config = ConfigDict(frozen=True)

    start: UtcTime
    cost_gbp: float
    carbon_kg: float


class Transfer(BaseModel):
    """What it takes to run elsewhere: hours before it can start there, kWh for the data sent."""

    model_config = ConfigDict(frozen=True)

    hours: float = Field(ge=0, le=168, allow_inf_nan=False)
    energy_kwh: float = Field(ge=0, le=1e6, allow_inf_nan=False)


class Workload(BaseModel):
    """What is to run, and what a window must be for it.

    ``energy_kwh`` is what the machines use, ``pue`` what the site adds; ``region`` the
    site's grid region (0, Great Britain: no zone of its own, every window is at home).
    ``transfer`` None means it cannot move. ``run_now`` and ``best_run`` are the site's own
    alternatives, for comparison.
    """

    model_config = ConfigDict(frozen=True)

    workload_id: str = Field(min_length=1, max_length=64)
    kind: str = "AI_TRAINING"
    priority: str = "medium"
    energy_kwh: float = Field(gt=0, le=1e6, allow_inf_nan=False)
    duration_hours: float = Field(gt=0, le=168, allow_inf_nan=False)
    pue: float = Field(default=1.0, ge=1, le=3, allow_inf_nan=False)
    gpus: float | None = None
    release: UtcTime
    deadline: UtcTime
    region: int = GB
    locality: str = ""
    transfer: Transfer | None = None
    carbon_threshold: float = Field(default=150.0, ge=0, le=2000, allow_inf_nan=False)
    minimum_renewables: float = Field(default=0.0, ge=0, le=100, allow_inf_nan=False)
    regions: tuple[int, ...] = ()
    run_now: Run | None = None
    best_run: Run | None = None

    @property
    def load_mw(self) -> float:
        """Power at the meter, MW: energy / duration x PUE."""
        return self.energy_kwh / self.duration_hours * self.pue / 1000

    @property
    def energy_mwh(self) -> float:
        """Energy at the meter over the whole run, MWh."""
        return self.load_mw * self.duration_hours


class Candidate(BaseModel):
    """A window seen from the workload: costs in GBP and kgCO2 over the run, transfer included.

    ``passed_over`` says why it does not fit; empty where it fits. ``moves`` marks a run in
    another zone (a ``shift_region`` decision).
    """

    model_config = ConfigDict(frozen=True)

    window: Window
    start: UtcTime
    end: UtcTime
    load_mw: float
    energy_mwh: float
    cost_gbp: float
    carbon_kg: float
    moves: bool
    transfer_kwh: float = 0.0
    transfer_hours: float = 0.0
    passed_over: str = ""

    @property
    def fits(self) -> bool:
        """Whether it may be ordered."""
        return not self.passed_over


class Choice(BaseModel):
    """What was chosen and why; ``ties`` names windows that were exactly as good."""

    model_config = ConfigDict(frozen=True)

    key: str
    reason: str
    ties: tuple[str, ...] = ()


Chooser = Callable[[Sequence[Candidate], Workload], Choice]
"""The planner's objective over windows that fit; there is at least one."""


def consider(window: Window, workload: Workload, now: datetime) -> Candidate:
    """The earliest run of the workload in a window, and whether it may be ordered."""
    moves = workload.region != GB and window.region != workload.region
    transfer = workload.transfer if moves else None
    hours, kwh = (transfer.hours, transfer.energy_kwh) if transfer else (0.0, 0.0)
    start = ceil_half_hour(max(window.start, workload.release, now + timedelta(hours=hours)))
    energy_mwh = workload.energy_mwh + kwh / 1000
    candidate = Candidate(
        window=window,
        start=start,
        end=start + timedelta(hours=workload.duration_hours),
        load_mw=workload.load_mw,
        energy_mwh=energy_mwh,
        cost_gbp=energy_mwh * 1000 * window.price,
        carbon_kg=energy_mwh * window.intensity,
        moves=moves,
        transfer_hours=hours,
        transfer_kwh=kwh,
    )
    return candidate.model_copy(update={"passed_over": _why_not(candidate, workload, now)})


def _why_not(candidate: Candidate, workload: Workload, now: datetime) -> str:
    window = candidate.window
    if window.end <= now:
        return "it is over"
    if workload.regions and window.region not in workload.regions:
        return f"not in {', '.join(region_name(region) for region in workload.regions)}"
    if candidate.moves and workload.transfer is None:
        return "job cannot move"
    if window.intensity > workload.carbon_threshold:
        return f"{_tenths(window.intensity)} g/kWh is above the threshold of {_tenths(workload.carbon_threshold)}"
    if window.renewable_percent < workload.minimum_renewables:
        asked = _tenths(workload.minimum_renewables)
        return f"{_tenths(window.renewable_percent)} % renewable is below the {asked} % asked for"
    if window.capacity_mw < candidate.load_mw:
        return f"{window.capacity_mw:g} MW free, {candidate.load_mw:.4g} MW needed"
    if candidate.end > window.end:
        left = max(0.0, (window.end - candidate.start).total_seconds() / 3600)
        return f"{left:.1f} h left in it, {workload.duration_hours:g} h needed"
    if candidate.end > workload.deadline:
        return f"would end {date_clock(candidate.end)}, after the deadline of {date_clock(workload.deadline)}"
    return ""


def _tenths(value: float) -> str:
    return f"{round(value, 1):g}"


def cheapest(carbon_price: float = 100.0, delay_cost: float = 0.0) -> Chooser:
    """The planner's objective: energy + carbon price (GBP/t) + delay cost (GBP per hour after release)."""

    def value(candidate: Candidate, workload: Workload) -> float:
        waited = (candidate.start - workload.release).total_seconds() / 3600
        return candidate.cost_gbp + candidate.carbon_kg / KG_PER_TONNE * carbon_price + max(0.0, waited) * delay_cost

    def choose(candidates: Sequence[Candidate], workload: Workload) -> Choice:
        best = min(candidates, key=lambda c: (round(value(c, workload), 6), c.start, c.window.key))
        least = round(value(best, workload), 6)
        ties = [c for c in candidates if c is not best and round(value(c, workload), 6) == least]
        reason = f"{best.window.name} costs least: £{least:.2f} with carbon at £{carbon_price:g}/t"
        if ties:
            reason += f"; as good: {', '.join(c.window.name for c in ties)}, taken by earliest start, then name"
        return Choice(key=best.window.key, reason=reason, ties=tuple(c.window.key for c in ties))

    return choose
