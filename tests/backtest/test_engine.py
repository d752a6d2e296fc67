"""The replay by hand and by property: only what was known, every window kept, critical jobs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridflex.backtest.engine import Replay
from gridflex.backtest.knowledge import Perfect
from gridflex.backtest.outcome import Outcome, joined
from gridflex.backtest.study import (
    AT_ONCE,
    BEST_WINDOW,
    DOCUMENTED,
    PAUSING,
    PEER,
    STANDARD,
    Contender,
    Study,
)
from gridflex.errors import InputError
from tests.backtest.conftest import RULES, Job, job, study


def replay(made: Study, contender: Contender) -> Outcome:
    outcome = Replay(made, contender, np.arange(len(made.jobs))).run()
    assert outcome is not None
    return outcome


class Remembering:
    """Perfect foresight that notes what it was asked."""

    name = "remembering"

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.asked: list[int] = []

    def at(self, row: int, count: int) -> np.ndarray:
        self.asked.append(row)
        return self.values[row : row + count]


def test_best_window_by_hand() -> None:
    # 10 kWh for one hour, free for two hours: rows 2 and 3 are cleanest.
    made = study([job(0, max_defer_hours=2)], [200, 200, 100, 120, 180, 50, 50])
    found = replay(made, BEST_WINDOW)
    assert found.start.tolist() == [2]
    assert found.end.tolist() == [4]
    assert found.carbon_g.tolist() == [5 * 100 + 5 * 120]
    assert replay(made, AT_ONCE).carbon_g.tolist() == [2000]


def test_the_documented_rule_takes_the_first_window_at_or_below_the_threshold() -> None:
    made = study([job(0, max_defer_hours=3)], [200, 180, 160, 140, 100, 90, 90, 90])
    assert replay(made, DOCUMENTED).start.tolist() == [2]
    assert replay(made, replace(DOCUMENTED, threshold=120.0)).start.tolist() == [3]
    assert replay(made, replace(DOCUMENTED, threshold=250.0)).start.tolist() == [0]


def test_a_relative_threshold_is_the_cleanest_share_of_the_next_day() -> None:
    # Half of the eight half-hours ahead are at or below 160 g, a quarter at or below 100 g.
    intensity = [200, 180, 160, 140, 100, 90, 190, 190]
    made = study([job(0, max_defer_hours=3)], intensity, cleanest_percent=50.0)
    assert replay(made, DOCUMENTED).start.tolist() == [2]
    cleanest = study([job(0, max_defer_hours=3)], intensity, cleanest_percent=25.0)
    assert replay(cleanest, DOCUMENTED).start.tolist() == [4]


def test_a_pausing_run_uses_its_cheapest_half_hours_and_pays_its_restarts() -> None:
    made = study([job(0, 1.5, 15, max_defer_hours=2, interruptible=True)], [100, 300, 90, 300, 80, 300, 300, 300, 300])
    found = replay(made, PAUSING)
    assert (found.start[0], found.end[0], found.pauses[0]) == (0, 5, 2)
    assert found.carbon_g[0] == pytest.approx(5 * (100 + 90 + 80))
    assert found.piece_row.tolist() == [0, 2, 4]
    assert found.kwh(made.jobs, 9).tolist() == pytest.approx([5, 0, 5, 0, 5, 0, 0, 0, 0])
    dear = replace(made, jobs=replace(made.jobs, restart_kwh=np.array([1.0])))
    costly = replay(dear, PAUSING)
    assert costly.carbon_g[0] == pytest.approx(5 * (100 + 90 + 80) + 90 + 80)


def test_the_last_half_hour_counts_its_fraction() -> None:
    made = study([job(0, 0.75, 7.5, max_defer_hours=2, interruptible=True)], [300, 100, 300, 60, 300, 300, 300])
    assert replay(made, PAUSING).carbon_g[0] == pytest.approx(5 * 100 + 2.5 * 60)
    assert replay(made, BEST_WINDOW).carbon_g[0] == pytest.approx(5 * 60 + 2.5 * 300)


def test_a_new_forecast_moves_a_plan_that_has_not_begun() -> None:
    class Changing:
        name = "changing"

        def at(self, row: int, count: int) -> np.ndarray:
            first = np.array([200.0, 200, 100, 200, 150, 200, 200, 200])
            later = np.array([200.0, 200, 190, 200, 90, 200, 200, 200])
            return (first if row < 2 else later)[row : row + count]

    actual = [200, 200, 190, 200, 90, 200, 200, 200]
    made = study([job(0, 0.5, 10, max_defer_hours=3)], actual, Changing())
    once, again = replay(made, replace(BEST_WINDOW, rolling=False)), replay(made, BEST_WINDOW)
    assert (once.start[0], again.start[0], again.changes[0]) == (2, 4, 1)
    assert once.first_saved_g[0] == again.first_saved_g[0] == 1000
    # Promised 1,000 g; the first plan would have saved 100, the re-plan saved 1,100.
    assert again.kept_saved_g[0] == 100
    assert 2000 - again.carbon_g[0] == 1100
    stubborn = replay(made, replace(BEST_WINDOW, keep_margin=0.9))
    assert (stubborn.start[0], stubborn.changes[0]) == (2, 0)


def test_the_minimum_gain_is_asked_when_a_job_comes() -> None:
    rules = replace(RULES, minimum_gain=0.1)
    small = study([job(0, 0.5, 10, max_defer_hours=2)], [200, 195, 190, 185, 184, 200], rules=rules)
    assert replay(small, BEST_WINDOW).start.tolist() == [0]
    enough = study([job(0, 0.5, 10, max_defer_hours=2)], [200, 195, 181, 180, 179, 200], rules=rules)
    # Row 4 gains 10.5 % when the job comes; later, what is left to gain is taken however little it is.
    assert replay(enough, BEST_WINDOW).start.tolist() == [4]


def test_jobs_that_no_policy_moves() -> None:
    jobs = [
        job(0, priority="critical"),
        job(1, deferrable=False),
        job(2, 60.0, 600),
        job(3, 2, deadline=None, max_defer_hours=0),
    ]
    made = study(jobs, np.r_[np.full(20, 300.0), np.full(160, 50.0)])
    for contender in STANDARD:
        found = replay(made, contender)
        assert found.start.tolist() == [0, 2, 4, 6]
        assert not found.first_saved_g.any()


def test_only_the_present_is_asked_about() -> None:
    values = np.tile([200.0, 100.0, 150.0], 40)
    asked = Remembering(values)
    made = study([job(1, max_defer_hours=2), job(30, max_defer_hours=1)], values, asked)
    replay(made, BEST_WINDOW)
    assert asked.asked == sorted(asked.asked)
    assert asked.asked[0] == 2
    assert set(asked.asked) <= {2, 3, 4, 5, 6, 60, 61, 62}


def test_a_stop_ends_it_without_an_outcome(wave: np.ndarray, make_jobs: Callable[[int, int], list[Job]]) -> None:
    made = study(make_jobs(30, 1), wave)
    shares: list[float] = []

    def watch(share: float) -> bool:
        shares.append(share)
        return len(shares) > 5

    assert Replay(made, BEST_WINDOW, np.arange(len(made.jobs))).run(watch) is None
    assert shares == sorted(shares)


def test_a_contender_must_be_a_policy() -> None:
    with pytest.raises(InputError, match="is no policy"):
        Contender("crystal-ball")
    assert PEER.label == "Sliding mean (peer), decided once"
    assert replace(DOCUMENTED, threshold=100.0).label == "Threshold at 100 g, decided once"


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), contender=st.sampled_from([*STANDARD, Contender("threshold-best-window")]))
def test_windows_energy_and_order_hold(seed: int, contender: Contender) -> None:
    rng = np.random.default_rng(seed)
    intensity = rng.uniform(30, 300, 6 * 48)
    jobs = [
        job(
            float(rng.uniform(0, 90)),
            float(rng.uniform(0.1, 9)),
            float(rng.uniform(1, 300)),
            max_defer_hours=float(rng.integers(0, 20)),
            priority=str(rng.choice(["critical", "high", "low"])),
            interruptible=bool(rng.random() < 0.5),
        )
        for _ in range(20)
    ]
    made = study(jobs, intensity, Perfect(rng.uniform(30, 300, 6 * 48)))
    found, at_once = replay(made, contender), replay(made, AT_ONCE)
    queue = made.jobs
    assert (found.start >= queue.earliest).all()
    assert (found.end <= np.maximum(queue.latest, queue.earliest) + queue.slots).all()
    assert (found.start[queue.critical] == queue.earliest[queue.critical]).all()
    assert found.kwh(queue, len(made)).sum() == pytest.approx(queue.energy_kwh.sum())
    assert found.kwh(queue, len(made)) @ made.intensity == pytest.approx(found.carbon_g.sum())
    # Jobs do not meet: any two parts give together what all give at once.
    parts = [np.flatnonzero(np.arange(len(queue)) % 2 == odd) for odd in (0, 1)]
    split = joined([part for rows in parts if (part := Replay(made, contender, rows).run()) is not None])
    assert split.carbon_g == pytest.approx(found.carbon_g)
    assert split.start.tolist() == found.start.tolist()
    assert at_once.start.tolist() == queue.earliest.tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_with_perfect_foresight_replanning_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    intensity = rng.uniform(30, 300, 6 * 48)
    jobs = [
        job(float(rng.uniform(0, 90)), float(rng.uniform(0.1, 9)), interruptible=bool(rng.random() < 0.5))
        for _ in range(15)
    ]
    made = study(jobs, intensity)
    for contender in (BEST_WINDOW, PAUSING):
        rolling, once = replay(made, contender), replay(made, replace(contender, rolling=False))
        assert rolling.carbon_g == pytest.approx(once.carbon_g)
        assert rolling.first_saved_g == pytest.approx(rolling.kept_saved_g)
