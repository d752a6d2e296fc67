"""Many backtests at once: thresholds × regions × years of one period, on the record or the sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from gridflex.backtest.study import STANDARD
from gridflex.backtest.sweep import Point, Row, sweep_here, sweep_on_dask
from gridflex.domain.controls import Controls, Site
from gridflex.domain.regions import region_name
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.errors import InputError
from gridflex.services.impact_record import Record
from gridflex.services.impact_study import Asked, prepared

MOST_POINTS = 1000


def points_of(
    asked: Asked,
    thresholds: Sequence[float],
    regions: Sequence[int],
    years: Sequence[int],
    record: Record,
    now: datetime,
) -> list[Point]:
    """A study for each combination, under the five standard policies. Raises InputError for what cannot be run."""
    if not 1 <= len(thresholds) * len(regions) * len(years) <= MOST_POINTS:
        raise InputError(f"a sweep takes from 1 to {MOST_POINTS:,} studies")
    points = []
    for region in regions:
        name = region_name(region)
        for year in years:
            try:
                first = asked.first.replace(year=year)
                last = asked.last.replace(year=asked.last.year + year - asked.first.year)
            except ValueError:
                raise InputError(f"the period does not exist in {year}") from None
            here = replace(asked, first=first, last=last, region=region)
            made = prepared(here, record, Controls(), Site(region=region), DEFAULT_TARIFF, now)
            for threshold in thresholds:
                study = replace(made.study, rules=replace(made.study.rules, threshold=threshold))
                labels = ("region", name), ("year", str(year)), ("threshold_g", f"{threshold:g}")
                points.append(Point((*labels, ("intensity", made.made_of.intensity.name)), study, STANDARD))
    return points


def swept(
    points: Sequence[Point], dask: str | None, workers: int = 2, tell: Callable[[float], None] = lambda share: None
) -> list[Row]:
    """Rows of all points: here where ``dask`` is None, on a local cluster where it is empty, else at its address."""
    if dask is None:
        return sweep_here(points, tell)
    return sweep_on_dask(points, dask or None, workers, tell)
