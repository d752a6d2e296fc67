"""The official words for carbon intensity: very low to very high, by year.

Source: NESO, "Carbon Intensity Forecast Methodology", table 2 (January 2021); a value on a
bound belongs to the upper band. The bounds fall each year, so words of two years are not
comparable.
"""

from __future__ import annotations

from bisect import bisect_right

INDEX_WORDS = ("very low", "low", "moderate", "high", "very high")

LOWER_BOUNDS: dict[int, tuple[int, int, int, int]] = {
    2017: (100, 200, 300, 400),
    2018: (80, 180, 280, 380),
    2019: (60, 160, 260, 360),
    2020: (55, 150, 230, 350),
    2021: (50, 140, 220, 330),
    2022: (45, 130, 210, 310),
    2023: (40, 120, 200, 290),
    2024: (35, 110, 190, 270),
    2025: (30, 100, 180, 250),
    2026: (25, 90, 170, 230),
    2027: (20, 80, 160, 210),
    2028: (15, 70, 150, 190),
    2029: (10, 60, 140, 170),
    2030: (5, 50, 130, 150),
}


def bounds_of(year: int) -> tuple[int, int, int, int]:
    """Lower bounds (gCO2/kWh) of low, moderate, high and very high; the nearest year's outside the table."""
    return LOWER_BOUNDS[min(max(year, min(LOWER_BOUNDS)), max(LOWER_BOUNDS))]


def index_level(intensity: float, year: int) -> int:
    """Band of an intensity in gCO2/kWh, taken in whole grams as it is published and shown: 0 (very low) to 4."""
    return bisect_right(bounds_of(year), round(intensity))


def index_word(intensity: float, year: int) -> str:
    """Official word for an intensity in gCO2/kWh in the given year."""
    return INDEX_WORDS[index_level(intensity, year)]
