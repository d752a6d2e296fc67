"""Price series and auction windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridflex.domain.market_data import AuctionResult, series_of

START = datetime(2026, 1, 8, 16, tzinfo=UTC)
HALF = timedelta(minutes=30)


def test_a_series_is_cut_and_padded() -> None:
    series = series_of("test", {START: 0.1, START + 2 * HALF: -0.2, START + 9 * HALF: 1.0}, START, 4)
    assert series.known == 2
    found = series.values(START - HALF, 6)
    assert found[[1, 3]].tolist() == pytest.approx([0.1, -0.2])
    assert np.isnan(found[[0, 2, 4, 5]]).all()
    assert np.isnan(series.values(START + timedelta(days=9), 3)).all()
    assert np.isnan(series.values(START - timedelta(days=9), 3)).all()
    assert len(series.values(START, 0)) == 0


def test_a_window_knows_its_hours() -> None:
    assert AuctionResult("DML", START, START + timedelta(hours=5), 1.0, 2.0).hours == 5
