"""One service in one EFA block: what it takes of the firm power, what that is worth, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from gridflex.domain.market_data import ServiceLevel
from gridflex.errors import InputError
from gridflex.markets.efa import EfaBlock
from gridflex.markets.eligibility import Eligibility
from gridflex.markets.products import Product


@dataclass(frozen=True)
class Delivery:
    """Shares (0 to 1) of the windows held in which the site is ready, and of the payment kept after its tests."""

    availability: float = 1.0
    performance: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.availability <= 1 and 0 <= self.performance <= 1):
            raise InputError("availability and performance must be from 0 to 100 %")


@dataclass(frozen=True)
class Cell:
    """One product in one block; ``chosen_mw`` is what the exclusive choice gives it.

    ``gbp_per_price`` is what one MW earns at a price of 1 GBP/MW/h: the block's hours ×
    availability × performance × the site's share.
    """

    eligibility: Eligibility
    level: ServiceLevel | None
    gbp_per_price: float
    chosen_mw: float = 0.0

    @property
    def product(self) -> Product:
        """The product."""
        return self.eligibility.product

    @property
    def block(self) -> EfaBlock:
        """The block."""
        return self.eligibility.block

    @property
    def gbp_per_mw(self) -> float:
        """Worth of one MW held for the block at the typical price; 0 where no price is known."""
        price = self.level.typical if self.level else 0.0
        return price * self.gbp_per_price if isfinite(price) else 0.0

    @property
    def reason(self) -> str:
        """Why it may not be offered, or is not chosen; empty where it is."""
        if self.eligibility.reason or self.chosen_mw > 0:
            return self.eligibility.reason
        if self.level is None:
            return "no price is known"
        return "it would cost money" if self.gbp_per_mw <= 0 else "another service pays more"

    @property
    def typical_gbp(self) -> float:
        """What the chosen MW earn at the typical price."""
        return self.chosen_mw * self.gbp_per_mw

    @property
    def low_gbp(self) -> float:
        """At the p5 price; at the typical one where no p5 was published."""
        return self._at(self.level.p5 if self.level else None)

    @property
    def high_gbp(self) -> float:
        """At the p95 price; at the typical one where no p95 was published."""
        return self._at(self.level.p95 if self.level else None)

    def _at(self, price: float | None) -> float:
        return self.typical_gbp if price is None else self.chosen_mw * price * self.gbp_per_price


@dataclass(frozen=True)
class Rival:
    """Another use of the same turn-down in a block: a called event sold by P415, or the Demand Flexibility Service.

    Up to ``mw``, worth ``gbp_per_mw`` to the site for the whole block.
    """

    name: str
    block: EfaBlock
    mw: float
    gbp_per_mw: float
    step_mw: float = 0.001
    minimum_mw: float = 0.001
    chosen_mw: float = 0.0

    @property
    def gbp(self) -> float:
        """What the chosen MW earn."""
        return self.chosen_mw * self.gbp_per_mw
