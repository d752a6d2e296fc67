"""What intensity is to be expected of a half-hour: the published months and hours of the day.

Only published summary figures stand here, gCO2/kWh, computed from NESO's generation-mix
series (2026 to August) and its Carbon Intensity API (2022 and 2023).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridflex.sources.sample_weather import Values

PUBLISHED_MONTH_MEANS = (147, 142, 131, 117, 154, 156, 146, 160, 128, 135, 164, 124)
"""January to August: 2026. September to December: mean of the years 2023 to 2025 that are complete there."""

PUBLISHED_HOURS = (0, 2, 4, 6, 8, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23)
"""UTC hours at which the daily profiles below are published."""

PUBLISHED_PROFILES = {
    "DJF": (117, 116, 111, 131, 155, 152, 148, 156, 171, 177, 176, 172, 164, 153, 138, 121),
    "MAM": (140, 132, 119, 139, 137, 117, 110, 110, 134, 147, 158, 167, 168, 161, 148, 141),
    "JJA": (168, 161, 151, 160, 152, 130, 119, 119, 145, 164, 174, 182, 185, 184, 175, 171),
    "SON": (143, 141, 152, 179, 176, 160, 153, 164, 190, 196, 196, 191, 184, 169, 152, 145),
}
"""Mean by season: 2026, but autumn 2022-23 (brought to the level of the months above)."""

WEEKDAY_FACTOR, WEEKEND_FACTOR = 1.012, 0.97
"""Assumed: the mean over a week stays what it was."""

_HARMONICS = 5
"""Follow the sixteen published hours to 2 g, without corners."""

_PERIODS = 48


def expected_intensity(number: int, count: int) -> Values:
    """Mean GB intensity to expect, gCO2/kWh, of ``count`` half-hours from ``number`` on."""
    numbers = np.arange(number, number + count)
    month = month_position(numbers)
    level = _interpolate(_MONTH_KNOTS[:, None], month - 0.5, np.zeros_like(numbers))
    shape = _interpolate(_SHAPE_KNOTS, (month - 0.5) / 3.0, numbers % _PERIODS)
    week: Values = np.where(_weekend(numbers), WEEKEND_FACTOR, WEEKDAY_FACTOR)
    return (level + shape) * week


def month_position(numbers: NDArray[np.int64]) -> Values:
    """Months passed since the year began: 0.0 on 1 January, 0.5 in mid-January, under 12."""
    moments = np.datetime64("0001-01-01T00:00", "m") + numbers * np.timedelta64(30, "m")
    months = moments.astype("M8[M]")
    begin, end = months.astype("M8[m]"), (months + 1).astype("M8[m]")
    position: Values = months.astype(np.int64) % 12 + (moments - begin) / (end - begin)
    return position


def _weekend(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    # 1 January of year 1 was a Monday
    return (numbers // _PERIODS) % 7 >= 5


def _interpolate(knots: Values, position: Values, column: NDArray[np.int64]) -> Values:
    before = np.floor(position).astype(np.int64)
    share = position - before
    rows = len(knots)
    return knots[before % rows, column] * (1.0 - share) + knots[(before + 1) % rows, column] * share


def _knots_of_means(means: Values) -> Values:
    # The mean of straight lines over a span is 3/4 of its own knot and 1/8 of each neighbour.
    own, neighbour = np.eye(len(means)), np.roll(np.eye(len(means)), 1, axis=0)
    return np.asarray(np.linalg.solve(0.75 * own + 0.125 * (neighbour + neighbour.T), means), dtype=np.float64)


def _profile(means: tuple[int, ...]) -> Values:
    def waves(hours: Values) -> Values:
        angle = np.outer(hours, np.arange(1, _HARMONICS + 1)) * (2.0 * np.pi / 24.0)
        stacked: Values = np.hstack([np.ones_like(angle[:, :1]), np.cos(angle), np.sin(angle)])
        return stacked

    fit = np.linalg.lstsq(waves(np.array(PUBLISHED_HOURS, dtype=np.float64)), np.array(means), rcond=None)[0]
    return np.asarray(waves(np.arange(_PERIODS) / 2.0) @ fit, dtype=np.float64)


def _season_shapes() -> Values:
    profiles: Values = np.array([_profile(means) for means in PUBLISHED_PROFILES.values()])
    profiles[3] *= np.mean(PUBLISHED_MONTH_MEANS[8:11]) / profiles[3].mean()
    shapes: Values = profiles - profiles.mean(axis=1, keepdims=True)
    return shapes


_MONTH_KNOTS = _knots_of_means(np.array(PUBLISHED_MONTH_MEANS, dtype=np.float64))
_SHAPE_KNOTS = _knots_of_means(_season_shapes())
