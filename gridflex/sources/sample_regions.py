"""How the sample grid's regions follow the national weather: two anchors each, and their fuels.

A region's intensity is a straight line in log-odds of the national one, through what it is
on a windy day (GB 51 gCO2/kWh) and on the average of the year (GB 142).

Windy day: NESO's regional forecasts of 30 December 2023. Year: National Grid figures for
2020 to 2022 (GB 177) as reported by DataVita (South Scotland 47, London 179) and The Herald
(South Wales 317), times 0.8 for the level of 2026; the other regions' years are assumed
between them. Fuels and demand shares are assumed, after the mix of that windy day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gridflex.domain.regions import GB, region_name
from gridflex.sources.sample_weather import Values

GB_WINDY, GB_YEAR = 51.0, 142.0
"""National intensity on the windy day and on the average of the year, gCO2/kWh."""

GB_RANGE = (10.0, 320.0)
"""What the national intensity stays within, gCO2/kWh: the records of 2022 to 2026 are 20 and 322."""

REGION_RANGE = (-15.0, 385.0)
"""The same for a region; what falls below zero is zero, and gas alone is 394."""

FRENCH_G = 53.0
"""NESO's fall-back factor for imports from France, gCO2/kWh."""


@dataclass(frozen=True, slots=True)
class Fuels:
    """Typical shares of a region's year, per cent. ``imports_g`` is what imports carry, gCO2/kWh."""

    biomass: float
    imports: float
    nuclear: float
    hydro: float
    other: float = 0.0
    solar: float = 1.0
    imports_g: float = FRENCH_G


@dataclass(frozen=True, slots=True)
class Anchors:
    """A region's intensity on the windy day and on the average of the year, gCO2/kWh; its share of demand."""

    windy: float
    year: float
    demand: float
    fuels: Fuels


GB_FUELS = Fuels(biomass=6.5, imports=15.2, nuclear=11.3, hydro=1.6, other=2.0, imports_g=200.0)
"""The mix of 2026 (hydro with storage); its imports carry what makes that mix meet that year's intensity."""

REGION_ANCHORS: Mapping[int, Anchors] = MappingProxyType(
    {
        1: Anchors(-3, 40, 0.03, Fuels(biomass=1.0, imports=0.0, nuclear=2.0, hydro=15.0, solar=0.3)),
        2: Anchors(7, 38, 0.07, Fuels(biomass=2.0, imports=1.0, nuclear=25.0, hydro=6.0, solar=0.3)),
        3: Anchors(7, 60, 0.08, Fuels(biomass=2.0, imports=3.0, nuclear=40.0, hydro=1.5, solar=0.6)),
        4: Anchors(10, 48, 0.05, Fuels(biomass=6.0, imports=20.0, nuclear=40.0, hydro=0.5, solar=0.5, imports_g=0.0)),
        5: Anchors(66, 150, 0.08, Fuels(biomass=18.0, imports=5.0, nuclear=6.0, hydro=0.3, solar=0.8)),
        6: Anchors(8, 80, 0.06, Fuels(biomass=1.5, imports=2.0, nuclear=12.0, hydro=7.0, solar=0.8)),
        7: Anchors(112, 254, 0.04, Fuels(biomass=1.5, imports=1.0, nuclear=3.0, hydro=1.0, solar=0.9)),
        8: Anchors(30, 140, 0.09, Fuels(biomass=3.0, imports=3.0, nuclear=15.0, hydro=2.0, solar=1.0)),
        9: Anchors(99, 225, 0.10, Fuels(biomass=8.0, imports=3.0, nuclear=4.0, hydro=0.1, solar=1.1)),
        10: Anchors(30, 135, 0.12, Fuels(biomass=2.0, imports=12.0, nuclear=15.0, hydro=0.1, solar=1.5)),
        11: Anchors(180, 205, 0.05, Fuels(biomass=2.0, imports=14.0, nuclear=4.0, hydro=0.6, solar=1.8)),
        12: Anchors(126, 200, 0.11, Fuels(biomass=3.0, imports=20.0, nuclear=4.0, hydro=0.5, solar=1.5)),
        13: Anchors(45, 143, 0.10, Fuels(biomass=1.0, imports=25.0, nuclear=8.0, hydro=0.4, solar=0.8)),
        14: Anchors(57, 145, 0.07, Fuels(biomass=1.0, imports=35.0, nuclear=5.0, hydro=0.3, solar=1.5)),
    }
)

NATION_MEMBERS: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {15: (3, 4, 5, 8, 9, 10, 11, 12, 13, 14), 16: (1, 2), 17: (6, 7)}
)
"""The nations as the regions that make them up; region 6 reaches into England, and is counted with Wales."""


def members(region: int) -> dict[int, float]:
    """Regions that make up ``region`` with their shares of its demand (1 in sum); itself alone unless a nation.

    Raises InputError for a number that is no region.
    """
    region_name(region)
    if region not in NATION_MEMBERS:
        return {region: 1.0}
    demand = {member: REGION_ANCHORS[member].demand for member in NATION_MEMBERS[region]}
    return {member: share / sum(demand.values()) for member, share in demand.items()}


def fuels_of(region: int) -> Fuels:
    """Typical fuels of the whole grid or of one of the 14 regions."""
    return GB_FUELS if region == GB else REGION_ANCHORS[region].fuels


def log_odds(intensity: Values | float, within: tuple[float, float]) -> Values:
    """Where an intensity, gCO2/kWh, stands between its bounds, as log-odds."""
    low, high = within
    share = (np.asarray(intensity, dtype=np.float64) - low) / (high - low)
    return np.asarray(np.log(share / (1.0 - share)), dtype=np.float64)


def from_log_odds(odds: Values, within: tuple[float, float]) -> Values:
    """The inverse of ``log_odds``, gCO2/kWh."""
    low, high = within
    return np.asarray(low + (high - low) / (1.0 + np.exp(-odds)), dtype=np.float64)


def regional_odds(region: int, national_odds: Values) -> Values:
    """Log-odds of one of the 14 regions, given the national ones."""
    anchors = REGION_ANCHORS[region]
    windy, year = map(float, log_odds(np.array([GB_WINDY, GB_YEAR]), GB_RANGE))
    own_windy, own_year = map(float, log_odds(np.array([anchors.windy, anchors.year]), REGION_RANGE))
    return own_year + (own_year - own_windy) / (year - windy) * (national_odds - year)
