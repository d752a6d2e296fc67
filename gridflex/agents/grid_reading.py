"""What is known of the grid, laid out on a view's horizon: from the archive and an answer, or from the sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.agents.grid_columns import GridColumns, complete, lay_out
from gridflex.agents.ports import ArchivePort, PricePort, SamplePort
from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours_between
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB

HALF_HOURS_BACK = 96
HALF_HOURS_AHEAD = 96
PROFILE_HALF_HOURS = 7 * 48


@dataclass(frozen=True)
class Asked:
    """What one view is built from beside the source's answer."""

    region: int
    now: datetime
    tariff: PricePort
    known: Provenance
    error: str | None = None
    next_due: datetime | None = None
    replay: bool = False


def from_outside(archive: ArchivePort, asked: Asked, answer: CarbonSnapshot | None) -> GridColumns | None:
    """Archive and answer together on the horizon; None if they do not reach its end."""
    region, now = asked.region, floor_half_hour(asked.now)
    first = now - HALF_HOUR * (PROFILE_HALF_HOURS + HALF_HOURS_BACK)
    count = PROFILE_HALF_HOURS + HALF_HOURS_BACK + HALF_HOURS_AHEAD
    actual, forecast = lay_out(answer.readings if answer else (), first, count)
    settled = np.full(count, np.nan)
    # A replay knows nothing that was settled after its moment; the answer of then holds the day before it.
    for start, value in () if asked.replay else archive.settled(region, first, now):
        settled[half_hours_between(first, start)] = value
    target = actual if region == GB else forecast
    target[:] = np.where(np.isnan(target), settled, target)
    columns = complete(first, actual, forecast, asked.known)
    if columns is None:
        return None
    cut = slice(PROFILE_HALF_HOURS, None)
    return GridColumns(
        first + HALF_HOUR * PROFILE_HALF_HOURS,
        columns.actual[cut],
        columns.forecast[cut],
        columns.intensity[cut],
        columns.provenance[cut],
    )


def from_sample(sample: SamplePort, snapshot: CarbonSnapshot, now: datetime) -> GridColumns:
    """The sample's columns on the horizon, with its day before."""
    start = floor_half_hour(now) - HALF_HOUR * HALF_HOURS_BACK
    earlier = sample(snapshot.region, now - HALF_HOUR * 48)
    readings = (*earlier.readings[:48], *snapshot.readings)
    columns = complete(start, *lay_out(readings, start, HALF_HOURS_BACK + HALF_HOURS_AHEAD), Provenance.SAMPLE)
    assert columns is not None, "the sample covers every half-hour"
    return columns
