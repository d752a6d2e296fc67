"""What was known of a price ahead at each half-hour of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from gridflex.backtest.knowledge import Profile
from gridflex.domain.halfhours import HALF_HOUR, half_hours_between, uk_midnight, uk_time
from gridflex.planning.horizon import Floats

PUBLISHED_AT_HOUR = 16


@dataclass(frozen=True, eq=False)
class DayAhead:
    """A price that is published a day ahead, as Octopus Agile is: from 16:00 UK time to 23:00 of the next day.

    Past that its own profile speaks, from values before the row alone.
    """

    values: Floats
    start: datetime
    name: str = "prices as published a day ahead, then their profile"

    def at(self, row: int, count: int) -> Floats:
        """Published as far as it was at the start of ``row``, GBP/kWh."""
        other = Profile(self.values).at(row, count)
        now = self.start + row * HALF_HOUR
        published = max(half_hours_between(now, published_until(now)), 1)
        return np.concatenate((self.values[row : row + published][: len(other)], other[published:]))


def published_until(now: datetime) -> datetime:
    """The end of the prices that are known at ``now``."""
    local = uk_time(now)
    day = local.date() + timedelta(days=local.hour >= PUBLISHED_AT_HOUR)
    return uk_midnight(day + timedelta(days=1)) - timedelta(hours=1)
