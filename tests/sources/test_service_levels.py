"""The embedded levels, and that the recorded auctions agree with them where they cover the same months."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from gridflex.sources.service_levels import SERVICE_LEVELS


def test_every_row_is_ordered_and_says_its_source() -> None:
    for level in SERVICE_LEVELS:
        assert level.period
        assert "NESO" in level.source
        if level.p5 is not None and level.p95 is not None:
            assert level.p5 <= level.typical <= level.p95
    keys = [(level.product, level.efa) for level in SERVICE_LEVELS]
    assert len(keys) == len(set(keys)) == 10 + 4 * 6


def test_quick_reserve_is_what_was_recorded(shared_dir: Path) -> None:
    with gzip.open(shared_dir / "data" / "neso_eac_results_2025-04_2026-03.csv.gz", "rt") as handle:
        rows = [row for row in csv.DictReader(handle) if float(row["clearedVolume"]) > 0]
    for level in SERVICE_LEVELS:
        if level.product in ("PQR", "NQR"):
            prices = [float(row["clearingPrice"]) for row in rows if row["auctionProduct"] == level.product]
            ours = (level.p5, level.typical, level.p95)
            assert ours == pytest.approx(np.quantile(prices, (0.05, 0.5, 0.95)).tolist(), abs=0.01)
