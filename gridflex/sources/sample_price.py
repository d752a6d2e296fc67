"""The sample grid's wholesale price: the published hours of the day, and the weather again.

Levels are the market index price of 2025 in GBP/MWh (Elexon MID), by UK hour.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.sources.sample_levels import month_position
from gridflex.sources.sample_weather import Values, Weather, half_hour_number

PUBLISHED_HOURS = (0, 4, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
PUBLISHED_GBP_PER_MWH = (72, 66, 81, 89, 87, 77, 69, 69, 77, 85, 101, 106, 103, 96, 89, 82, 74)
"""Mean price at those UK hours, 2025."""

_SEASON_HOURS = (0, 6, 8, 13, 16, 17, 18, 20)
_SEASON_GBP_PER_MWH = (3, 6, 14, 21, 33, 35, 22, 1)
"""Added in mid-winter and taken off in mid-summer: winter peak 134 at 17 h, summer trough 52 at 13 to 14 h."""

CORRELATION = 0.74
"""Of the price's own weather with the intensity's; with the daily profiles it gives the published 0.52 to 0.62."""

_OWN_WEATHER = Weather(stream=4, memory_hours=6.0, rise_hours=0.7)

_SLOPE = 16.0
_GLUT_SLOPE, _GLUT_AT = 50.0, -0.9
_SCARCITY_SLOPE, _SCARCITY_AT = 35.0, 1.8
"""GBP/MWh per standard deviation: in the middle, and added beyond either point; from the quantiles of 2025."""

_CENTRE = 3.3
"""Keeps the mean over the year where the published one is."""


def wholesale_gbp_per_kwh(start: datetime, weather: Values) -> Values:
    """Price of the half-hours from the one that contains ``start``, given the intensity's weather of each."""
    count, number = len(weather), half_hour_number(start)
    own = _OWN_WEATHER.values(number, count)
    tightness = CORRELATION * weather + np.sqrt(1.0 - CORRELATION**2) * own
    return (_expected(start, number, count) + _response(tightness)) / 1000.0


def _expected(start: datetime, number: int, count: int) -> Values:
    hour = np.array([moment.hour + moment.minute / 60.0 for moment in map(uk_time, half_hours(start, count))])
    # Coldest in mid-January, half a month into the year
    winter: Values = np.cos(2.0 * np.pi * (month_position(np.arange(number, number + count)) - 0.5) / 12.0)
    level: Values = np.interp(hour, PUBLISHED_HOURS, PUBLISHED_GBP_PER_MWH, period=24.0)
    season: Values = np.interp(hour, _SEASON_HOURS, _SEASON_GBP_PER_MWH, period=24.0)
    return level + winter * season


def _response(tightness: Values) -> Values:
    glut = np.minimum(tightness - _GLUT_AT, 0.0)
    scarcity = np.maximum(tightness - _SCARCITY_AT, 0.0)
    return _CENTRE + _SLOPE * tightness + _GLUT_SLOPE * glut + _SCARCITY_SLOPE * scarcity
