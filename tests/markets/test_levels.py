"""Levels of the availability products, against the recorded auctions of 2025/26."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridflex.domain.market_data import AuctionResult
from gridflex.errors import InputError
from gridflex.markets.levels import Levels, levels_of

PUBLISHED_MEANS = {
    "DCL": 3.23,
    "DCH": 1.96,
    "DML": 6.21,
    "DMH": 1.57,
    "DRL": 14.15,
    "DRH": -3.25,
    "PQR": 4.43,
    "NQR": 3.78,
}
PUBLISHED_BLOCKS = {
    "DCL": (1.9, 1.8, 3.3, 1.9, 4.3, 4.2),
    "DML": (5.0, 4.7, 6.8, 4.8, 8.4, 8.5),
    "DRL": (13.6, 12.4, 15.6, 12.9, 18.8, 19.7),
}
"""Means of the twelve months to August 2026, four of which lie after the recording: compared for their order."""


@pytest.fixture(scope="module")
def recorded(shared_dir: Path) -> list[AuctionResult]:
    with gzip.open(shared_dir / "data" / "neso_eac_results_2025-04_2026-03.csv.gz", "rt") as handle:
        return [
            AuctionResult(
                row["auctionProduct"],
                datetime.fromisoformat(row["deliveryStart"]).replace(tzinfo=UTC),
                datetime.fromisoformat(row["deliveryEnd"]).replace(tzinfo=UTC),
                float(row["clearedVolume"]),
                float(row["clearingPrice"]),
            )
            for row in csv.DictReader(handle)
        ]


def test_recorded_means_are_the_published_ones(recorded: list[AuctionResult]) -> None:
    for product, published in PUBLISHED_MEANS.items():
        prices = [r.gbp_per_mw_h for r in recorded if r.product == product and r.cleared_mw > 0]
        assert np.mean(prices) == pytest.approx(published, abs=0.01)


def test_recorded_blocks_rank_as_published(recorded: list[AuctionResult]) -> None:
    levels = levels_of(recorded)
    for product, published in PUBLISHED_BLOCKS.items():
        ours = [level.typical for number in range(1, 7) if (level := levels.of(product, number))]
        assert np.corrcoef(ours, published)[0, 1] > 0.85
        assert int(np.argmax(ours)) in (4, 5)


def test_clock_change_windows_are_three_and_five_hours(recorded: list[AuctionResult]) -> None:
    odd = {(r.start.date().isoformat(), r.hours) for r in recorded if r.product == "DML" and r.hours != 4}
    assert odd == {("2025-10-25", 5.0), ("2026-03-28", 3.0)}


def test_quantiles_by_hand() -> None:
    evening = datetime(2026, 1, 8, 15, tzinfo=UTC)
    four_hours = timedelta(hours=4)
    results = [
        AuctionResult("DML", evening + timedelta(days=d), evening + timedelta(days=d) + four_hours, 100.0, float(d))
        for d in range(21)
    ]
    results.append(AuctionResult("DML", evening, evening + four_hours, 0.0, 99.0))
    level = levels_of(results).of("DML", 5)
    assert level is not None
    assert (level.p5, level.typical, level.p95) == pytest.approx((1.0, 10.0, 19.0))
    assert level.period == "8 Jan 2026 to 28 Jan 2026"
    assert levels_of(results).of("DML", 1) == levels_of(results).of("DML", 2)
    assert Levels(()).of("DML", 5) is None


def test_nothing_cleared_is_refused() -> None:
    with pytest.raises(InputError):
        levels_of([])
