"""EFA blocks: the six four-hour blocks in which the grid's availability services are auctioned.

By the UK clock: 1 is 23:00 to 03:00, 2 03 to 07, 3 07 to 11, 4 11 to 15, 5 15 to 19 and 6
19 to 23; the day of a block 1 is the one it ends on. On the two clock-change days block 1
has 6 or 10 half-hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from gridflex.domain.format import clock
from gridflex.domain.halfhours import HALF_HOUR, HOURS_PER_HALF_HOUR, half_hours, uk_time

HOURS_A_BLOCK = 4
ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class EfaBlock:
    """A block of ``count`` half-hours from row ``first`` of a horizon, the first starting at ``start`` (UTC)."""

    day: date
    number: int
    start: datetime
    first: int
    count: int

    @property
    def rows(self) -> slice:
        """Rows of the horizon it covers."""
        return slice(self.first, self.first + self.count)

    @property
    def hours(self) -> float:
        """4, or 3 and 5 in block 1 of the clock-change days."""
        return self.count * HOURS_PER_HALF_HOUR

    @property
    def label(self) -> str:
        """Such as Thu 8 Jan, block 5 (15:00 to 19:00)."""
        hours = f"{clock(self.start)} to {clock(self.start + self.count * HALF_HOUR)}"
        return f"{self.day:%a} {self.day.day} {self.day:%b}, block {self.number} ({hours})"


def efa_block(moment: datetime) -> tuple[date, int]:
    """EFA day and block number, 1 to 6, of the half-hour that contains ``moment``."""
    # The EFA day begins an hour before the UK day; shifting the clock face keeps clock changes right.
    face = uk_time(moment) + ONE_HOUR
    return face.date(), face.hour // HOURS_A_BLOCK + 1


def whole_blocks(start: datetime, count: int) -> tuple[EfaBlock, ...]:
    """The blocks that lie wholly within ``count`` half-hours from ``start``, in time order."""
    # One half-hour more at each end tells whether the outer blocks are cut.
    moments = half_hours(start - HALF_HOUR, count + 2)
    found = []
    row = -1
    for (day, number), members in groupby(moments, efa_block):
        times = list(members)
        if row >= 0 and row + len(times) <= count:
            found.append(EfaBlock(day, number, times[0], row, len(times)))
        row += len(times)
    return tuple(found)
