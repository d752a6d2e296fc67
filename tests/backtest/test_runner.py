"""Running a backtest: progress, stopping and going on, several processes, one killed; sums equal rows."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from gridflex.backtest import processes
from gridflex.backtest.runner import Progress, run
from gridflex.backtest.study import AT_ONCE, BEST_WINDOW, DOCUMENTED, PAUSING, Contender, Study
from gridflex.backtest.units import FolderShelf, MemoryShelf, units_of, work
from gridflex.backtest.worker import serve
from gridflex.domain.halfhours import uk_time
from gridflex.errors import PlanError, StoreError
from tests.backtest.conftest import RULES, START, Job, job, study


@pytest.fixture
def made(wave: np.ndarray, make_jobs: Callable[[int, int], list[Job]]) -> Study:
    return study(make_jobs(60, 4), wave)


def cap(made: Study, kw: float) -> Study:
    return replace(made, rules=replace(RULES, cap_kw=kw))


def test_figures_are_the_sums_of_their_rows(made: Study) -> None:
    result = run(made).result
    assert result is not None
    for found in result.contenders:
        outcome = found.outcome
        assert outcome.job.tolist() == list(range(len(made.jobs)))
        assert found.saved_g.sum() == pytest.approx(result.at_once.outcome.carbon_g.sum() - outcome.carbon_g.sum())
        assert result.by_day(found.saved_g).sum() == pytest.approx(found.saved_g.sum())
        assert outcome.kwh(made.jobs, len(made)).sum() == pytest.approx(made.jobs.energy_kwh.sum())
        assert found.carbon_saved_share == pytest.approx(found.saved_g.sum() / found.baseline_g)
        assert (found.sla_kept, found.late, found.critical_late) == (1.0, 0, 0)
    table = result.table()
    assert table["policy"][0] == "Run at once"
    assert table["saved_kg"] == pytest.approx([found.saved_g.sum() / 1000 for found in result.contenders])
    assert (
        result.possible_pausing_g >= result.possible_unbroken_g >= max(result.of(BEST_WINDOW).saved_g.sum() - 1e-6, 0)
    )
    assert result.days[0].isoformat() == "2026-01-05"
    assert set(result.day_of_job.tolist()) == {
        uk_time(START + timedelta(minutes=30) * int(row)).date().toordinal() for row in made.jobs.earliest
    }
    with pytest.raises(KeyError):
        result.of(Contender("threshold", threshold=90.0))


def test_progress_rises_to_one(made: Study) -> None:
    told: list[Progress] = []
    run(made, [BEST_WINDOW], tell=told.append)
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert told[-1].seconds_left == pytest.approx(0, abs=1e-6)


def test_a_stopped_run_goes_on_where_it_stopped(made: Study, tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "kept")

    def stop() -> bool:
        return len(list((tmp_path / "kept").glob("*.npz"))) >= 2

    first = run(made, [DOCUMENTED, BEST_WINDOW], stop=stop, shelf=shelf)
    assert first.stopped
    kept = len(list((tmp_path / "kept").glob("*.npz")))
    assert kept == 2
    told: list[Progress] = []
    second = run(made, [DOCUMENTED, BEST_WINDOW], tell=told.append, shelf=shelf)
    assert not second.stopped
    whole = run(made, [DOCUMENTED, BEST_WINDOW])
    assert second.result is not None
    assert whole.result is not None
    assert second.result.table() == whole.result.table()
    assert told[0].share > 0.1
    again = run(made, [DOCUMENTED, BEST_WINDOW], stop=lambda: True, shelf=shelf)
    assert again.result is not None


def test_a_torn_piece_counts_as_none_and_a_full_disk_is_said(made: Study, tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "kept")
    run(made, [DOCUMENTED], shelf=shelf)
    for path in (tmp_path / "kept").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:40])
    assert run(made, [DOCUMENTED], shelf=shelf).result is not None
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError):
        run(made, [DOCUMENTED], shelf=FolderShelf(tmp_path / "file"))


def test_another_study_does_not_take_the_kept_pieces(made: Study) -> None:
    shelf = MemoryShelf()
    run(made, [BEST_WINDOW], shelf=shelf)
    other = replace(made, intensity=made.intensity[::-1].copy())
    stopped = run(other, [BEST_WINDOW], stop=lambda: True, shelf=shelf)
    assert stopped.stopped


def test_processes_give_the_same_answer(made: Study) -> None:
    here, there = run(made, [BEST_WINDOW, PAUSING]), run(made, [BEST_WINDOW, PAUSING], workers=2)
    assert here.result is not None
    assert there.result is not None
    assert here.result.table() == there.result.table()


def test_a_stop_reaches_the_processes(made: Study) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    assert run(made, workers=2, stop=stop).stopped


def test_a_worker_answers_piece_by_piece(made: Study) -> None:
    units = units_of(made, [BEST_WINDOW])
    asked, said = BytesIO(), BytesIO()
    for value in (made, *units):
        pickle.dump(value, asked)
    asked.seek(0)
    serve(asked, said)
    said.seek(0)
    told = [pickle.load(said) for _ in range(said.getbuffer().nbytes) if said.tell() < said.getbuffer().nbytes]
    assert all(0 <= value <= 1 for kind, value in told if kind == "share")
    done = [value for kind, value in told if kind == "done"]
    assert len(done) == len(units)
    for unit, columns in zip(units, done, strict=True):
        here = work(made, unit)
        assert here is not None
        assert all(np.array_equal(columns[name], here[name]) for name in here)


def test_a_worker_that_does_not_start_is_said(made: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", ("./no-such-command",))
    with pytest.raises(PlanError, match="did not start"):
        run(made, workers=2)


def test_a_killed_worker_is_said(made: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(PlanError, match="was killed"):
        run(made, [BEST_WINDOW], workers=2)


def test_the_heaviest_pieces_come_first_and_a_cap_keeps_jobs_together(made: Study) -> None:
    units = units_of(made, [AT_ONCE, PAUSING, BEST_WINDOW], segment=48)
    assert [unit.weight for unit in units] == sorted((unit.weight for unit in units), reverse=True)
    covered = np.concatenate([unit.jobs(made) for unit in units if unit.contender == BEST_WINDOW])
    assert sorted(covered.tolist()) == list(range(len(made.jobs)))
    capped = [unit for unit in units_of(cap(made, 500.0), [BEST_WINDOW], segment=48) if unit.contender]
    assert len(capped) == 1


def test_under_a_cap_nothing_but_critical_jobs_breaks_it() -> None:
    # Four jobs of 10 kW for two hours, free for a day, under 20 kW; a critical one of 15 kW in the middle.
    jobs = [job(0, 2, 20, max_defer_hours=20) for _ in range(4)] + [job(2, 1, 15, priority="critical")]
    intensity = np.r_[np.full(8, 200.0), np.full(8, 100.0), np.full(80, 300.0)]
    made = cap(study(jobs, intensity), 20.0)
    result = run(made, [BEST_WINDOW, DOCUMENTED]).result
    assert result is not None
    for found in result.contenders:
        outcome = found.outcome
        assert outcome.placed.all()
        power = outcome.kwh(made.jobs, len(made)) * 2
        assert power[[row for row in range(96) if row not in (4, 5)]].max() <= 20 + 1e-9
        assert outcome.start[4] == 4
        assert found.sla_kept == 1.0
    best = result.of(BEST_WINDOW)
    # Two at a time fit rows 8 to 15, the cleanest, twice over.
    assert sorted(best.outcome.start[:4].tolist()) == [8, 8, 12, 12]
    assert result.at_once.outcome.start[:4].max() > 0


def test_a_job_that_finds_no_room_in_time_is_late_and_counted() -> None:
    jobs = [job(0, 3, 30, max_defer_hours=0.5), job(0, 3, 30, max_defer_hours=0.5)]
    made = cap(study(jobs, np.full(96, 100.0)), 10.0)
    result = run(made, [BEST_WINDOW]).result
    assert result is not None
    found = result.of(BEST_WINDOW)
    first, second = sorted(found.outcome.start.tolist())
    assert (first in (0, 1), second - first) == (True, 6)
    assert (found.late, found.sla_kept) == (1, 0.5)


def test_what_came_too_late_is_counted_apart_and_what_is_too_long_runs_at_once() -> None:
    jobs = [job(0, 2, deadline=START + timedelta(hours=1), max_defer_hours=None), job(0, 60.0, 600), job(1)]
    result = run(study(jobs, np.full(288, 100.0)), [BEST_WINDOW]).result
    assert result is not None
    assert (result.impossible, result.beyond_horizon) == (1, 1)
    assert result.of(BEST_WINDOW).sla_kept == 1.0
