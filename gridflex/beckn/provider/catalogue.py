"""The embedded provider's catalogue: in each zone the cleanest block of the next 24 hours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridflex.beckn.goods import (
    Address,
    CapacityParameters,
    Catalog,
    Descriptor,
    GridParameters,
    Item,
    Location,
    Offer,
    OfferAttributes,
    Price,
    PricingParameters,
    Provider,
    TimePeriod,
    TimeWindow,
    WindowAttributes,
)
from gridflex.beckn.messages import stamp
from gridflex.beckn.provider.outlook import GridOutlook
from gridflex.beckn.provider.zones import Zone
from gridflex.beckn.times import write_duration
from gridflex.domain.format import clock
from gridflex.domain.halfhours import HALF_HOUR, ceil_half_hour, half_hours

HORIZON = 48
"""Half-hours ahead in which a window may lie."""

PROVIDER_ID = "provider-gridflex-sandbox"
PROVIDER_NAME = "GridFlex sandbox"


@dataclass(frozen=True)
class Block:
    """A window as the provider made it: means over its half-hours, in gCO2/kWh, per cent and GBP/kWh."""

    zone: Zone
    start: datetime
    end: datetime
    intensity: float
    renewable_percent: float
    price: float

    @property
    def item_id(self) -> str:
        """Names the window for as long as it lasts."""
        return f"item-ce-{self.zone.key}-{self.start:%Y%m%d-%H%M}"

    @property
    def offer_id(self) -> str:
        """Names its one offer."""
        return self.item_id.replace("item-", "offer-", 1)

    @property
    def name(self) -> str:
        """Name for people, in UK time."""
        return f"{self.zone.locality} {clock(self.start)} window"


def cleanest_block(zone: Zone, outlook: GridOutlook, now: datetime) -> Block | None:
    """The zone's cleanest window in the next 24 hours, the earliest of equals; None without a forecast for it."""
    first, length = ceil_half_hour(now), zone.hours * 2
    intensity = list(outlook.intensity(zone.region, first, HORIZON))
    means = [_mean(intensity[i : i + length]) for i in range(len(intensity) - length + 1)]
    known = [i for i, mean in enumerate(means) if math.isfinite(mean)]
    if not known:
        return None
    best = min(known, key=lambda i: means[i])
    start = first + HALF_HOUR * best
    renewable = _mean([outlook.renewable_percent(zone.region, moment) for moment in half_hours(start, length)])
    price = _mean(outlook.price(start, length))
    if not (math.isfinite(renewable) and math.isfinite(price)):
        return None
    end = start + HALF_HOUR * length
    return Block(zone, start, end, round(means[best], 1), round(renewable, 1), round(price, 5))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def catalogue(blocks: Iterable[tuple[Block, float]], now: datetime) -> Catalog:
    """The blocks as items and offers; beside each block the MW still free in it."""
    offered = list(blocks)
    first = ceil_half_hour(now)
    return Catalog(
        id=f"catalog-ce-sandbox-{first:%Y%m%d-%H%M}",
        descriptor=Descriptor(name="Grid flexibility windows, Great Britain", short_desc="Sandbox: nothing is sold"),
        provider_id=PROVIDER_ID,
        validity=TimePeriod(
            start_date=stamp(first), end_date=stamp(max((block.end for block, _ in offered), default=first))
        ),
        items=[_item(block, free).to_wire() for block, free in offered],
        offers=[_offer(block).to_wire() for block, _ in offered],
    )


def _item(block: Block, free_mw: float) -> Item:
    zone = block.zone
    return Item(
        id=block.item_id,
        descriptor=Descriptor(name=block.name),
        provider=Provider(id=PROVIDER_ID, descriptor=Descriptor(name=PROVIDER_NAME)),
        available_at=[
            Location(
                geo={"type": "Point", "coordinates": [zone.longitude, zone.latitude]},
                address=Address(address_locality=zone.locality, address_region=zone.region_name, address_country="GB"),
            )
        ],
        rateable=True,
        item_attributes=WindowAttributes(
            grid_parameters=grid_parameters(block),
            time_window=TimeWindow(
                start=f"{block.start:%H:%M:%S}Z",
                end=f"{block.end:%H:%M:%S}Z",
                duration=write_duration(block.end - block.start),
            ),
            capacity_parameters=CapacityParameters(
                available_capacity=round(free_mw, 6), capacity_unit="MW", reservation_required=True
            ),
        ),
    )


def _offer(block: Block) -> Offer:
    return Offer(
        id=block.offer_id,
        descriptor=Descriptor(name=f"{block.name}, compute slot"),
        provider=PROVIDER_ID,
        items=[block.item_id],
        price=Price(currency="GBP", value=block.price),
        offer_attributes=OfferAttributes(unit="per_kWh", price_stability="stable"),
    )


def grid_parameters(block: Block) -> GridParameters:
    """The grid in the block, as stated in the catalogue and in every order for it."""
    return GridParameters(
        grid_area=block.zone.locality,
        grid_zone=block.zone.code,
        renewable_mix=block.renewable_percent,
        renewable_mix_unit="percent",
        carbon_intensity=block.intensity,
        carbon_intensity_unit="gCO2/kWh",
    )


def window_attributes(block: Block, price: float, **capacity: float) -> WindowAttributes:
    """The block in an order: full times, price, and the capacities given (MW)."""
    return WindowAttributes(
        slot_id=block.item_id.replace("item-", "slot-", 1),
        grid_parameters=grid_parameters(block),
        time_window=TimeWindow(
            start=stamp(block.start), end=stamp(block.end), duration=write_duration(block.end - block.start)
        ),
        pricing_parameters=PricingParameters(
            spot_price=price, currency="GBP", unit="per_kWh", price_stability="stable"
        ),
        capacity_parameters=CapacityParameters.model_validate(capacity | {"capacity_unit": "MW"}),
    )
