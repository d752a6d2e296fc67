"""The sample year stays within stated tolerances of the published figures (benchmarks/sample_grid.py prints all)."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import sample_grid as published
from benchmarks.sample_year import LAGS_H, SampleYear
from gridflex.sources.sample_levels import PUBLISHED_HOURS, PUBLISHED_MONTH_MEANS, PUBLISHED_PROFILES
from gridflex.sources.sample_price import PUBLISHED_GBP_PER_MWH
from gridflex.sources.sample_regions import REGION_ANCHORS


@pytest.fixture(scope="module")
def year() -> SampleYear:
    return SampleYear(2026)


def test_months(year: SampleYear) -> None:
    assert np.allclose(year.month_means(), PUBLISHED_MONTH_MEANS, atol=15)
    assert year.intensity.mean() == pytest.approx(142, abs=4)


def test_quantiles(year: SampleYear) -> None:
    quantiles = np.quantile(year.intensity, published.QUANTILES)
    assert np.allclose(quantiles[1:-1], published.PUBLISHED_QUANTILES[1:-1], atol=6)
    assert quantiles[0] > 10
    assert quantiles[-1] < 322
    assert (year.intensity > 150).mean() == pytest.approx(0.47, abs=0.05)


@pytest.mark.parametrize("season", [0, 1, 2])
def test_hours_of_the_day(year: SampleYear, season: int) -> None:
    wanted = list(PUBLISHED_PROFILES.values())[season]
    assert np.allclose(year.profile(season), wanted, atol=7)


def test_winter_is_cleanest_at_night_and_summer_at_noon(year: SampleYear) -> None:
    winter, summer = (np.array(year.profile(season)) for season in (0, 2))
    hours = np.array(PUBLISHED_HOURS)
    assert hours[winter.argmin()] in (2, 4)
    assert hours[winter.argmax()] in (16, 17, 18, 19)
    assert hours[summer.argmin()] in (12, 14)
    assert hours[summer.argmax()] in (19, 20, 21)


def test_autocorrelation(year: SampleYear) -> None:
    acf = dict(zip(LAGS_H, year.acf(), strict=True))
    wanted = dict(zip(LAGS_H, published.PUBLISHED_ACF_2026, strict=True))
    assert acf == pytest.approx(wanted, abs=0.03)


def test_days_spread_as_published(year: SampleYear) -> None:
    days = year.days()
    ratio = days.max(axis=1) / days.min(axis=1)
    assert 94 <= np.ptp(days, axis=1).mean() <= 105
    assert np.median(ratio) == pytest.approx(2.3, abs=0.25)
    assert 3.5 <= np.quantile(ratio, 0.95) <= 4.2
    assert (ratio >= 10).sum() == 0


@pytest.mark.parametrize(("run", "within", "saved"), published.SHIFTS_H)
def test_shifting_buys_what_it_buys_on_the_real_grid(year: SampleYear, run: int, within: int, saved: float) -> None:
    assert year.shift_saving(run, within) == pytest.approx(saved, abs=2)


def test_weekends_are_a_little_cleaner() -> None:
    means = np.zeros(2)
    for each in range(2016, 2036):
        days = SampleYear(each).days().mean(axis=1)
        weekday = (np.arange(len(days)) + SampleYear(each).start.weekday()) % 7
        means += days[weekday < 5].mean(), days[weekday >= 5].mean()
    assert 0.93 < means[1] / means[0] < 0.99


def test_regions_contrast_on_windy_and_average_half_hours(year: SampleYear) -> None:
    windy = year.windy()
    for region, anchors in REGION_ANCHORS.items():
        values = year.region_year(region)
        assert values.min() >= 0
        assert values.mean() == pytest.approx(anchors.year, abs=max(15, 0.05 * anchors.year))
        assert values[windy].mean() == pytest.approx(max(anchors.windy, 0), abs=8)
    assert (np.rint(year.region_year(1)[windy]) == 0).mean() > 0.5


def test_mix_of_the_year(year: SampleYear) -> None:
    wanted = dict(zip(published.MIX_FUELS, published.PUBLISHED_MIX, strict=True))
    assert year.mix_means() == pytest.approx(wanted | {"coal": 0.0}, abs=1.0)


def test_price(year: SampleYear) -> None:
    assert year.price.mean() == pytest.approx(80, abs=4)
    assert np.allclose(year.price_profile(), PUBLISHED_GBP_PER_MWH, atol=5)
    assert 0.015 <= (year.price < 0).mean() <= 0.04
    assert 0.52 <= year.price_correlation() <= 0.62
    assert 0.41 <= year.price_correlation_within_days() <= 0.57
    assert np.ptp(year.price.reshape(-1, 48), axis=1).mean() == pytest.approx(73, abs=6)
    assert np.allclose(np.quantile(year.price, (0.25, 0.5, 0.75, 0.95)), (70, 82, 97, 123), atol=5)


def test_price_peaks_in_winter_evenings_and_dips_at_summer_noon(year: SampleYear) -> None:
    winter, summer = np.isin(year.month, (11, 0, 1)), np.isin(year.month, (5, 6, 7))
    assert year.price[winter & (year.uk_hour == 17)].mean() == pytest.approx(134, abs=8)
    assert year.price[summer & (year.uk_hour == 13)].mean() == pytest.approx(52, abs=8)


def test_forecast_error_grows_as_published(year: SampleYear) -> None:
    size = np.abs(year.forecast_errors())
    assert size[:, 0].mean() == pytest.approx(10, abs=1.5)
    assert size.mean() == pytest.approx(24.2, abs=2)
    assert np.median(size) == pytest.approx(20, abs=2)
    by_stretch = [size[:, first : first + 8].mean() for first in (0, 8, 16, 40)]
    assert by_stretch == sorted(by_stretch)
    assert (size >= 40).mean() == pytest.approx(0.18, abs=0.03)


def test_last_forecast_is_a_nowcast(year: SampleYear) -> None:
    last = year.last_forecast_errors()
    assert np.abs(last).mean() == pytest.approx(9.7, abs=1)
    assert abs(last.mean()) < 2


@pytest.mark.parametrize("other", [2024, 2025, 2027])
def test_other_years_are_alike(other: int) -> None:
    year = SampleYear(other)
    assert year.intensity.mean() == pytest.approx(142, abs=12)
    assert np.abs(np.subtract(year.month_means(), PUBLISHED_MONTH_MEANS)).mean() < 15


def test_the_benchmark_prints_sample_beside_published(capsys: pytest.CaptureFixture[str]) -> None:
    published.main()
    lines = capsys.readouterr().out.splitlines()
    monthly = lines.index("Monthly mean, gCO2/kWh (January to December)")
    assert lines[monthly + 2].split()[1:] == [str(mean) for mean in PUBLISHED_MONTH_MEANS]
    assert sum(line.startswith("Scene ") for line in lines) == 4
