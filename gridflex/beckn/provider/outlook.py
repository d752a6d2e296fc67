"""What the embedded provider needs to know of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class GridOutlook(Protocol):
    """The same forecast and price as the rest of the product shows; NaN where there is none."""

    def intensity(self, region: int, start: datetime, count: int) -> Sequence[float]:
        """Carbon intensity of ``count`` half-hours from ``start``, gCO2/kWh."""

    def price(self, start: datetime, count: int) -> Sequence[float]:
        """Energy price of ``count`` half-hours from ``start``, GBP/kWh."""

    def renewable_percent(self, region: int, start: datetime) -> float:
        """Renewable share of the half-hour that starts at ``start``, per cent."""
