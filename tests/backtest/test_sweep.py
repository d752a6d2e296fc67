"""Sweeps: the same answer here and on a cluster, a killed worker survived, and what is said without Dask."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dask import distributed

from gridflex.backtest import sweep
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.backtest.sweep import Point, rows_of, sweep_here, sweep_on_dask
from gridflex.errors import InputError, PlanError
from tests.backtest.conftest import Job, study


@pytest.fixture
def points(wave: np.ndarray, make_jobs: Callable[[int, int], list[Job]]) -> list[Point]:
    made = study(make_jobs(20, 4), wave)
    return [
        Point(
            (("threshold", f"{threshold:g}"),),
            replace(made, rules=replace(made.rules, threshold=threshold)),
            (DOCUMENTED, BEST_WINDOW),
        )
        for threshold in (100.0, 150.0, 200.0)
    ]


def test_a_sweep_here_has_a_row_for_each_point_and_policy(points: list[Point]) -> None:
    told: list[float] = []
    rows = sweep_here(points, told.append)
    assert [(row["threshold"], row["policy"]) for row in rows[:3]] == [
        ("100", "Run at once"),
        ("100", "Threshold, decided once"),
        ("100", "Best window, re-planned"),
    ]
    assert len(rows) == 9
    assert told == pytest.approx([1 / 3, 2 / 3, 1])
    saved = {row["threshold"]: row["saved_kg"] for row in rows if row["policy"] == "Threshold, decided once"}
    assert len(set(saved.values())) > 1


def test_without_dask_it_says_what_to_install(points: list[Point], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(InputError, match=r'pip install "dask\[distributed\]"'):
        sweep_on_dask(points)


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    with sweep.local_cluster(distributed, 2) as local:
        yield local


def test_a_cluster_gives_the_same_answer(points: list[Point], cluster: object) -> None:
    told: list[float] = []
    address = str(getattr(cluster, "scheduler_address", ""))
    assert sweep_on_dask(points, address, tell=told.append) == sweep_here(points)
    assert told[-1] == 1


def test_a_killed_worker_is_survived(
    points: list[Point], cluster: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    marked = [replace(point, labels=(*point.labels, ("mark", str(tmp_path / "died")))) for point in points]
    monkeypatch.setattr(sweep, "rows_of", _dies_once)
    address = str(getattr(cluster, "scheduler_address", ""))
    assert sweep_on_dask(marked, address) == [row for point in marked for row in rows_of(point)]
    assert (tmp_path / "died").exists()


def test_a_task_that_fails_again_and_again_is_said(points: list[Point], cluster: object) -> None:
    empty = replace(points[0], study=replace(points[0].study, jobs=points[0].study.jobs.take(slice(0, 0))))
    with pytest.raises(PlanError, match="could not be run"):
        sweep_on_dask([empty], str(getattr(cluster, "scheduler_address", "")))


def _dies_once(point: Point) -> list[dict[str, object]]:
    """Kills the first worker process that comes by."""
    mark = Path(dict(point.labels)["mark"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return rows_of(point)
