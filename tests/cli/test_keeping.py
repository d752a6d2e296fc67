"""``python -m gridflex backup``, ``verify`` and ``prune``, as an operator runs them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gridflex.cli.main import main
from gridflex.cli.tick import tick
from gridflex.errors import StoreError
from gridflex.services.keeping import prune_daily
from gridflex.services.platform import Platform, build_platform
from gridflex.settings import Settings
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.trail import Trail
from tests.bench import NOW

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory the environment names."""
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "data"


@pytest.fixture
def start(data: Path) -> Callable[[], Platform]:
    return lambda: build_platform(Settings(), lambda: NOW)


def test_a_backup_taken_under_writers_is_whole_and_opens_again(
    data: Path, start: Callable[[], Platform], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = start()
    own = platform.desk.open(None, NOW)
    platform.close()
    writer = [sys.executable, "-m", "tests.store.writer", f"sqlite:///{data / 'gridflex.sqlite3'}", "w", "2", "1000000"]
    busy = subprocess.Popen(writer, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert busy.stdout is not None
    assert busy.stdout.readline()
    copy = tmp_path / "copy.sqlite3"
    assert main(["backup", str(copy)]) == 0
    busy.kill()
    busy.communicate()
    assert capsys.readouterr().out.startswith(f"{copy}: 2 trails with ")
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.sqlite3"]

    shutil.rmtree(data)
    data.mkdir()
    shutil.copy(copy, data / "gridflex.sqlite3")
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.endswith("rows: verified.\n")
    again = start()
    assert again.desk.open(own.token, NOW).frame.equals(own.frame)
    assert again.trail.verify("w").count >= 3
    assert again.trail.append("w", NOW, [Entry("plan", "", {})]).count > 3
    again.close()


def test_what_cannot_be_backed_up_is_said(
    data: Path,
    start: Callable[[], Platform],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["backup", str(tmp_path / "b")]) == 2
    assert "There is no database at" in capsys.readouterr().err
    start().close()
    (tmp_path / "b").touch()
    assert main(["backup", str(tmp_path / "b")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "nowhere" / "c")]) == 2
    assert "could not be written" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@host/db")
    assert main(["backup", str(tmp_path / "c")]) == 2
    assert "pg_dump" in (said := capsys.readouterr().err)
    assert "hunter2" not in said


def test_a_trail_that_was_altered_fails_the_proof_and_no_backup_is_left(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(f"sqlite:///{data / 'gridflex.sqlite3'}")
    Trail(database).append("w", NOW, [Entry("plan", "", {"n": 1})])
    database.dispose()
    with sqlite3.connect(data / "gridflex.sqlite3") as forger:
        forger.execute("UPDATE trail_rows SET content = '{\"n\":2}'")
    forger.close()
    assert main(["verify"]) == 1
    assert "broken  w: row 1: its content was altered" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "copy")]) == 2
    assert "row 1: its content was altered" in capsys.readouterr().err
    assert list(tmp_path.glob("copy*")) == []


def test_prune_forgets_by_days_and_a_tick_does_it_once_a_day(
    data: Path, start: Callable[[], Platform], capsys: pytest.CaptureFixture[str]
) -> None:
    platform = start()
    looked_at = platform.desk.open(None, NOW - timedelta(days=3))
    tick(platform, 1.0, sys.stdout)
    said = "1 workspace forgotten, 1 of them only looked at; 0 old snapshots and 0 old market values deleted."
    assert said in capsys.readouterr().out
    assert platform.trail.verify(looked_at.id).erased == 16
    platform.desk.open(None, NOW - timedelta(days=3))
    tick(platform, 1.0, sys.stdout)
    assert "forgotten" not in capsys.readouterr().out
    platform.close()
    assert main(["prune", "--older-than", "30"]) == 0
    assert said in capsys.readouterr().out
    assert main(["verify"]) == 0


def test_a_prune_that_failed_is_tried_again_at_the_next_half_hour(start: Callable[[], Platform]) -> None:
    platform = start()
    platform.desk.open(None, NOW - timedelta(days=3))
    with platform.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE market_prices RENAME TO elsewhere")
    with pytest.raises(StoreError):
        prune_daily(platform, NOW)
    platform.desk.open(None, NOW - timedelta(days=3))
    with platform.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO market_prices")
    half_hour = timedelta(minutes=30)
    assert prune_daily(platform, NOW + half_hour).startswith("1 workspace forgotten")
    platform.desk.open(None, NOW - timedelta(days=3))
    assert prune_daily(platform, NOW + half_hour + timedelta(hours=23)) == ""
    assert prune_daily(platform, NOW + half_hour + timedelta(hours=24)).startswith("1 workspace forgotten")
    platform.close()
