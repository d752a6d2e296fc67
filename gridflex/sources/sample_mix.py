"""Which fuels made the sample grid's intensity: a mix whose carbon is that intensity.

Factors: NESO, "Carbon Intensity Forecast Methodology", table 1. Fuels that burn, but gas,
and imports keep their typical share, more of it in dirty half-hours; gas makes up the
carbon; the rest is nuclear, hydro, sun by the hour, and wind.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from gridflex.domain.grid import FUELS
from gridflex.domain.regions import GB
from gridflex.sources.sample_levels import month_position
from gridflex.sources.sample_regions import GB_YEAR, REGION_ANCHORS, Fuels, fuels_of
from gridflex.sources.sample_weather import Values, Weather

FACTORS_G = MappingProxyType({"gas": 394.0, "biomass": 120.0, "other": 300.0})
"""gCO2/kWh; imports have a factor of their own in each region, the other fuels none. GB coal closed in 2024."""

_DIRTY_EXPONENT = 0.7
"""How imports and biomass grow with intensity; fitted to the mixes of clean and dirty half-hours of 2026."""

_LATITUDE, _LONGITUDE_W = np.radians(52.5), 1.5
_TILT = np.radians(23.44)
_SUNNIEST_PERCENT = 58.0
"""GB solar share under a clear sky with the sun overhead; gives 8.7 per cent over the year (2026)."""

_CLOUDS = Weather(stream=3, memory_hours=18.0, rise_hours=3.0)


def mix_shares(region: int, number: int, intensity: Values) -> Values:
    """Shares in per cent, shape (count, 9) in the order of FUELS, rows summing to 100.

    ``region`` is the whole grid or one of the 14; ``intensity``, gCO2/kWh, shape (count,),
    is its own, from half-hour ``number`` on, and equals the rows' carbon to rounding.
    """
    fuels = fuels_of(region)
    dirty = _dirty_shares(fuels, _year_intensity(region), intensity)
    clean = 100.0 - sum(dirty.values())
    nuclear = np.minimum(clean, fuels.nuclear)
    hydro = np.minimum(clean - nuclear, fuels.hydro)
    solar = np.minimum(clean - nuclear - hydro, fuels.solar * _sun_percent(number, len(intensity)))
    shares = dirty | {"nuclear": nuclear, "hydro": hydro, "solar": solar, "wind": clean - nuclear - hydro - solar}
    return np.column_stack([shares.get(fuel, np.zeros_like(intensity)) for fuel in FUELS])


def round_to_hundred(shares: Values) -> dict[str, float]:
    """One mix by fuel with one decimal, as the service has it; what rounding leaves falls to the largest."""
    tenths = np.rint(shares * 10.0)
    tenths[tenths.argmax()] += 1000.0 - tenths.sum()
    return {fuel: float(share) / 10.0 for fuel, share in zip(FUELS, tenths, strict=True)}


def _year_intensity(region: int) -> float:
    return GB_YEAR if region == GB else REGION_ANCHORS[region].year


def _dirty_shares(fuels: Fuels, year: float, intensity: Values) -> dict[str, Values]:
    gas_g = FACTORS_G["gas"]
    typical = fuels.biomass + fuels.imports + fuels.other
    carbon = (
        fuels.biomass * FACTORS_G["biomass"] + fuels.imports * fuels.imports_g + fuels.other * FACTORS_G["other"]
    ) / 100.0
    # Neither more carbon than there is, nor so much that gas would not fit into the hundred.
    room = (100.0 - 100.0 * intensity / gas_g) / (typical - 100.0 * carbon / gas_g)
    scale = np.minimum.reduce([(intensity / year) ** _DIRTY_EXPONENT, intensity / max(carbon, 1e-9), room])
    return {
        "biomass": fuels.biomass * scale,
        "imports": fuels.imports * scale,
        "other": fuels.other * scale,
        "gas": 100.0 * (intensity - carbon * scale) / gas_g,
    }


def _sun_percent(number: int, count: int) -> Values:
    numbers = np.arange(number, number + count)
    hour = (numbers % 48) / 2.0 + 0.25
    # The year's angle counted from the winter solstice, ten days before it begins
    declination = -_TILT * np.cos(2.0 * np.pi * (month_position(numbers) / 12.0 + 10.0 / 365.0))
    hour_angle = np.radians(15.0 * (hour - 12.0) - _LONGITUDE_W)
    height = np.sin(_LATITUDE) * np.sin(declination) + np.cos(_LATITUDE) * np.cos(declination) * np.cos(hour_angle)
    clear = 1.0 / (1.0 + np.exp(-_CLOUDS.values(number, count)))
    sun: Values = _SUNNIEST_PERCENT * np.maximum(height, 0.0) * (0.55 + 0.45 * clear)
    return sun
