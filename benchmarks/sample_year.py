"""Summary figures of one year of the sample grid, as they are published of the real one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.grid import FUELS
from gridflex.domain.halfhours import HALF_HOUR, half_hours, half_hours_between, uk_time
from gridflex.domain.regions import GB
from gridflex.sources.sample_grid import sample_forecast, sample_intensity, sample_price
from gridflex.sources.sample_levels import PUBLISHED_HOURS
from gridflex.sources.sample_mix import mix_shares
from gridflex.sources.sample_price import PUBLISHED_HOURS as PRICE_HOURS
from gridflex.sources.sample_weather import half_hour_number

Values = NDArray[np.float64]

SEASON_OF_MONTH = np.array([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0])
LAGS_H = (0.5, 1, 2, 4, 6, 12, 24, 48, 168)
ISSUE_EVERY = 37
"""Half-hours between the forecasts looked at: all hours of the day come up alike."""


class SampleYear:
    """One UTC year of the sample grid: intensity in gCO2/kWh, price in GBP/MWh."""

    def __init__(self, year: int) -> None:
        self.start = datetime(year, 1, 1, tzinfo=UTC)
        self.count = half_hours_between(self.start, datetime(year + 1, 1, 1, tzinfo=UTC))
        self.intensity = sample_intensity(GB, self.start, self.count)
        self.price = sample_price(self.start, self.count) * 1000.0
        moments = half_hours(self.start, self.count)
        self.month = np.array([moment.month - 1 for moment in moments])
        self.uk_hour = np.array([uk_time(moment).hour for moment in moments])
        self.slot = np.arange(self.count) % 48

    def month_means(self) -> list[float]:
        return [float(self.intensity[self.month == month].mean()) for month in range(12)]

    def profile(self, season: int) -> list[float]:
        chosen = SEASON_OF_MONTH[self.month] == season
        return [float(self.intensity[chosen & (self.slot == 2 * hour)].mean()) for hour in PUBLISHED_HOURS]

    def acf(self) -> list[float]:
        off = self.intensity - self.intensity.mean()
        lags = [round(2 * hours) for hours in LAGS_H]
        return [float((off[:-lag] * off[lag:]).mean() / off.var()) for lag in lags]

    def days(self) -> Values:
        return self.intensity.reshape(-1, 48)

    def shift_saving(self, run_h: int, within_h: int) -> float:
        """Share of carbon a run saves that starts at the best moment it can, per cent: perfect foresight."""
        total = np.concatenate([[0.0], np.cumsum(self.intensity)])
        runs = (total[2 * run_h :] - total[: -2 * run_h]) / (2 * run_h)
        choices = np.lib.stride_tricks.sliding_window_view(runs, 2 * (within_h - run_h) + 1)
        return float(100.0 * (1.0 - choices.min(axis=1).mean() / choices[:, 0].mean()))

    def price_correlation(self) -> float:
        return float(np.corrcoef(self.intensity, self.price)[0, 1])

    def price_correlation_within_days(self) -> float:
        intensity, price = (
            (values.reshape(-1, 48) - values.reshape(-1, 48).mean(axis=1, keepdims=True)).ravel()
            for values in (self.intensity, self.price)
        )
        return float(np.corrcoef(intensity, price)[0, 1])

    def price_profile(self) -> list[float]:
        return [float(self.price[self.uk_hour == hour].mean()) for hour in PRICE_HOURS]

    def forecast_errors(self) -> Values:
        """Forecast minus actual by issue and lead, gCO2/kWh, shape (issues, 96)."""
        issues = range(0, self.count - 96, ISSUE_EVERY)
        moments = [self.start + HALF_HOUR * issue for issue in issues]
        return np.array(
            [
                sample_forecast(GB, at, at, 96) - self.intensity[i : i + 96]
                for i, at in zip(issues, moments, strict=True)
            ]
        )

    def last_forecast_errors(self) -> Values:
        over = self.start + HALF_HOUR * self.count
        return sample_forecast(GB, over, self.start, self.count) - self.intensity

    def region_year(self, region: int) -> Values:
        return sample_intensity(region, self.start, self.count)

    def windy(self) -> NDArray[np.bool_]:
        """Half-hours about as windy as the published day (GB 51 gCO2/kWh)."""
        return np.abs(self.intensity - 51.0) < 6.0

    def mix_means(self) -> dict[str, float]:
        shares = mix_shares(GB, half_hour_number(self.start), self.intensity)
        return dict(zip(FUELS, shares.mean(axis=0).tolist(), strict=True))
