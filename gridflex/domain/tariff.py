"""What energy costs when: a named time-of-day tariff in UK time, its rows and their sources.

Every row says where its prices come from, or *assumed*. The capacity charge stands apart:
it is paid for the connection each day, whenever the energy is used, so no plan changes it.
"""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Protocol

import numpy as np
from pydantic import Field, model_validator

from gridflex.domain.halfhours import half_hours, uk_time
from gridflex.domain.tariff_rows import (
    Band,
    CapacityCharge,
    Days,
    Name,
    Prices,
    RowKind,
    TariffRow,
    TariffValue,
    slot_of,
)

__all__ = [
    "DEFAULT_TARIFF",
    "Band",
    "CapacityCharge",
    "Days",
    "Follows",
    "PriceSource",
    "RowKind",
    "Tariff",
    "TariffRow",
]


class PriceSource(Protocol):
    """Energy price ahead: the tariff, or a live source."""

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        ...

    def prices(self, start: datetime, count: int) -> Prices:
        """Unit price, GBP/kWh, shape (count,), from the half-hour that contains ``start``."""
        ...


class Follows(StrEnum):
    """What sets the price ahead: the tariff's own rows, or Octopus Agile as it is published."""

    ROWS = "rows"
    AGILE = "agile"


class Tariff(TariffValue):
    """A named tariff: rows that depend on the time of day, and the capacity charge that does not.

    One that ``follows`` a published price keeps its rows for when none can be read.
    """

    name: Name
    rows: Annotated[tuple[TariffRow, ...], Field(min_length=1, max_length=20)]
    capacity: CapacityCharge
    follows: Follows = Follows.ROWS

    @model_validator(mode="after")
    def _has_energy(self) -> Tariff:
        if not any(row.kind is RowKind.ENERGY for row in self.rows):
            raise ValueError("a tariff needs at least one energy row")
        return self

    def prices(self, start: datetime, count: int) -> Prices:
        """Unit price of all rows, GBP/kWh, shape (count,), from the half-hour that contains ``start``.

        Without the capacity charge. Raises InputError for a time without a zone.
        """
        return self._sum(self.rows, start, count)

    def energy_row(self, start: datetime, count: int) -> Prices:
        """The energy rows alone, GBP/kWh: what stands against the price limit."""
        return self._sum(tuple(row for row in self.rows if row.kind is RowKind.ENERGY), start, count)

    @staticmethod
    def _sum(rows: tuple[TariffRow, ...], start: datetime, count: int) -> Prices:
        week = np.sum([row.week for row in rows], axis=0)
        clocks = [uk_time(moment) for moment in half_hours(start, count)]
        weekend = [int(clock.weekday() >= 5) for clock in clocks]
        slot = [slot_of(clock) for clock in clocks]
        return np.asarray(week[weekend, slot], dtype=np.float64)


def _band(label: str, start: int, end: int, gbp_per_kwh: float, days: Days = Days.ALL) -> Band:
    return Band(label=label, start=time(start), end=time(end % 24), days=days, gbp_per_kwh=gbp_per_kwh)


DEFAULT_TARIFF = Tariff(
    name="Time-of-day tariff",
    rows=(
        TariffRow(
            name="Energy",
            kind=RowKind.ENERGY,
            bands=(
                _band("night", 0, 6, 0.086),
                _band("day", 6, 17, 0.096),
                _band("evening peak", 17, 20, 0.125),
                _band("evening", 20, 24, 0.104),
            ),
            source="Elexon market index price 2025, mean of the band's hours, × 1.15 + 0.006 GBP/kWh for losses, "
            "balancing and the supplier's margin; that uplift is assumed",
        ),
        TariffRow(
            name="Distribution (DUoS)",
            kind=RowKind.DISTRIBUTION,
            bands=(
                _band("green", 0, 7, 0.001, Days.WEEKDAY),
                _band("amber", 7, 16, 0.008, Days.WEEKDAY),
                _band("red", 16, 19, 0.065, Days.WEEKDAY),
                _band("amber", 19, 23, 0.008, Days.WEEKDAY),
                _band("green", 23, 24, 0.001, Days.WEEKDAY),
                _band("green", 0, 24, 0.001, Days.WEEKEND),
            ),
        ),
        TariffRow(
            name="Renewables Obligation",
            kind=RowKind.LEVIES,
            bands=(_band("any time", 0, 24, 0.03306),),
            source="DESNZ and Ofgem, 2025 to 2026: 0.493 certificates per MWh at a buy-out price of £67.06",
        ),
        TariffRow(
            name="Climate Change Levy",
            kind=RowKind.LEVIES,
            bands=(_band("any time", 0, 24, 0.00801),),
            source="HMRC main rate for electricity from 1 April 2026",
        ),
        TariffRow(
            name="Contracts for Difference and Feed-in Tariffs",
            kind=RowKind.LEVIES,
            bands=(_band("any time", 0, 24, 0.017),),
        ),
    ),
    capacity=CapacityCharge(gbp_per_kva_day=0.08),
)
"""The sum is 14.5 p/kWh at night, 16 by day and 25 in the red band, without capacity charge and VAT."""
