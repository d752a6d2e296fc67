"""A horizon: aligned half-hours with what is known or expected of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridflex.domain.halfhours import HALF_HOUR, half_hours_between
from gridflex.domain.provenance import Provenance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Horizon:
    """Columns of equal length T, one row a half-hour, the first starting at ``start`` (UTC).

    ``intensity`` gCO2/kWh, ``price`` GBP/kWh, ``sd`` the standard deviation of the
    intensity's forecast error (gCO2/kWh, 0 where measured), ``provenance`` codes of
    :class:`Provenance`. Rows before ``now_index`` are past: baselines and runs under way
    are valued on them, nothing is placed there.
    """

    start: datetime
    intensity: Floats
    price: Floats
    sd: Floats
    provenance: NDArray[np.uint8]
    now_index: int = 0

    @classmethod
    def of(
        cls,
        start: datetime,
        intensity: Floats,
        price: Floats | None = None,
        sd: Floats | None = None,
        provenance: Provenance = Provenance.LIVE,
        now_index: int = 0,
    ) -> Horizon:
        """A horizon from the columns at hand; what is not given is zero."""
        count = len(intensity)
        zeros = np.zeros(count)
        codes = np.full(count, provenance, dtype=np.uint8)
        return cls(
            start,
            np.asarray(intensity, dtype=np.float64),
            zeros if price is None else np.asarray(price, dtype=np.float64),
            zeros if sd is None else np.asarray(sd, dtype=np.float64),
            codes,
            now_index,
        )

    def __len__(self) -> int:
        return len(self.intensity)

    @property
    def now(self) -> datetime:
        """Start of the half-hour that contains the present."""
        return self.at(self.now_index)

    def at(self, index: int) -> datetime:
        """Start of the half-hour at ``index`` (UTC)."""
        return self.start + HALF_HOUR * int(index)

    def index(self, moment: datetime) -> int:
        """Row whose half-hour contains ``moment``; may lie outside 0..T-1."""
        return half_hours_between(self.start, moment)
