"""The forecast's error: as published, then as the archive has measured it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from gridflex.agents.commitments import Commitments
from gridflex.agents.explain import explain
from gridflex.agents.forecast_error import ForecastErrors, error_by_lead, published_sd
from gridflex.agents.grid import GridAgent
from gridflex.agents.grid_reading import HALF_HOURS_BACK
from gridflex.agents.grid_view import GridView
from gridflex.agents.sentences import odds_words
from gridflex.domain.controls import Aim, Controls
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.planning.uncertainty import ENOUGH_ERRORS
from gridflex.services.what_if import what_if
from tests.bench import NOW, START, Feed, PriceSheet, Sample, Shelf, decide, flat, hour, job, stepped, view_of

LIVE = np.full(4, Provenance.LIVE, np.uint8)
LEAD = np.array([0.0, 0.5, 1.0, 30.0])
ENOUGH = [(1, error) for error in (4.0, -2.0) for _ in range(ENOUGH_ERRORS)]


class Counting(Shelf):
    """An archive that notes what it was asked for."""

    def forecast_errors(self, start: object, end: object) -> list[tuple[int, float]]:  # type: ignore[override]
        self.asked = [*getattr(self, "asked", []), (start, end)]
        return ENOUGH


def test_the_rows_say_how_often_how_far_and_which_figure_is_in_use() -> None:
    found = error_by_lead([*ENOUGH, (2, 7.0), (2, -1.0), (95, 3.0), (96, 1e6), (-1, 1e6)])
    assert found.lead_h[[0, 1, 95]].tolist() == [0, 0.5, 47.5]
    assert found.count[:4].tolist() == [0, 2 * ENOUGH_ERRORS, 2, 0]
    assert (found.bias[1], found.mean_absolute[1]) == pytest.approx((1, 3))
    assert (found.bias[2], found.mean_absolute[2]) == pytest.approx((3, 4))
    assert np.isnan(found.bias[3])
    assert found.measured.tolist() == [False, True, *[False] * 94]
    assert found.sd[1] == pytest.approx(np.sqrt((16 + 4) / 2))  # a bias is an error, too
    assert found.sd[2] == found.published[2] == published_sd(np.array([1.0]))[0]


def test_nothing_seen_is_the_published_error() -> None:
    found = error_by_lead([])
    assert found.sd.tolist() == found.published.tolist()
    assert (found.count.sum(), found.measured.any()) == (0, False)


def test_a_region_is_not_measured() -> None:
    errors = ForecastErrors(Counting())
    assert errors.sd(GB, NOW, LEAD, LIVE)[1] == pytest.approx(np.sqrt(10))
    assert errors.sd(13, NOW, LEAD, LIVE) == pytest.approx(published_sd(LEAD))
    assert errors.sd(GB, NOW, LEAD, LIVE)[[0, 2, 3]] == pytest.approx(published_sd(LEAD)[[0, 2, 3]])


def test_what_had_to_be_estimated_keeps_the_larger_error_of_our_own_forecast() -> None:
    codes = np.array([0, Provenance.ESTIMATED, Provenance.ESTIMATED], np.uint8)
    sd = ForecastErrors(Counting()).sd(GB, NOW, np.array([0.0, 0.5, 1.0]), codes)
    assert sd[1] == pytest.approx(np.sqrt(np.pi / 2) * (10 + 33 * (1 - np.exp(-0.5 / 8))))
    assert sd[2] > sd[1]


def test_it_is_measured_once_a_day_over_the_days_before() -> None:
    archive = Counting()
    errors = ForecastErrors(archive)
    for hours in (0, 3, 6.9, 7, 12, 3):
        errors.by_lead(NOW + timedelta(hours=hours))
    midnight = START.replace(hour=0)
    assert archive.asked == [
        (midnight - timedelta(days=28), midnight),
        (midnight - timedelta(days=27), midnight + timedelta(days=1)),
    ]


def test_only_so_many_days_are_remembered() -> None:
    archive = Counting()
    errors = ForecastErrors(archive)
    for day in range(9):
        errors.by_lead(NOW - timedelta(days=day))
    errors.by_lead(NOW)
    assert len(archive.asked) == 10


def test_the_grid_s_band_is_our_own_error_once_it_is_known() -> None:
    few, many = (GridAgent(Feed(flat(200)), shelf, Sample(), PriceSheet()) for shelf in (Shelf(), Shelf(errors=ENOUGH)))
    ahead = HALF_HOURS_BACK + 1
    assert few.view(GB, NOW).horizon.sd[ahead] == pytest.approx(published_sd(np.array([0.5]))[0])
    assert many.view(GB, NOW).horizon.sd[ahead] == pytest.approx(np.sqrt(10))
    assert many.view(GB, NOW).horizon.sd[ahead + 1] == few.view(GB, NOW).horizon.sd[ahead + 1]


@pytest.mark.parametrize(
    ("chance", "tie", "words"),
    [
        (0.06, False, "chance of being worse 6 %"),
        (0.0001, False, "chance of being worse under 1 %"),
        (0.0, False, "chance of being worse under 1 %"),
        (0.0051, False, "chance of being worse 1 %"),
        (0.994, False, "chance of being worse 99 %"),
        (0.999, False, "chance of being worse over 99 %"),
        (0.3, True, "within the forecast's error a tie with running now"),
    ],
)
def test_a_chance_in_words(chance: float, tie: bool, words: str) -> None:
    assert odds_words(chance, tie) == words


def uncertain(carbon_then: float) -> tuple[GridView, Controls]:
    """A job that waits two hours, from 200 g/kWh to what it is then, by carbon alone."""
    grid = GridAgent(Feed(stepped((2, 200), (3, carbon_then), then=220)), Shelf(), Sample(), PriceSheet())
    rules = Controls(policy="best-window", aim=Aim.CARBON, threshold=0, minimum_gain_percent=0)
    return grid.view(GB, NOW), rules


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (140, "; chance of being worse under 1 %."),
        (186, "; chance of being worse 11 %."),
        (195, "; within the forecast's error a tie with running now."),
    ],
)
def test_each_deferral_states_how_sure_it_is(then: float, words: str) -> None:
    view, rules = uncertain(then)
    decided = decide([job(), job("c", priority="critical")], view, rules)
    told, critical = explain(decided, [0, 1])
    assert told.sentence.endswith(words)
    assert told.chance_worse is not None
    assert told.tie == ("tie" in words)
    assert (critical.chance_worse, critical.tie, critical.odds) == (None, False, "")


def test_once_its_baseline_is_past_it_is_compared_with_not_having_waited() -> None:
    view, rules = uncertain(199)
    first = decide([job()], view, rules)
    later = GridAgent(Feed(stepped((2, 200), (3, 199), then=220)), Shelf(), Sample(), PriceSheet()).view(GB, hour(1))
    kept = first.kept(Commitments.none(1))
    (told,) = explain(decide([job()], later, rules, before=kept), [0])
    assert told.odds == "within the forecast's error a tie with not waiting"


def test_the_imagined_job_states_it_too() -> None:
    carbon = stepped((9.5, 182), (14.5, 105), then=150)
    grid = GridAgent(Feed(carbon), Shelf(), Sample(), PriceSheet())
    rules = decide([job()], view_of(carbon), Controls(aim=Aim.CARBON)).rules
    found = what_if(150, grid.view(GB, NOW), "threshold-best-window", rules)
    assert found.sentence.endswith(" · chance of being worse under 1 %")
    assert found.chance_worse == pytest.approx(0, abs=5e-3)
    certain = what_if(150, view_of(carbon), "threshold-best-window", rules)
    assert certain.chance_worse is None
    assert "worse" not in certain.sentence
