from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridflex.beckn.candidates import Run, Transfer, Workload
from gridflex.beckn.client import Client
from gridflex.beckn.embedded import embedded_client
from gridflex.beckn.journey import Journey
from gridflex.beckn.provider.energy import EnergyProvider
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.record import AuditEntry
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Dialect, Mode

NOW = datetime(2026, 1, 8, 12, 7, tzinfo=UTC)


class Clock:
    """A clock that stands still, unless it is told or slept on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Outlook:
    """A day that is cleanest at 03:00 UTC, each region a little dirtier than the one before."""

    def intensity(self, region: int, start: datetime, count: int) -> Sequence[float]:
        return [100 + region - 60 * math.cos((self._hour(start, i) - 3) / 24 * 2 * math.pi) for i in range(count)]

    def price(self, start: datetime, count: int) -> Sequence[float]:
        return [0.10 if 0 <= self._hour(start, i) < 7 else 0.20 for i in range(count)]

    def renewable_percent(self, region: int, start: datetime) -> float:
        return 60.0 - region

    @staticmethod
    def _hour(start: datetime, i: int) -> float:
        moment = start + timedelta(minutes=30 * i)
        return moment.hour + moment.minute / 60


def workload(**changes: Any) -> Workload:
    given: dict[str, Any] = {
        "workload_id": "batch-1",
        "energy_kwh": 150.0,
        "duration_hours": 4.0,
        "gpus": 8,
        "release": NOW,
        "deadline": NOW + timedelta(hours=36),
        "locality": "Cambridge",
        "transfer": Transfer(hours=0.5, energy_kwh=2.0),
        "run_now": Run(start=NOW, cost_gbp=30.0, carbon_kg=20.0),
    }
    return Workload(**given | changes)


class Setting:
    """An embedded network with its clock and trail."""

    def __init__(
        self,
        misbehaviour: Misbehaviour = Misbehaviour.NONE,
        mode: Mode = Mode.ASYNC,
        dialect: Dialect = Dialect.DEG,
    ) -> None:
        self.clock = Clock()
        self.provider = EnergyProvider(Outlook(), misbehaviour)
        self.client: Client = embedded_client(self.provider, self.clock, mode=mode, dialect=dialect)
        self.trail: list[AuditEntry] = []
        self.ways = Ways(sleep=self.clock.sleep)

    def journey(self, **changes: Any) -> Journey:
        return Journey.begin(self.client, workload(**changes), self.trail.append, self.ways)


@pytest.fixture(scope="session")
def setting() -> Callable[..., Setting]:
    return Setting


@pytest.fixture(scope="session")
def shared(shared_dir: Path) -> Path:
    """The protocol's examples, recordings, schema and vectors, which stay out of the repository."""
    return shared_dir / "beckn"


@pytest.fixture(scope="session")
def example(shared: Path) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        (found,) = shared.glob(f"examples/**/{name}.json")
        return json.loads(found.read_bytes())

    return load
