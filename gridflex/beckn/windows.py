"""Energy windows understood: when, where, how clean, how much, at what price; or why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from gridflex.beckn.goods import Catalog, Item, Offer
from gridflex.beckn.joining import Unread, read_pairs
from gridflex.beckn.units import address_of, intensity_of, megawatts, price_of, region_of, renewables_of, times_of
from gridflex.domain.jobs import UtcTime
from gridflex.errors import InvalidMessage


class Window(BaseModel):
    """One offer of one item. Intensity gCO2/kWh, renewables per cent, price GBP/kWh, capacity MW.

    ``region`` is the grid region's number, None where the address names none of them.
    """

    model_config = ConfigDict(frozen=True)

    item_id: str
    offer_id: str
    name: str
    offer_name: str
    provider_id: str
    provider_name: str
    bpp_id: str | None
    bpp_uri: str | None
    grid_area: str
    grid_zone: str
    locality: str
    region: int | None
    start: UtcTime
    end: UtcTime
    intensity: float
    renewable_percent: float
    price: float
    capacity_mw: float
    price_stability: str
    reservation_required: bool

    @property
    def key(self) -> str:
        """Names the window among all of an answer."""
        return f"{self.item_id}/{self.offer_id}"

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start).total_seconds() / 3600


def read_windows(catalogs: Iterable[Catalog], now: datetime) -> tuple[tuple[Window, ...], tuple[Unread, ...]]:
    """All windows of an answer, and everything in it that is none, with its reason."""
    return read_pairs(catalogs, lambda item, offer, catalog: _one(item, offer, catalog, now))


def _one(item: Item, offer: Offer, catalog: Catalog, now: datetime) -> Window:
    attributes = item.item_attributes
    if attributes is None or attributes.grid_parameters is None or attributes.capacity_parameters is None:
        raise InvalidMessage("it is no energy window: grid or capacity parameters are missing")
    grid = attributes.grid_parameters
    start, end = times_of(attributes.time_window, catalog, now)
    address = address_of(item.available_at)
    provider = item.provider or catalog.provider
    provider_id = (provider.id if provider else None) or catalog.provider_id or offer.provider
    if not provider_id:
        raise InvalidMessage("no provider is named")
    name = (item.descriptor.name if item.descriptor else None) or item.id
    provider_name = provider.descriptor.name if provider and provider.descriptor else None
    return Window(
        item_id=item.id,
        offer_id=offer.id,
        name=name,
        offer_name=(offer.descriptor.name if offer.descriptor else None) or name,
        provider_id=provider_id,
        provider_name=provider_name or provider_id,
        bpp_id=catalog.bpp_id,
        bpp_uri=catalog.bpp_uri,
        grid_area=grid.grid_area or "",
        grid_zone=grid.grid_zone or "",
        locality=address.address_locality or grid.grid_area or "",
        region=region_of(address, grid),
        start=start,
        end=end,
        intensity=intensity_of(grid),
        renewable_percent=renewables_of(grid),
        price=price_of(offer),
        capacity_mw=megawatts(attributes.capacity_parameters, "available_capacity"),
        price_stability=(offer.offer_attributes.price_stability if offer.offer_attributes else None) or "not stated",
        reservation_required=bool(attributes.capacity_parameters.reservation_required),
    )
