"""``gridflex sweep``: a row a study and policy, the same on a local cluster, refused in a sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gridflex.cli.main import main

PERIOD = ("sweep", "--first", "2024-02-10", "--days", "10", "--jobs", "4", "--thresholds", "100,200")


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "")
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def swept(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, str]]:
    assert main([*PERIOD, *more]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_a_row_for_each_threshold_region_year_and_policy(capsys: pytest.CaptureFixture[str]) -> None:
    rows = swept(capsys, "--regions", "0,13", "--years", "2023,2024")
    assert len(rows) == 2 * 2 * 2 * 5
    assert {(row["region"], row["year"], row["threshold_g"]) for row in rows} == {
        (region, year, threshold)
        for region in ("Great Britain", "London")
        for year in ("2023", "2024")
        for threshold in ("100", "200")
    }
    assert {row["intensity"] for row in rows} == {"sample intensity"}
    at_once = [row for row in rows if row["policy"] == "Run at once"]
    assert {row["saved_kg"] for row in at_once} == {"0.0"}


def test_a_local_cluster_gives_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(capsys, "--dask") == swept(capsys)


def test_what_cannot_be_swept_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--first", "2024-02-29", "--years", "2023"]) == 2
    assert "does not exist in 2023" in capsys.readouterr().err
    assert main(["sweep", "--first", "2024-02-20", "--regions", "99"]) == 2
    assert "99 is not a region" in capsys.readouterr().err
    assert main(["sweep", "--first", "2024-02-20", "--days", "2"]) == 2
    many = ",".join(map(str, range(1001)))
    assert main(["sweep", "--first", "2024-02-20", "--thresholds", many]) == 2
