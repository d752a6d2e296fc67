"""Four half-hours of the sample grid's 2026 that each show one thing: the replay menu.

A scene's rule names the half-hours looked at and what one of them is worth, by the forecast
issued then and by what came of it, the lesser of the two; the scene stands where that is
most. ``find_scene`` repeats the search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from gridflex.domain.bands import bounds_of
from gridflex.domain.regions import GB
from gridflex.sources.sample_grid import AHEAD, sample_forecast, sample_intensity
from gridflex.sources.sample_weather import Values

SAMPLE_YEAR = 2026

_DAY = 48
_RUN = 8
"""Half-hours of the run the rules look for: 4 h."""

_THRESHOLD_G = 150.0
"""The default threshold, gCO2/kWh."""

_BAND_G = 20.0
"""Honest band of a day-ahead forecast, gCO2/kWh: what differs by less is a tie."""

_NOWHERE = -np.inf


@dataclass(frozen=True, slots=True)
class Scene:
    """One entry of the menu; ``at`` is the half-hour (UTC) that is now when it is replayed."""

    key: str
    title: str
    sentence: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """Where to look (months, UTC hour) and what a half-hour is worth, from the 96 that follow, gCO2/kWh.

    Minus infinity is worth for a half-hour that does not show the scene.
    """

    months: tuple[int, ...]
    hour: int
    worth: Callable[[Values], float]


def _runs(ahead: Values) -> Values:
    return np.convolve(ahead, np.full(_RUN, 1.0 / _RUN), mode="valid")


def _within_a_day(ahead: Values) -> Values:
    return _runs(ahead[:_DAY])


def _still_winter_evening(ahead: Values) -> float:
    """*High* for the next 4 h, a run under the threshold within 24 h: worth what it is cleaner than running now."""
    runs = _within_a_day(ahead)
    shown = ahead[:_RUN].min() >= bounds_of(SAMPLE_YEAR)[2] and runs.min() <= _THRESHOLD_G - _BAND_G
    return float(runs[0] - runs.min()) if shown else _NOWHERE


def _windy_night(ahead: Values) -> float:
    """Two bands under the threshold for 24 h: worth what the highest half-hour is under it."""
    room = _THRESHOLD_G - ahead[:_DAY].max()
    return float(room) if room >= 2 * _BAND_G else _NOWHERE


def _summer_solar_noon(ahead: Values) -> float:
    """Above the threshold at 07Z, the day's cleanest run under it at 11 to 14Z: worth what it is cleaner than now."""
    runs = _within_a_day(ahead)
    hour = 7.0 + int(runs.argmin()) / 2.0
    shown = ahead[:2].min() > _THRESHOLD_G >= runs.min() and 10.0 <= hour <= 11.0
    return float(runs[0] - runs.min()) if shown else _NOWHERE


def _misses_the_deadline(ahead: Values) -> float:
    """Above the threshold, something to gain within 24 h, more beyond: worth what the later run is cleaner."""
    runs, near = _runs(ahead), _within_a_day(ahead)
    gain, missed = runs[0] - near.min(), near.min() - runs.min()
    beyond = int(runs.argmin()) >= _DAY
    shown = ahead[0] > _THRESHOLD_G and beyond and gain >= _BAND_G and missed >= 2 * _BAND_G
    return float(missed) if shown else _NOWHERE


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "still-winter-evening": Rule((1, 2, 12), 17, _still_winter_evening),
        "windy-night": Rule(tuple(range(1, 13)), 23, _windy_night),
        "summer-solar-noon": Rule((6, 7, 8), 7, _summer_solar_noon),
        "misses-the-deadline": Rule(tuple(range(1, 13)), 9, _misses_the_deadline),
    }
)


def scene_worth(key: str, at: datetime) -> float:
    """What the half-hour ``at`` is worth to a scene's rule, as foreseen or as it turned out, whichever is less."""
    foreseen, turned_out = sample_forecast(GB, at, at, AHEAD), sample_intensity(GB, at, AHEAD)
    return min(RULES[key].worth(np.rint(values)) for values in (foreseen, turned_out))


def find_scene(key: str) -> datetime:
    """The half-hour of the sample year that shows a scene best; the earliest of equals."""
    rule = RULES[key]
    first = datetime(SAMPLE_YEAR, 1, 1, rule.hour, tzinfo=UTC)
    days = [first + timedelta(days=day) for day in range(365)]
    return max((at for at in days if at.month in rule.months), key=lambda at: scene_worth(key, at))


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(SAMPLE_YEAR, month, day, hour, tzinfo=UTC)


SCENES: tuple[Scene, ...] = (
    Scene(
        "still-winter-evening",
        "Still winter evening",
        "Little wind and gas at work: high now, below the threshold before morning. Most jobs should wait.",
        _at(1, 6, 17),
    ),
    Scene(
        "windy-night",
        "Windy night, nothing to do",
        "Wind carries the grid: far below the threshold for the whole day ahead. Everything runs now.",
        _at(11, 29, 23),
    ),
    Scene(
        "summer-solar-noon",
        "Summer solar noon",
        "A summer morning: the cleanest hours of the day are around noon, not at night.",
        _at(8, 31, 7),
    ),
    Scene(
        "misses-the-deadline",
        "Cleanest window misses the deadline",
        "The wind returns in two days: a job that must be done within 24 h gets the best of a dirty day.",
        _at(1, 21, 9),
    ),
)
