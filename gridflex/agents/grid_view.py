"""What the grid agent hands out: one half-hour's grid, two days back and two ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridflex.domain.conditions import Condition, market_condition
from gridflex.domain.grid import GenerationMix
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.planning.horizon import Floats, Horizon

USUAL_END = 2
"""Half-hours by which a good answer falls short of 48 h: it has 47.5 at times, and half an hour may have passed."""


@dataclass(frozen=True, eq=False)
class GridView:
    """The grid in one half-hour; ``now`` is when it was looked at first.

    ``horizon`` has 48 h back and 48 h ahead; ``actual`` and ``forecast`` are its published
    columns (NaN where none; an estimate counts as a forecast). ``provenance`` is that of the
    current half-hour; ``unplugged`` where nothing from outside was looked at on purpose.
    """

    region: int
    now: datetime
    horizon: Horizon
    actual: Floats
    forecast: Floats
    mix: GenerationMix | None
    provenance: Provenance
    fetched_at: datetime | None
    next_due: datetime | None
    error: str | None
    price_name: str
    energy_price: Floats
    notes: tuple[str, ...] = ()
    replay: bool = False
    unplugged: bool = False

    @property
    def intensity_now(self) -> float:
        """Intensity of the current half-hour, gCO2/kWh; the forecast until the actual is in."""
        return float(self.horizon.intensity[self.horizon.now_index])

    @property
    def price_now(self) -> float:
        """Energy price of the current half-hour, GBP/kWh."""
        return float(self.horizon.price[self.horizon.now_index])

    @property
    def estimated_ahead(self) -> int:
        """Half-hours from now on that are our own estimate though the source answered; its usual end apart."""
        codes = self.horizon.provenance[self.horizon.now_index : -USUAL_END]
        return int((codes == Provenance.ESTIMATED).sum()) if self.provenance < Provenance.ESTIMATED else 0

    @property
    def settles_on_forecast(self) -> bool:
        """A region has no measured values: it settles on the last forecast issued."""
        return self.region != GB

    def condition(self, threshold: float) -> Condition:
        """Market condition now against the next 24 h."""
        day = slice(self.horizon.now_index, self.horizon.now_index + 48)
        return market_condition(self.horizon.intensity[day].tolist(), self.horizon.price[day].tolist(), threshold)
