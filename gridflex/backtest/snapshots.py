"""The forecasts that were kept as they were issued, made into what was known at each half-hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from gridflex.backtest.knowledge import Issued, Knowledge
from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import ceil_half_hour, half_hours_between
from gridflex.planning.horizon import Floats


def issued_forecasts(
    snapshots: Iterable[CarbonSnapshot], start: datetime, count: int, fallback: Knowledge, longest_age: int = 2
) -> Issued:
    """What kept answers of the carbon service said, on ``count`` half-hours from ``start``.

    An answer is known from the first half-hour that starts after it was fetched, and says
    nothing of what lay behind it. Raises InputError where none was kept.
    """
    forecasts: dict[int, Floats] = {}
    for snapshot in sorted(snapshots, key=lambda kept: kept.fetched_at):
        row = half_hours_between(start, ceil_half_hour(snapshot.fetched_at))
        if 0 <= row < count:
            forecasts[row] = _from_row(snapshot, start, row)
    return Issued(forecasts, fallback, longest_age)


def _from_row(snapshot: CarbonSnapshot, start: datetime, row: int) -> Floats:
    """The forecast from ``row`` on, NaN where the answer said nothing."""
    ahead = {half_hours_between(start, r.start) - row: r.forecast for r in snapshot.readings if r.forecast is not None}
    said = np.full(max(ahead, default=0) + 1, np.nan)
    for lead, value in ahead.items():
        if lead >= 0:
            said[lead] = value
    return said
