"""The sample grid: a deterministic model of a GB year, for any half-hour of any year.

Written for GridFlex and calibrated on published summary figures; no recorded series is in
it (``benchmarks/sample_grid.py`` prints it beside them). Always labelled *sample*. All
functions raise InputError for a number that is no region and for a time without a zone.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from gridflex.domain.grid import CarbonSnapshot, GenerationMix, Reading
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours, require_utc
from gridflex.domain.regions import GB
from gridflex.sources.sample_mix import mix_shares, round_to_hundred
from gridflex.sources.sample_model import (
    PRICED_WEATHER,
    actual_intensity,
    forecast_intensity,
    national_odds,
    own_intensity,
)
from gridflex.sources.sample_price import wholesale_gbp_per_kwh
from gridflex.sources.sample_regions import members
from gridflex.sources.sample_weather import Values, half_hour_number

BACK, AHEAD = 48, 96
"""Half-hours of a snapshot before now and from now on: 24 h and 48 h."""


def sample_intensity(region: int, start: datetime, count: int) -> Values:
    """Intensity as it turns out, gCO2/kWh, shape (count,), from the half-hour that contains ``start``."""
    return actual_intensity(region, half_hour_number(start), count)


def sample_forecast(region: int, issued: datetime, start: datetime, count: int) -> Values:
    """Forecast issued at ``issued``, gCO2/kWh, shape (count,), from the half-hour that contains ``start``.

    The mean absolute error grows from 10 g for the present half-hour to 27 g two days
    ahead, as published; what one issue could not know a later one learns. A half-hour that
    is over has its last forecast, which is 10 g off and changes no more.
    """
    return forecast_intensity(region, half_hour_number(issued), half_hour_number(start), count)


def sample_price(start: datetime, count: int) -> Values:
    """Wholesale price, GBP/kWh, shape (count,), from the half-hour that contains ``start``; may be negative."""
    return wholesale_gbp_per_kwh(start, PRICED_WEATHER.values(half_hour_number(start), count))


def sample_mix(region: int, start: datetime) -> GenerationMix:
    """Mix of the half-hour that contains ``start``: per cent, one decimal, 100 in sum, with its intensity's carbon."""
    number = half_hour_number(start)
    odds = national_odds(number, 1)
    parts = [
        share * mix_shares(each, number, own_intensity(each, number, odds))[0]
        for each, share in members(region).items()
    ]
    return GenerationMix(floor_half_hour(start), round_to_hundred(np.sum(parts, axis=0)))


def sample_snapshot(region: int, now: datetime) -> CarbonSnapshot:
    """What the carbon service would answer at ``now``: 24 h back, 48 h ahead, the mix; whole gCO2/kWh.

    ``actual`` is set for the whole grid's finished half-hours, and for no region.
    """
    present = floor_half_hour(now)
    first = present - BACK * HALF_HOUR
    forecast = np.rint(sample_forecast(region, present, first, BACK + AHEAD)).tolist()
    measured = np.rint(sample_intensity(GB, first, BACK)).tolist() if region == GB else []
    actual = measured + [None] * (BACK + AHEAD - len(measured))
    readings = tuple(map(Reading, half_hours(first, BACK + AHEAD), forecast, actual))
    return CarbonSnapshot(region, require_utc(now), readings, sample_mix(region, present))
