"""The embedded journey: ``python -m benchmarks.beckn_journey``.

Discover, select, init and confirm against the embedded provider in this process, every
message signed and verified: the time of one journey, and of 200 at once from 20 sessions.
The grid's values are a cosine, so that only the protocol is measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import perf_counter

from benchmarks.figures import publish, quantile
from gridflex.beckn.candidates import Workload
from gridflex.beckn.client import Client
from gridflex.beckn.embedded import embedded_client
from gridflex.beckn.journey import Journey
from gridflex.beckn.provider.energy import EnergyProvider
from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Dialect, Mode

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
SINGLE, SESSIONS, EACH = 100, 20, 10


class Cosine:
    """A grid that is cleanest at 03:00 UTC."""

    def intensity(self, region: int, start: datetime, count: int) -> Sequence[float]:
        """gCO2/kWh."""
        return [100 - 60 * math.cos((start.hour + i / 2 - 3) / 24 * 2 * math.pi) for i in range(count)]

    def price(self, start: datetime, count: int) -> Sequence[float]:
        """GBP/kWh."""
        return [0.1] * count

    def renewable_percent(self, region: int, start: datetime) -> float:
        """Per cent."""
        return 50.0


def workload() -> Workload:
    """A small job that fits every window."""
    return Workload(
        workload_id="batch-1", energy_kwh=5, duration_hours=4, release=NOW, deadline=NOW + timedelta(hours=36)
    )


def one(client: Client) -> float:
    """Milliseconds from nothing to a confirmed order."""
    started = perf_counter()
    journey = Journey.begin(client, workload(), lambda entry: None)
    journey.run_all()
    taken = (perf_counter() - started) * 1000
    assert journey.record.state is State.CONFIRMED, journey.record.steps[-1].sentence
    return taken


def main() -> None:
    """Print and keep the figures."""
    rows = []
    for mode in Mode:
        for dialect in Dialect:
            client = embedded_client(EnergyProvider(Cosine()), lambda: NOW, mode=mode, dialect=dialect)
            one(client)
            alone = [one(client) for _ in range(SINGLE)]
            started = perf_counter()
            with ThreadPoolExecutor(SESSIONS) as pool:
                crowd = list(pool.map(lambda _, client=client: one(client), range(SESSIONS * EACH)))
            total = perf_counter() - started
            rows.append(
                {
                    "mode": mode.value,
                    "dialect": dialect.value,
                    "one p50 ms": quantile(alone, 0.5),
                    "one p95 ms": quantile(alone, 0.95),
                    "200 from 20, total s": total,
                    "200 from 20, p95 ms": quantile(crowd, 0.95),
                }
            )
    publish("beckn_journey", rows, "aim: one journey of four steps within 60 ms")


if __name__ == "__main__":
    main()
