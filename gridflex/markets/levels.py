"""What the availability products pay: typical and p5 to p95, by product and EFA block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gridflex.domain.market_data import AuctionResult, ServiceLevel
from gridflex.errors import InputError
from gridflex.markets.efa import efa_block

SOURCE = "NESO day-ahead auction results (EAC)"


@dataclass(frozen=True)
class Levels:
    """Levels by product, and by product and block where they are known."""

    rows: tuple[ServiceLevel, ...]

    def of(self, product: str, efa: int) -> ServiceLevel | None:
        """The block's own level, else the product's over all blocks, else None: nothing known."""
        found = {row.efa: row for row in self.rows if row.product == product}
        return found.get(efa, found.get(None))


def levels_of(results: Iterable[AuctionResult]) -> Levels:
    """Levels from auction results: the windows in which something cleared, median, p5 and p95.

    A window belongs to the EFA block that contains its start. Raises InputError where nothing
    cleared at all.
    """
    prices: dict[tuple[str, int | None], list[float]] = defaultdict(list)
    cleared = [result for result in results if result.cleared_mw > 0]
    if not cleared:
        raise InputError("the auction results hold no window in which anything cleared")
    for result in cleared:
        number = efa_block(result.start)[1]
        prices[result.product, number].append(result.gbp_per_mw_h)
        prices[result.product, None].append(result.gbp_per_mw_h)
    first, last = min(result.start for result in cleared), max(result.start for result in cleared)
    period = f"{first:%-d %b %Y} to {last:%-d %b %Y}"
    return Levels(tuple(_level(key, values, period) for key, values in prices.items()))


def _level(key: tuple[str, int | None], prices: list[float], period: str) -> ServiceLevel:
    p5, typical, p95 = np.quantile(prices, (0.05, 0.5, 0.95)).tolist()
    return ServiceLevel(*key, typical, p5, p95, period, f"{SOURCE}, {len(prices):,} windows")
