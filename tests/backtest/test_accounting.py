"""Carbon accounts by hand, recomputed from their own CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import numpy as np
import pytest

from gridflex.backtest.accounting import MARGINAL_G, Certificates, accounts, report_csv, uk_factor
from gridflex.errors import InputError

START = datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_figures_by_hand() -> None:
    book = accounts(START, np.array([100.0, 100, 200, 0]), np.array([150.0, 100, 50, 300]), 1.5)
    assert book.operational_kg.tolist() == pytest.approx([22.5, 15, 15, 0])
    assert book.marginal_kg == pytest.approx(600 * 0.394)
    assert book.by_year == pytest.approx({2025: 300, 2026: 300})
    assert book.location_kg == pytest.approx(600 * 0.177)
    assert book.market_kg == pytest.approx(book.location_kg)


def test_certificates_cover_and_no_more_than_was_used() -> None:
    energy, grams = np.full(48, 100.0), np.full(48, 100.0)
    covered = accounts(datetime(2025, 5, 1, tzinfo=UTC), energy, grams, 1.0, [Certificates("REGO", 1.2)])
    assert covered.market_kg == pytest.approx(3600 * 0.177)
    many = [Certificates("REGO", 3.0), Certificates("contract", 9.0, 0.05)]
    whole = accounts(datetime(2025, 5, 1, tzinfo=UTC), energy, grams, 1.0, many)
    assert whole.market_kg == pytest.approx(1800 * 0.05)
    assert accounts(START, np.zeros(2), np.ones(2)).market_kg == 0


def test_the_years_factor_and_what_stands_in_for_it() -> None:
    assert [uk_factor(year) for year in (2023, 2024, 2025, 2026)] == [
        (0.20705, 2024),
        (0.20705, 2024),
        (0.177, 2025),
        (0.177, 2025),
    ]


def test_an_auditor_can_recompute_it_on_a_day_of_50_periods() -> None:
    first = datetime(2026, 10, 24, 23, tzinfo=UTC)
    rng = np.random.default_rng(6)
    book = accounts(first, rng.uniform(0, 500, 50), rng.uniform(20, 300, 50), 1.37, [Certificates("REGO; 2026", 3.0)])
    text = report_csv(book, date(2026, 11, 1), "NESO, measured")
    notes = [line for line in text.splitlines() if line.startswith(("#", '"#'))]
    rows = list(csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if line not in notes))))
    assert [int(row["settlement_period"]) for row in rows] == list(range(1, 51))
    metered = sum(float(row["it_kwh"]) * float(row["pue"]) for row in rows)
    carbon = sum(float(row["metered_kwh"]) * float(row["gco2_per_kwh"]) / 1000 for row in rows)
    assert metered == pytest.approx(book.metered_kwh.sum(), rel=1e-12)
    assert carbon == pytest.approx(book.operational_kg.sum(), rel=1e-12)
    assert any(f"{book.location_kg}" in note and "0.177 kgCO2e/kWh (factor of 2025)" in note for note in notes)
    assert any(f"{MARGINAL_G}" in note for note in notes)
    assert "not to be added up" in notes[-1]


def test_what_cannot_be_is_refused() -> None:
    good = np.ones(3)
    for energy, grams, pue in (
        (np.array([1.0, np.nan, 1]), good, 1.0),
        (np.array([1.0, -1, 1]), good, 1.0),
        (good, np.array([1.0, np.nan, 1]), 1.0),
        (good, np.array([1.0, -5, 1]), 1.0),
        (good, np.ones(2), 1.0),
        (np.empty(0), np.empty(0), 1.0),
        (good, good, 0.9),
    ):
        with pytest.raises(InputError):
            accounts(START, energy, grams, pue)
    with pytest.raises(InputError):
        Certificates("REGO", -1.0)
