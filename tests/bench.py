"""A grid, a tariff and jobs that a test holds in its hands, and a desk that works on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gridflex.agents.commitments import Commitments
from gridflex.agents.grid import GridAgent
from gridflex.agents.grid_reading import HALF_HOURS_AHEAD, HALF_HOURS_BACK
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions, Orchestrator
from gridflex.domain.controls import Controls, Site
from gridflex.domain.grid import CarbonSnapshot, GenerationMix, Reading
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.jobs import Job
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.domain.tariff import Tariff
from gridflex.planning.horizon import Floats, Horizon
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from gridflex.store.database import Database
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces
from tests.databases import fresh_database

NOW = datetime(2026, 1, 8, 17, 5, tzinfo=UTC)
"""A Thursday in winter: UTC is UK time."""
START = floor_half_hour(NOW)
RULE = Controls(policy="threshold")
"""The documented rule, threshold 150."""

Values = Callable[[datetime], float]


def hour(count: float) -> datetime:
    """``count`` hours after the present half-hour's start."""
    return START + timedelta(hours=count)


def flat(value: float) -> Values:
    return lambda _: value


def stepped(*steps: tuple[float, float], then: float) -> Values:
    """Values that hold until so many hours from START, such as ``(2, 200), (4, 140)``, and one for ever after."""

    def value(moment: datetime) -> float:
        return next((level for until, level in steps if moment < hour(until)), then)

    return value


@dataclass(eq=False)
class PriceSheet:
    """A price source: GBP/kWh by half-hour; its energy row is half of it unless given."""

    value: Values = field(default_factory=lambda: flat(0.10))
    energy: Values | None = None
    name: str = "test sheet"

    def prices(self, start: datetime, count: int) -> Floats:
        return np.array([self.value(moment) for moment in half_hours(start, count)])

    def energy_row(self, start: datetime, count: int) -> Floats:
        if self.energy is None:
            return self.prices(start, count) / 2
        return np.array([self.energy(moment) for moment in half_hours(start, count)])


def readings(value: Values, start: datetime, count: int, measured: int = 0) -> tuple[Reading, ...]:
    """``count`` half-hours, the first ``measured`` of them with an actual 1 g above their forecast."""
    starts = half_hours(start, count)
    return tuple(Reading(at, value(at), value(at) + 1 if i < measured else None) for i, at in enumerate(starts))


OFFLINE = dict.fromkeys(
    (
        "GRIDFLEX_CARBON_API_URL",
        "GRIDFLEX_ELEXON_API_URL",
        "GRIDFLEX_NESO_PORTAL_URL",
        "GRIDFLEX_OCTOPUS_API_URL",
    ),
    "",
)
"""Settings under which no source is asked."""

MIX = {"wind": 31.0, "gas": 27.0, "nuclear": 14.0, "imports": 11.0, "biomass": 7.0, "solar": 8.0, "hydro": 2.0}


def snapshot(value: Values, at: datetime, region: int = GB, back: int = 48, ahead: int = 96) -> CarbonSnapshot:
    """An answer of ``at``: ``back`` half-hours behind (measured, for GB) and ``ahead`` from its own on."""
    present = floor_half_hour(at)
    rows = readings(value, present - back * HALF_HOUR, back + ahead, back if region == GB else 0)
    return CarbonSnapshot(region, at, rows, GenerationMix(present, MIX))


@dataclass
class State:
    snapshot: CarbonSnapshot | None = None
    live: bool = False
    error: str | None = None
    next_due: datetime | None = None


@dataclass
class Feed:
    """A source that answers afresh each half-hour as long as ``value`` is set; else with ``fixed``."""

    value: Values | None = None
    fixed: State = field(default_factory=State)

    def state(self, region: int, now: datetime) -> State:
        if self.value is None:
            return self.fixed
        return State(snapshot(self.value, floor_half_hour(now), region), live=True)


@dataclass
class Shelf:
    """An archive without a database."""

    values: dict[datetime, float] = field(default_factory=dict)
    issued: list[CarbonSnapshot] = field(default_factory=list)
    errors: list[tuple[int, float]] = field(default_factory=list)

    def settled(self, region: int, start: datetime, end: datetime) -> Sequence[tuple[datetime, float]]:
        return [(at, value) for at, value in sorted(self.values.items()) if start <= at < end]

    def known_at(self, region: int, at: datetime) -> CarbonSnapshot | None:
        known = [found for found in self.issued if found.region == region and found.fetched_at <= at]
        return max(known, key=lambda found: found.fetched_at, default=None)

    def forecast_errors(self, start: datetime, end: datetime) -> Sequence[tuple[int, float]]:
        return self.errors


