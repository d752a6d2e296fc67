"""What a backtest of a period is made of: recorded half-hours where the archive has them, else the sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.backtest.knowledge import Asked, ErrorModel, Knowledge, Profile, written_out
from gridflex.backtest.series import Settled, settled
from gridflex.backtest.snapshots import issued_forecasts
from gridflex.backtest.study import HORIZON
from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.planning.horizon import Floats

ENOUGH = 0.9
"""Share of a period's half-hours that must be recorded for it to be told by the record."""

MOSTLY_SEEN = 0.5
"""Share of half-hours with a kept forecast from which the kept forecasts are used."""

IntensityModel = Callable[[int, datetime, int], Floats]
"""``model(region, start, count)``: intensity as it turned out."""

ForecastModel = Callable[[int, datetime, datetime, int], Floats]
"""``model(region, issued, start, count)``: what was foreseen."""


@dataclass(frozen=True, eq=False)
class Material:
    """The settled series, what was known, and where both are from."""

    intensity: Settled
    knowledge: Knowledge
    provenance: Provenance

    @property
    def sentence(self) -> str:
        """For the page."""
        return f"{self.intensity.name}; decided on {self.knowledge.name}"


def material(
    region: int,
    start: datetime,
    count: int,
    archived: Sequence[tuple[datetime, float]],
    snapshots: Iterable[CarbonSnapshot],
    sample_intensity: IntensityModel,
    sample_forecast: ForecastModel,
    seed: int = 0,
) -> Material:
    """Material for ``count`` half-hours from ``start``.

    ``archived`` are settled half-hours, ``snapshots`` the answers kept as issued. With too few
    of the first it is the sample; with too few of the second, the stated error model.
    """
    first = floor_half_hour(start)
    inside = sum(first <= moment < first + count * HALF_HOUR for moment, _ in archived)
    if inside < ENOUGH * count:
        return _sample(region, first, count, sample_intensity, sample_forecast)
    intensity = settled("recorded intensity", archived, first, count)
    whole = np.nan_to_num(intensity.values, nan=float(np.nanmean(intensity.values)))
    kept = list(snapshots)
    issued = issued_forecasts(kept, first, count, Profile(whole)) if kept else None
    if issued is not None and issued.share_seen(count) >= MOSTLY_SEEN:
        return Material(intensity, issued, Provenance.CACHED)
    return Material(intensity, ErrorModel(whole, seed), Provenance.CACHED)


def _sample(region: int, start: datetime, count: int, intensity: IntensityModel, forecast: ForecastModel) -> Material:
    values = intensity(region, start, count)
    asked = Asked(
        lambda row, length: forecast(region, start + row * HALF_HOUR, start + row * HALF_HOUR, length),
        count,
        "the sample's forecasts",
    )
    series = Settled("sample intensity", start, values, np.zeros(count, np.bool_))
    return Material(series, written_out(asked, count, HORIZON), Provenance.SAMPLE)
