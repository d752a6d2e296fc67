"""A published price ahead, and past its publication the profile that stands in for it, with its band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridflex.domain import format as fmt
from gridflex.domain.halfhours import half_hours
from gridflex.errors import PlanError
from gridflex.markets.forward import ForwardPrice, PublishedTariff, forward_price
from gridflex.planning.horizon import Horizon


@dataclass(frozen=True, eq=False)
class PriceAhead:
    """``price`` of each of the half-hours ``moments``, GBP/kWh."""

    price: ForwardPrice
    moments: list[datetime]

    @property
    def sentence(self) -> str:
        """Until when it is published, and what stands beyond."""
        rows = self.price.published.nonzero()[0]
        published = f"published until {fmt.date_clock(self.moments[rows[-1]])}" if len(rows) else "none published ahead"
        beyond = len(self.moments) - len(rows)
        rest = f"; the {beyond} half-hours beyond are its four-week profile with a band of p10 to p90" if beyond else ""
        return f"{self.price.name}: {published}{rest}."


def price_ahead(tariff: PublishedTariff, horizon: Horizon) -> PriceAhead | None:
    """The hours ahead; None where the series tells nothing of them."""
    count = len(horizon) - horizon.now_index
    try:
        return PriceAhead(forward_price(tariff.series, horizon.now, count), list(half_hours(horizon.now, count)))
    except PlanError:
        return None
