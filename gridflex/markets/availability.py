"""Availability services as a scenario: what a plan's firm power could earn for standing ready.

Σ over EFA blocks of MW offered × hours × clearing price × availability × performance, and the
site's share where an aggregator sells it; a range from the p5 to the p95 of recorded prices.
Exclusive: one megawatt in a block holds one service, chosen so that the typical sum is
greatest; a product that would typically cost money is not held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gridflex.domain.format import money
from gridflex.markets.assignment import Bid, assign
from gridflex.markets.cells import Cell, Delivery, Rival
from gridflex.markets.efa import EfaBlock
from gridflex.markets.eligibility import POOL_STEP_MW, Capability, eligibilities
from gridflex.markets.firm import SitePlan
from gridflex.markets.levels import Levels
from gridflex.markets.products import PRODUCTS, Direction, Product

FORMULA = "Σ blocks: MW × hours × £/MW/h × availability × performance × the site's share"


@dataclass(frozen=True)
class Availability:
    """Every product in every block, what was chosen, and its sums (GBP). ``rivals`` competed for the same MW."""

    cells: tuple[Cell, ...]
    rivals: tuple[Rival, ...]
    site: Capability
    delivery: Delivery

    @property
    def chosen(self) -> tuple[Cell, ...]:
        """The cells that hold megawatts."""
        return tuple(cell for cell in self.cells if cell.chosen_mw > 0)

    @property
    def typical_gbp(self) -> float:
        """Sum at typical prices."""
        return sum(cell.typical_gbp for cell in self.chosen)

    @property
    def low_gbp(self) -> float:
        """Sum at p5 prices."""
        return sum(cell.low_gbp for cell in self.chosen)

    @property
    def high_gbp(self) -> float:
        """Sum at p95 prices."""
        return sum(cell.high_gbp for cell in self.chosen)

    @property
    def sentence(self) -> str:
        """The figure in words, or why it is zero."""
        if self.chosen:
            share = f", after the aggregator's {self.site.aggregator_share:.0%}" if self.site.aggregated else ""
            span = f"{money(self.low_gbp)} to {money(self.high_gbp)}"
            return f"{money(self.typical_gbp)} at typical prices, {span} at p5 to p95{share}"
        if any(cell.eligibility.eligible for cell in self.cells):
            return "£0: nothing that may be offered pays"
        if self.cells and all("size" in cell.eligibility.failing for cell in self.cells):
            return "£0: no block holds the 1 MW that the smallest bid takes"
        return "£0: no product passes every test in any whole block"


def availability(
    plan: SitePlan,
    blocks: Sequence[EfaBlock],
    levels: Levels,
    site: Capability | None = None,
    delivery: Delivery | None = None,
    rivals: Sequence[Rival] = (),
    products: Sequence[Product] = PRODUCTS,
) -> Availability:
    """What a plan could earn in the given blocks, exclusive per MW, rivals included."""
    site, delivery = site or Capability(), delivery or Delivery()
    shares = delivery.availability * delivery.performance * site.kept_share
    cells = [
        Cell(judged, levels.of(judged.product.code, judged.block.number), judged.block.hours * shares)
        for judged in eligibilities(plan, blocks, products, site)
    ]
    held: list[Cell] = []
    rivalled: list[Rival] = []
    for block in blocks:
        here = [cell for cell in cells if cell.block == block]
        others = [rival for rival in rivals if rival.block == block]
        up = [cell for cell in here if cell.product.direction is Direction.UP]
        down = [cell for cell in here if cell.product.direction is Direction.DOWN]
        # Turn-up and turn-down are different megawatts; events are turn-down.
        chosen, split = _choose(down, others, site)
        chosen += _choose(up, (), site)[0]
        held += sorted(chosen, key=lambda cell: products.index(cell.product))
        rivalled += split
    return Availability(tuple(held), tuple(rivalled), site, delivery)


def _choose(cells: Sequence[Cell], rivals: Sequence[Rival], site: Capability) -> tuple[list[Cell], list[Rival]]:
    """The best exclusive choice among services that use the same firm power."""
    firm = max((cell.eligibility.firm_mw for cell in cells), default=0.0)
    bids = [_bid(cell, site) for cell in cells]
    bids += [Bid(r.mw, r.step_mw, r.minimum_mw, r.gbp_per_mw, max(firm, r.mw)) for r in rivals]
    given = assign(bids)
    return (
        [replace(cell, chosen_mw=mw) for cell, mw in zip(cells, given[: len(cells)], strict=True)],
        [replace(rival, chosen_mw=mw) for rival, mw in zip(rivals, given[len(cells) :], strict=True)],
    )


def _bid(cell: Cell, site: Capability) -> Bid:
    step = POOL_STEP_MW if site.aggregated else cell.product.step_mw
    least = step if site.aggregated else cell.product.minimum_mw
    return Bid(cell.eligibility.offered_mw, step, least, cell.gbp_per_mw, cell.eligibility.firm_mw)
