"""From the sample grid's weather to intensity, for the whole grid and each region.

National intensity is a logistic curve over seeded weather, so that it stays within its
bounds while its mean is what the month and the hour let one expect.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridflex.domain.regions import GB
from gridflex.sources.sample_levels import expected_intensity
from gridflex.sources.sample_regions import (
    GB_RANGE,
    REGION_RANGE,
    from_log_odds,
    log_odds,
    members,
    regional_odds,
)
from gridflex.sources.sample_weather import Values, Weather

NATIONAL_WEATHER = Weather(stream=1, memory_hours=20.0, rise_hours=1.0, unknown=0.42)
"""Memory from the published autocorrelation, the unknown share from the published forecast error."""

_WEATHER_ODDS = 0.75
"""Standard deviation of the weather, log-odds: gives the published quantiles."""

PRICED_WEATHER = replace(NATIONAL_WEATHER, rise_hours=5.0)
"""The same weather as the power market prices it: without its quickest turns."""

_REGION_ODDS = 0.25
"""The same for a region's own weather; assumed."""

_REGION_STREAM = 100

_NOWCAST = Weather(stream=2, memory_hours=4.0, rise_hours=2.0)
_NOWCAST_ODDS = 0.185
"""Error of the last forecast of a half-hour, log-odds: 9.7 gCO2/kWh in the mean (published, 2022-23)."""

_STRETCH = float(np.sqrt(1.0 + np.pi / 8.0 * _WEATHER_ODDS**2))
"""Keeps the mean of the logistic curve over the weather where it is expected (MacKay's approximation, 1992)."""


def actual_intensity(region: int, number: int, count: int) -> Values:
    """Intensity as it turns out, gCO2/kWh, of ``count`` half-hours from ``number`` on."""
    return _blend(region, number, national_odds(number, count))


def forecast_intensity(region: int, known_until: int, number: int, count: int) -> Values:
    """The same as foreseen when only the weather before half-hour ``known_until`` is known."""
    nowcast_error = _NOWCAST_ODDS * _NOWCAST.values(number, count)
    return _blend(region, number, national_odds(number, count, known_until) + nowcast_error, known_until)


def national_odds(number: int, count: int, known_until: int | None = None) -> Values:
    """Log-odds of the national intensity within its range."""
    expected = log_odds(expected_intensity(number, count), GB_RANGE)
    return _STRETCH * expected + _WEATHER_ODDS * NATIONAL_WEATHER.values(number, count, known_until)


def own_intensity(region: int, number: int, odds: Values, known_until: int | None = None) -> Values:
    """Intensity of the whole grid or of one of the 14 regions, given the national log-odds."""
    if region == GB:
        return from_log_odds(odds, GB_RANGE)
    weather = replace(NATIONAL_WEATHER, stream=_REGION_STREAM + region)
    own = regional_odds(region, odds) + _REGION_ODDS * weather.values(number, len(odds), known_until)
    return np.maximum(from_log_odds(own, REGION_RANGE), 0.0)


def _blend(region: int, number: int, odds: Values, known_until: int | None = None) -> Values:
    parts = [share * own_intensity(each, number, odds, known_until) for each, share in members(region).items()]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)
