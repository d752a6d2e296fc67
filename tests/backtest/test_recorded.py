"""Backtests of the recorded past: the published ceilings, the yardstick's order, and that no nowcast is used."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gridflex.backtest.knowledge import ErrorModel, Perfect
from gridflex.backtest.runner import run
from gridflex.backtest.series import Settled, settled
from gridflex.backtest.settlement import error_by_lead
from gridflex.backtest.study import AT_ONCE, BEST_WINDOW, DOCUMENTED, PAUSING, PEER, Study, study_of
from gridflex.domain.grid import Reading
from gridflex.domain.halfhours import half_hours_between
from gridflex.domain.job_frame import as_job_frame
from gridflex.planning.objective import CARBON_ONLY
from gridflex.planning.policies.base import Rules

FREE = Rules(CARBON_ONLY, threshold=150.0, minimum_gain=0.0)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt") as handle:
        yield from csv.DictReader(handle)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def winter_2026(shared_dir: Path) -> Settled:
    rows = rows_of(shared_dir / "data" / "gb_generation_mix_ci_2026_jan_apr.csv.gz")
    points = [(datetime.fromisoformat(row["from"]), float(row["carbon_intensity"])) for row in rows]
    return settled("NESO generation mix", points, points[0][0], len(points))


def a_job_every_half_hour(series: Settled, hours: float, within_h: float) -> pd.DataFrame:
    count = len(series) - round(2 * (within_h + hours)) + 1
    release = pd.Series([series.start + timedelta(minutes=30) * i for i in range(count)])
    return as_job_frame(
        {
            "job_id": [str(i) for i in range(count)],
            "energy_kwh": [100.0] * count,
            "duration_hours": [hours] * count,
            "release": release,
            "max_defer_hours": [within_h] * count,
        }
    )


def test_a_four_hour_job_on_january_to_april_2026_saves_30_percent_with_perfect_foresight(winter_2026: Settled) -> None:
    frame = a_job_every_half_hour(winter_2026, 4, 24)
    made = study_of("ceiling", frame, winter_2026, Perfect(winter_2026.values), FREE)
    result = run(made, [BEST_WINDOW]).result
    assert result is not None
    found = result.of(BEST_WINDOW)
    own_saving = found.saved_g / result.at_once.outcome.carbon_g
    assert len(own_saving) == 5705
    assert 100 * own_saving.mean() == pytest.approx(30.0, abs=0.05)
    assert found.share_of_possible == pytest.approx(1)
    assert found.dirtier == 0


def yardstick(series: Settled, seed: int = 42, count: int = 1000, slack_h: int = 24) -> pd.DataFrame:
    """The workload of the planning yardstick, drawn in its stated order."""
    rng = np.random.default_rng(seed)
    energy_ranges = np.array([(100, 500), (50, 200), (10, 50), (1, 10), (20, 100), (50, 150)])
    hour_ranges = np.array([(4, 24), (2, 12), (0.5, 4), (0.1, 0.5), (1, 6), (2, 8)])
    release = rng.integers(0, 17568, count)
    kind = rng.integers(0, 6, count)
    energy = rng.uniform(*energy_ranges[kind].T)
    hours = np.ceil(2 * rng.uniform(*hour_ranges[kind].T)) / 2
    training, any_kind = rng.integers(1, 3, count), rng.integers(0, 4, count)
    critical = np.where(kind == 3, True, np.where(kind == 0, False, any_kind == 0))
    assert len(training) == count
    return as_job_frame(
        {
            "job_id": [str(i) for i in range(count)],
            "energy_kwh": energy,
            "duration_hours": hours,
            "release": pd.Series([series.start + timedelta(minutes=30) * int(row) for row in release]),
            "priority": np.where(critical, "critical", "low"),
            "max_defer_hours": [float(slack_h)] * count,
            "interruptible": ~critical,
        }
    )


@pytest.fixture(scope="module")
def year_2020(shared_dir: Path) -> Settled:
    rows = list(rows_of(shared_dir / "data" / "gb_ci_2020_halfhourly.csv.gz"))
    points = [(moment(row["Time"]), float(row["Carbon Intensity"])) for row in rows]
    return settled("GB 2020", points, points[0][0], len(points))


def until(frame: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """The jobs that come before ``end``: a year of half-hours is more than a test needs."""
    return frame[frame["release"] < end].reset_index(drop=True)


def test_the_yardsticks_order_of_policies(year_2020: Settled) -> None:
    frame = until(yardstick(year_2020), datetime(2020, 4, 1, tzinfo=UTC))
    made = study_of("yardstick", frame, year_2020, ErrorModel(year_2020.values, 7), FREE)
    result = run(made, [DOCUMENTED, PEER, BEST_WINDOW, PAUSING]).result
    assert result is not None
    share = {
        contender: result.of(contender).share_of_possible for contender in (DOCUMENTED, PEER, BEST_WINDOW, PAUSING)
    }
    assert 0 < share[DOCUMENTED] < share[PEER] < share[BEST_WINDOW] < share[PAUSING]
    # Reference means over ten seeds and the whole year: the peer's rule, the sliding window, and with pauses.
    assert share[PEER] == pytest.approx(0.85, abs=0.06)
    assert share[BEST_WINDOW] == pytest.approx(0.88, abs=0.06)
    assert share[PAUSING] == pytest.approx(1.06, abs=0.1)


def test_perfect_foresight_reaches_the_bound(year_2020: Settled) -> None:
    frame = until(yardstick(year_2020), datetime(2020, 2, 1, tzinfo=UTC))
    made = study_of("yardstick", frame, year_2020, Perfect(year_2020.values), FREE)
    result = run(made, [BEST_WINDOW, PAUSING]).result
    assert result is not None
    assert result.of(BEST_WINDOW).saved_g.sum() == pytest.approx(result.possible_unbroken_g)
    assert result.of(PAUSING).saved_g.sum() == pytest.approx(result.possible_pausing_g)


def readings_2023(shared_dir: Path) -> list[Reading]:
    rows = rows_of(shared_dir / "data" / "gb_ci_national_forecast_actual_2023.csv.gz")
    return [
        Reading(
            datetime.fromisoformat(row["from"]),
            float(row["forecast"]) if row["forecast"] else None,
            float(row["actual"]) if row["actual"] and float(row["actual"]) > 0 else None,
        )
        for row in rows
    ]


def study_2023(readings: list[Reading]) -> Study:
    """A study as a page makes one of the archive: settled values in, nothing else."""
    start = datetime(2023, 10, 1, tzinfo=UTC)
    points = [(reading.start, reading.actual) for reading in readings if reading.actual is not None]
    series = settled("archive", points, start, 48 * 31)
    return study_of(
        "2023", a_job_every_half_hour(series, 4, 24), series, ErrorModel(np.nan_to_num(series.values), 3), FREE
    )


def test_the_nowcast_of_recorded_history_is_never_used(shared_dir: Path) -> None:
    readings = readings_2023(shared_dir)
    as_recorded = study_2023(readings)
    # Were the recorded forecast looked at, a mirrored one would change every decision.
    mirrored = study_2023([replace(reading, forecast=400.0 - (reading.forecast or 0)) for reading in readings])
    results = [run(made, [BEST_WINDOW]).result for made in (as_recorded, mirrored)]
    starts = [result.of(BEST_WINDOW).outcome.start.tolist() for result in results if result is not None]
    assert starts[0] == starts[1]
    # The nowcast is 10 g off; what a decision saw a day ahead must be off by more than twice that.
    whole = np.isfinite(as_recorded.intensity)
    errors = error_by_lead(as_recorded.knowledge, np.where(whole, as_recorded.intensity, np.nan), every=3)
    at = {float(lead): float(size) for lead, size in zip(errors.lead_h, errors.mean_absolute, strict=True)}
    assert at[0.0] == 0
    assert at[24.0] > 20
    recorded = [abs(r.forecast - r.actual) for r in readings if r.forecast is not None and r.actual is not None]
    assert np.mean(recorded) < 10


def test_the_outage_of_october_2023_leaves_its_jobs_out(shared_dir: Path) -> None:
    made = study_2023(readings_2023(shared_dir))
    gap = datetime(2023, 10, 20, 22, tzinfo=UTC), datetime(2023, 10, 22, 19, 30, tzinfo=UTC)
    first, end = (half_hours_between(made.start, when) for when in gap)
    reach = made.jobs.latest + made.jobs.slots
    assert not ((made.jobs.earliest < end) & (reach > first)).any()
    # The gap's own half-hours, and the 28 hours before it from which a run could reach it.
    assert made.left_out == (end - first) + 56 - 1


def test_run_at_once_is_always_there(winter_2026: Settled) -> None:
    frame = a_job_every_half_hour(winter_2026, 1, 6).iloc[:200]
    result = run(study_of("few", frame, winter_2026, Perfect(winter_2026.values), FREE), [PEER]).result
    assert result is not None
    assert [found.contender for found in result.contenders] == [AT_ONCE, PEER]