@dataclass
class Sample:
    """A sample grid that says 77 and counts its calls."""

    calls: int = 0

    def __call__(self, region: int, now: datetime) -> CarbonSnapshot:
        self.calls += 1
        return snapshot(flat(77), now, region)


def view_of(
    carbon: Values, sheet: PriceSheet | None = None, now: datetime = NOW, provenance: Provenance = Provenance.LIVE
) -> GridView:
    """A view whose every half-hour is known; the past is measured."""
    sheet = sheet or PriceSheet()
    start, count = floor_half_hour(now) - HALF_HOURS_BACK * HALF_HOUR, HALF_HOURS_BACK + HALF_HOURS_AHEAD
    intensity = np.array([carbon(moment) for moment in half_hours(start, count)])
    actual = np.where(np.arange(count) < HALF_HOURS_BACK, intensity, np.nan)
    horizon = Horizon.of(start, intensity, sheet.prices(start, count), None, provenance, HALF_HOURS_BACK)
    return GridView(
        region=GB, now=now, horizon=horizon, actual=actual, forecast=intensity, mix=None, provenance=provenance,
        fetched_at=floor_half_hour(now), next_due=None, error=None, price_name=sheet.name,
        energy_price=sheet.energy_row(start, count),
    )  # fmt: skip


def job(name: str = "a", kwh: float = 10.0, hours: float = 1.0, **given: Any) -> Job:
    """A job of 10 kWh and one hour, released now, low priority (may wait 24 h)."""
    plain = {"job_id": name, "energy_kwh": kwh, "duration_hours": hours, "release": START, "priority": "low"}
    return Job.model_validate(plain | given)


def one_price(gbp_per_kwh: float) -> Tariff:
    """A tariff with one price for all time."""
    band = {"label": "any time", "start": "00:00", "end": "00:00", "gbp_per_kwh": gbp_per_kwh}
    rows = [{"name": "Energy", "kind": "energy", "bands": [band]}]
    return Tariff.model_validate({"name": "one price", "rows": rows, "capacity": {"gbp_per_kva_day": 0}})


def decide(
    jobs: Sequence[Job] | pd.DataFrame,
    view: GridView,
    controls: Controls = RULE,
    site: Site | None = None,
    before: Commitments | None = None,
) -> Decisions:
    """Decisions for a queue, by the documented rule unless said otherwise."""
    frame = jobs if isinstance(jobs, pd.DataFrame) else frame_from_jobs(jobs)
    agent, known = Orchestrator(), before or Commitments.none(len(frame))
    return agent.decide(frame, agent.prepare(frame, view, view.now, site or Site(), known), view, controls, known, site)


@dataclass
class Bench:
    """A desk on a database of its own, over a grid whose values and clock the test sets."""

    feed: Feed
    database: Database

    def __post_init__(self) -> None:
        self.shelf = Shelf()
        self.grid = GridAgent(self.feed, self.shelf, Sample(), PriceSheet())
        self.store = Workspaces(self.database)
        self.desk = Desk(self.store, self.grid, Orchestrator())
        self.trail = Trail(self.database)

    def view(self, workspace: Workspace, now: datetime) -> GridView:
        return self.grid.view(workspace.site.region, now, workspace.tariff)

    def decisions(self, workspace: Workspace, now: datetime) -> Decisions:
        return self.desk.decide(workspace, self.view(workspace, now))

    def own(self, *jobs: Job, now: datetime = NOW, controls: Controls = RULE) -> Workspace:
        """A new workspace with these jobs, decided by the documented rule at 10 p/kWh."""
        opened = self.desk.change_tariff(self.desk.open(None, now), one_price(0.10), now)
        ruled = self.desk.adopt(opened, controls, now, "the rule")
        return self.desk.take_jobs(ruled, frame_from_jobs(jobs), now, cause="given")

    def rows(self, workspace: Workspace, kind: str | None = None) -> list[Any]:
        """Rows of the trail, oldest first."""
        return self.trail.rows(workspace.id, kind=kind, limit=10_000)[::-1]


@contextmanager
def bench(value: Values) -> Iterator[Bench]:
    with fresh_database() as address:
        database = Database(address)
        yield Bench(Feed(value), database)
        database.dispose()
