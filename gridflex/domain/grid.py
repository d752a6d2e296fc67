"""What the grid's sources say: readings of half-hours, the generation mix, a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FUELS = ("biomass", "coal", "imports", "gas", "nuclear", "other", "hydro", "solar", "wind")
RENEWABLE = ("hydro", "solar", "wind")
"""Biomass burns and is named apart, never counted in."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One published half-hour, gCO2/kWh. ``actual`` is None until measured (always, for a region)."""

    start: datetime
    forecast: float | None
    actual: float | None


@dataclass(frozen=True, slots=True)
class GenerationMix:
    """Share of each fuel in one half-hour, per cent (about 100 in sum)."""

    start: datetime
    shares: Mapping[str, float]

    @property
    def renewable_percent(self) -> float:
        """Wind, solar and hydro together, per cent."""
        return sum(self.shares.get(fuel, 0.0) for fuel in RENEWABLE)


@dataclass(frozen=True, slots=True)
class CarbonSnapshot:
    """One validated answer of the carbon service for one region.

    ``readings`` are unique and in time order; a half-hour that was missing or could not be
    true is absent. ``notes`` say, a sentence each, what was repaired or refused.
    """

    region: int
    fetched_at: datetime
    readings: tuple[Reading, ...]
    mix: GenerationMix | None
    notes: tuple[str, ...] = ()
