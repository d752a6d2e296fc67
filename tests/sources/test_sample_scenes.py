from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.regions import GB
from gridflex.sources.sample_grid import sample_intensity, sample_snapshot
from gridflex.sources.sample_scenes import RULES, SCENES, Scene, find_scene, scene_worth

BY_KEY = {scene.key: scene for scene in SCENES}


def ahead(scene: Scene) -> list[float]:
    """Forecast of the 96 half-hours from the scene's now on, as a page would get it."""
    return [float(reading.forecast or 0) for reading in sample_snapshot(GB, scene.at).readings[48:]]


def run_means(values: list[float]) -> list[float]:
    return [float(np.mean(values[first : first + 8])) for first in range(len(values) - 7)]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.key)
def test_the_search_finds_the_scene_again(scene: Scene) -> None:
    assert scene.at == floor_half_hour(scene.at)
    assert scene_worth(scene.key, scene.at) > 0
    assert find_scene(scene.key) == scene.at


def test_each_rule_has_one_scene_with_one_sentence_or_two() -> None:
    assert list(BY_KEY) == list(RULES)
    assert len({scene.title for scene in SCENES}) == len(SCENES)


def test_still_winter_evening() -> None:
    values = ahead(BY_KEY["still-winter-evening"])
    assert values[0] >= 170
    assert min(run_means(values[:48])) <= 130


def test_windy_night_has_nothing_to_do() -> None:
    values = ahead(BY_KEY["windy-night"])
    assert max(values[:48]) <= 110


def test_summer_noon_is_the_cleanest_of_the_day() -> None:
    scene = BY_KEY["summer-solar-noon"]
    runs = run_means(ahead(scene)[:48])
    cleanest = scene.at + timedelta(hours=runs.index(min(runs)) / 2)
    assert scene.at.hour < 10 <= cleanest.hour <= 11
    assert cleanest.date() == scene.at.date()
    assert min(runs) <= 150 < runs[0]


def test_cleanest_window_misses_the_deadline() -> None:
    values = ahead(BY_KEY["misses-the-deadline"])
    runs = run_means(values)
    within_a_day = run_means(values[:48])
    assert runs.index(min(runs)) >= 48
    assert runs[0] - min(within_a_day) >= 20
    assert min(within_a_day) - min(runs) >= 40


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.key)
def test_what_came_of_it_bears_the_scene_out(scene: Scene) -> None:
    came = np.rint(sample_intensity(GB, scene.at, 96))
    assert RULES[scene.key].worth(came) > 0


def test_a_flat_grid_shows_no_scene() -> None:
    assert all(rule.worth(np.full(96, 149.0)) < 0 for rule in RULES.values())
