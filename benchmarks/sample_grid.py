"""The sample grid beside the published figures it is calibrated on: ``python -m benchmarks.sample_grid [year]``.

Published: NESO's Carbon Intensity API and generation-mix series, Elexon's market index
price, and the forecast-tracking of nmpowell and doig007; 2026 is January to August.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.sample_year import LAGS_H, SampleYear
from gridflex.domain.regions import REGIONS
from gridflex.sources.sample_levels import PUBLISHED_HOURS, PUBLISHED_MONTH_MEANS, PUBLISHED_PROFILES
from gridflex.sources.sample_price import PUBLISHED_GBP_PER_MWH
from gridflex.sources.sample_price import PUBLISHED_HOURS as PRICE_HOURS
from gridflex.sources.sample_regions import REGION_ANCHORS
from gridflex.sources.sample_scenes import SCENES, scene_worth

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
PUBLISHED_QUANTILES = (20, 41, 55, 101, 145, 185, 233, 260, 311)
PUBLISHED_ACF_2026 = (0.983, 0.959, 0.896, 0.759, 0.640, 0.452, 0.436, 0.234, 0.134)
PUBLISHED_ACF_2023 = (0.993, 0.980, 0.940, 0.843, 0.760, 0.674, 0.595, 0.350, 0.247)
PUBLISHED_PRICE_QUANTILES = (-103, -9, 9, 70, 82, 97, 123, 155, 1353)
MIX_FUELS = ("gas", "wind", "imports", "nuclear", "solar", "biomass", "other", "hydro")
PUBLISHED_MIX = (24.5, 30.1, 15.2, 11.3, 8.7, 6.5, 2.0, 1.6)
PUBLISHED_WINDY_DAY = {1: 0, 2: 7, 3: 7, 13: 45, 7: 112, 11: 180}
SHIFTS_H = ((1, 6, 14.5), (1, 24, 35.8), (4, 12, 16.5), (4, 24, 29.3), (4, 48, 41.2), (24, 48, 13.6))
LEADS_H = (0, 1, 2, 4, 8, 12, 24, 47.5)


def row(name: str, sample: Sequence[float], published: Sequence[float], digits: int = 0) -> None:
    print(f"{name}\n  sample    " + " ".join(f"{value:7.{digits}f}" for value in sample))
    print("  published " + " ".join(f"{value:7.{digits}f}" for value in published))


def print_intensity(year: SampleYear) -> None:
    row("Monthly mean, gCO2/kWh (January to December)", year.month_means(), PUBLISHED_MONTH_MEANS)
    row("Quantiles 0 1 5 25 50 75 95 99 100 %", np.quantile(year.intensity, QUANTILES).tolist(), PUBLISHED_QUANTILES)
    for season, (name, published) in enumerate(PUBLISHED_PROFILES.items()):
        row(f"{name} by UTC hour {PUBLISHED_HOURS}", year.profile(season), published)
    print("  (autumn as published at the level of 2022-23, 24 higher)")
    row(f"Autocorrelation at lag h {LAGS_H}, published 2026", year.acf(), PUBLISHED_ACF_2026, 3)
    print("       2023 " + " ".join(f"{value:7.3f}" for value in PUBLISHED_ACF_2023))
    days = year.days()
    ratio = days.max(axis=1) / days.min(axis=1)
    above = float((year.intensity > 150).mean() * 100)
    row(
        "Year's mean, share of time over 150 (%), within-day range (94 to 105), max/min of a day: median, 95 %",
        [year.intensity.mean(), above, np.ptp(days, axis=1).mean(), np.median(ratio), np.quantile(ratio, 0.95)],
        [144, 47, 100, 2.3, 3.8],
        1,
    )
    row(
        f"Saved by the best start with perfect foresight, %: {[f'{run} h in {slack} h' for run, slack, _ in SHIFTS_H]}",
        [year.shift_saving(run, slack) for run, slack, _ in SHIFTS_H],
        [saved for *_, saved in SHIFTS_H],
        1,
    )


def print_regions_and_mix(year: SampleYear) -> None:
    print("Regions, gCO2/kWh: year (anchor) · windy half-hours (anchor; published of 2023-12-30)")
    for region, anchors in REGION_ANCHORS.items():
        values = year.region_year(region)
        published = PUBLISHED_WINDY_DAY.get(region, "-")
        print(
            f"  {REGIONS[region]:28} {values.mean():4.0f} ({anchors.year:3}) · {values[year.windy()].mean():4.0f} "
            f"({anchors.windy:3}; {published})"
        )
    means = year.mix_means()
    row(f"Mix of the year, % {MIX_FUELS}", [means[fuel] for fuel in MIX_FUELS], PUBLISHED_MIX, 1)


def print_price(year: SampleYear) -> None:
    quantiles = np.quantile(year.price, QUANTILES).tolist()
    row("Wholesale price quantiles, GBP/MWh (2025)", quantiles, PUBLISHED_PRICE_QUANTILES)
    row(f"By UK hour {PRICE_HOURS}", year.price_profile(), PUBLISHED_GBP_PER_MWH)
    row(
        "Mean, negative %, daily range; correlation with intensity (0.52 to 0.62), within days (0.41 to 0.55)",
        [
            year.price.mean(),
            (year.price < 0).mean() * 100,
            np.ptp(year.price.reshape(-1, 48), axis=1).mean(),
            year.price_correlation(),
            year.price_correlation_within_days(),
        ],
        [79.9, 2.8, 73, 0.58, 0.5],
        2,
    )


def print_forecast(year: SampleYear) -> None:
    size = np.abs(year.forecast_errors())
    print(f"Forecast error by hours ahead {LEADS_H}, mean absolute gCO2/kWh (published: about 10 at the start)")
    print("  sample    " + " ".join(f"{size[:, round(2 * lead)].mean():7.1f}" for lead in LEADS_H))
    row(
        "Pooled over 48 h: mean absolute, median, share at 40 and more and at 80 and more (%)",
        [size.mean(), np.median(size), (size >= 40).mean() * 100, (size >= 80).mean() * 100],
        [24.2, 20, 18, 1.1],
        1,
    )
    last = year.last_forecast_errors()
    row("Last forecast: mean absolute, RMS", [np.abs(last).mean(), (last**2).mean() ** 0.5], [9.7, 14.0], 1)


def main(of_year: int = 2026) -> None:
    began = time.perf_counter()
    year = SampleYear(of_year)
    for part in (print_intensity, print_regions_and_mix, print_price, print_forecast):
        part(year)
    for scene in SCENES:
        print(f"Scene {scene.title}: {scene.at:%Y-%m-%d %H:%M}Z, worth {scene_worth(scene.key, scene.at):.0f} gCO2/kWh")
    print(f"all of it in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
