"""The rows of a tariff: prices by the UK clock, each with where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Prices = NDArray[np.float64]

ASSUMED = "assumed"
SLOTS = 48
"""Half-hours on a UK clock face; clock-change days skip or repeat two of them."""

Name = Annotated[str, Field(min_length=1, max_length=120)]
Source = Annotated[str, Field(min_length=1, max_length=300)]


class RowKind(StrEnum):
    """What a row pays for."""

    ENERGY = "energy"
    DISTRIBUTION = "distribution"
    LEVIES = "levies"


class Days(StrEnum):
    """Days a band applies to, by the UK date. Bank holidays count as the weekday they fall on."""

    ALL = "all"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"


class TariffValue(BaseModel):
    """Base of all parts of a tariff: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def slot_of(clock: time | datetime) -> int:
    """Half-hours since midnight on the clock, 0 to 47."""
    return clock.hour * 2 + clock.minute // 30


def _on_half_hour(clock: time) -> bool:
    return clock in (time(clock.hour), time(clock.hour, 30))


class Band(TariffValue):
    """One price on some days, from ``start`` up to ``end`` on the UK clock, both on half-hours; 00:00 ends a day."""

    label: Name
    start: time
    end: time
    days: Days = Days.ALL
    gbp_per_kwh: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _spans_half_hours(self) -> Band:
        if not (_on_half_hour(self.start) and _on_half_hour(self.end)):
            raise ValueError(f"band {self.label!r} must start and end on a half-hour of the UK clock, such as 16:30")
        if not self._slots():
            raise ValueError(f"band {self.label!r} must end after it starts; write one over midnight as two")
        return self

    def _slots(self) -> range:
        return range(slot_of(self.start), slot_of(self.end) or SLOTS)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Weekend (0 or 1) and half-hour after UK midnight (0 to 47) of each half-hour the band prices."""
        weekends = {Days.ALL: (0, 1), Days.WEEKDAY: (0,), Days.WEEKEND: (1,)}[self.days]
        return ((weekend, slot) for weekend in weekends for slot in self._slots())


class TariffRow(TariffValue):
    """One line of the bill: its bands price each half-hour of weekdays and weekends exactly once."""

    name: Name
    kind: RowKind
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=96)]
    source: Source = ASSUMED

    @model_validator(mode="after")
    def _each_half_hour_once(self) -> TariffRow:
        times_priced = np.zeros((2, SLOTS), dtype=np.int64)
        for band in self.bands:
            for cell in band.cells():
                times_priced[cell] += 1
        wrong = np.argwhere(times_priced != 1)
        if len(wrong):
            weekend, slot = map(int, wrong[0])
            day = "weekends" if weekend else "weekdays"
            clock = f"{slot // 2:02d}:{slot % 2 * 30:02d}"
            raise ValueError(f"{self.name}: {day} {clock} is priced {times_priced[weekend, slot]} times, must be once")
        return self

    @property
    def week(self) -> Prices:
        """GBP/kWh, shape (2, 48): weekday and weekend, by half-hour after UK midnight."""
        return _week_of(self.bands)


@lru_cache(maxsize=256)
def _week_of(bands: tuple[Band, ...]) -> Prices:
    # Kept here, not on the row: an array among its attributes would break the comparison of two equal tariffs.
    table = np.zeros((2, SLOTS))
    for band in bands:
        for cell in band.cells():
            table[cell] = band.gbp_per_kwh
    table.flags.writeable = False
    return table


class CapacityCharge(TariffValue):
    """Paid for the agreed capacity, GBP/kVA/day: it depends on the connection, not on when energy is used."""

    gbp_per_kva_day: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    source: Source = ASSUMED
