"""What the agents are handed: where values come from, without saying how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.market_data import PriceSeries
from gridflex.planning.horizon import Floats


class FeedStatePort(Protocol):
    """What the carbon feed knows at one moment."""

    @property
    def snapshot(self) -> CarbonSnapshot | None: ...  # noqa: D102
    @property
    def live(self) -> bool: ...  # noqa: D102
    @property
    def error(self) -> str | None: ...  # noqa: D102
    @property
    def next_due(self) -> datetime | None: ...  # noqa: D102


class FeedPort(Protocol):
    """The live carbon source; answers at once or within its stated wait."""

    def state(self, region: int, now: datetime) -> FeedStatePort:
        """Best snapshot at hand and whether it is live."""
        ...


class ArchivePort(Protocol):
    """Values kept from earlier answers."""

    def settled(self, region: int, start: datetime, end: datetime) -> Sequence[tuple[datetime, float]]:
        """Half-hours and their settled intensity, gCO2/kWh, in time order."""
        ...

    def known_at(self, region: int, at: datetime) -> CarbonSnapshot | None:
        """The newest snapshot fetched at or before ``at``."""
        ...

    def forecast_errors(self, start: datetime, end: datetime) -> Sequence[tuple[int, float]]:
        """Of Great Britain: half-hours ahead, and forecast minus measured value, gCO2/kWh."""
        ...


class SamplePort(Protocol):
    """The embedded model of a GB year."""

    def __call__(self, region: int, now: datetime) -> CarbonSnapshot:
        """24 h back and 48 h ahead of ``now``, as the live source would have answered."""
        ...


class PublishedPort(Protocol):
    """Prices published ahead, by region."""

    def __call__(self, region: int) -> PriceSeries | None:
        """What is published so far, past half-hours included; None where nothing was ever read."""
        ...


class PricePort(Protocol):
    """Energy price, past and ahead."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def prices(self, start: datetime, count: int) -> Floats:
        """What a kWh costs in each of ``count`` half-hours from ``start``, GBP/kWh."""
        ...

    def energy_row(self, start: datetime, count: int) -> Floats:
        """The part of it that is energy alone, GBP/kWh; the price limit looks at it."""
        ...
