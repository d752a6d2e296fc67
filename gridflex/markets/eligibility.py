"""Which products a site may offer, and for each it may not, the test it fails in words.

Four tests: speed, duration, size, metering. A site that pools through an aggregator passes the
smallest size with its pool; the other tests stay its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite

from gridflex.domain.format import number
from gridflex.errors import InputError
from gridflex.markets.efa import EfaBlock
from gridflex.markets.firm import SitePlan, firm_kw, firm_mw
from gridflex.markets.products import MINUTES_PER_HALF_HOUR, Direction, Product

LARGEST_MW = 2000.0
"""More than any single site of the GB grid draws; beyond it the input is a slip of units."""

POOL_STEP_MW = 0.01
"""What a share in an aggregator's pool is counted in; ours."""

ROUNDING_MW = 1e-9


@dataclass(frozen=True)
class Capability:
    """What the site can do. Defaults are assumed.

    ``response_s``: from the call to full delivery by pausing or starting jobs.
    ``meter_s``: interval of the meter that proves it. ``aggregated`` sells through a pool
    that keeps ``aggregator_share`` of the revenue.
    """

    response_s: float = 300.0
    meter_s: float = 60.0
    aggregated: bool = False
    aggregator_share: float = 0.3

    def __post_init__(self) -> None:
        if not (self.response_s > 0 and self.meter_s > 0 and isfinite(self.response_s) and isfinite(self.meter_s)):
            raise InputError("response and metering interval must be above 0 seconds")
        if not 0 <= self.aggregator_share <= 1:
            raise InputError("the aggregator's share must be from 0 to 100 %")

    @property
    def kept_share(self) -> float:
        """Share of the revenue the site keeps."""
        return 1.0 - self.aggregator_share if self.aggregated else 1.0


@dataclass(frozen=True)
class Eligibility:
    """What of a block's firm power a product takes. ``failing`` names the tests failed, ``reason`` says why."""

    product: Product
    block: EfaBlock
    firm_mw: float
    offered_mw: float
    failing: tuple[str, ...]
    reason: str

    @property
    def eligible(self) -> bool:
        """Whether anything may be offered."""
        return not self.failing


def offered_mw(firm: float, product: Product, aggregated: bool) -> float:
    """Firm power floored to what the product takes, MW; 0 under its smallest size unless pooled."""
    if not 0 <= firm <= LARGEST_MW:
        raise InputError(f"{firm:g} MW cannot be offered: from 0 to {LARGEST_MW:,.0f} MW")
    step = POOL_STEP_MW if aggregated else product.step_mw
    floored = round(floor((firm + ROUNDING_MW) / step) * step, 6)
    return floored if aggregated or floored >= product.minimum_mw else 0.0


def judge(product: Product, block: EfaBlock, firm: float, firm_at_all: float, site: Capability) -> Eligibility:
    """Eligibility of one product in one block.

    ``firm`` is the firm power (MW) for the product's duration, ``firm_at_all`` that for half
    an hour: where only the first is too small, the duration is what fails.
    """
    offer = offered_mw(firm, product, site.aggregated)
    failed = [(name, says) for name, says in _tests(product, site) if says]
    if offer == 0 and offered_mw(firm_at_all, product, site.aggregated) > 0:
        failed.append(("duration", f"the power is not there for {number(product.duration_min)} min"))
    elif offer == 0:
        failed.append(("size", _too_small(product, firm, site.aggregated)))
    reason = "; ".join(says for _, says in failed)
    return Eligibility(product, block, firm, 0.0 if failed else offer, tuple(name for name, _ in failed), reason)


def eligibilities(
    plan: SitePlan, blocks: Sequence[EfaBlock], products: Sequence[Product], site: Capability
) -> list[Eligibility]:
    """Every product in every block, products in their order within each block."""
    pauses = {(product.direction, pause) for product in products for pause in (product.pause_half_hours, 1)}
    firm = {pause: firm_mw(firm_kw(plan, *pause), blocks) for pause in pauses}
    return [
        judge(
            product,
            block,
            float(firm[product.direction, product.pause_half_hours][at]),
            float(firm[product.direction, 1][at]),
            site,
        )
        for at, block in enumerate(blocks)
        for product in products
    ]


def _tests(product: Product, site: Capability) -> tuple[tuple[str, str], ...]:
    """Names of the tests that do not depend on power, each with what is wrong; empty where it is passed."""
    return ("speed", _too_slow(product, site)), ("metering", _too_coarse(product, site))


def _too_slow(product: Product, site: Capability) -> str:
    if site.response_s <= product.full_s:
        return ""
    needs = "needs a battery or UPS: " if product.follows_frequency else ""
    return f"{needs}full delivery in {number(product.full_s)} s, jobs take {number(site.response_s)} s"


def _too_coarse(product: Product, site: Capability) -> str:
    if site.meter_s <= product.full_s:
        return ""
    return f"a meter each {number(site.meter_s)} s cannot show delivery within {number(product.full_s)} s"


def _too_small(product: Product, firm: float, aggregated: bool) -> str:
    what = "firm turn-down" if product.direction is Direction.DOWN else "firm turn-up"
    if aggregated:
        return f"{firm:.3f} MW {what} for {product.pause_half_hours * MINUTES_PER_HALF_HOUR} min: nothing to pool"
    return f"{firm:.3f} MW {what} is under the {product.minimum_mw:g} MW smallest bid"
