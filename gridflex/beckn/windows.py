"""Energy windows understood: when, where, how clean, how much, at what price; or why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from gridflex.beckn.goods import Address, CapacityParameters, Catalog, GridParameters, Item, Location, Offer, TimeWindow
from gridflex.beckn.reading import explain
from gridflex.beckn.times import DAY, is_time_of_day, next_run, read_duration, read_moment, read_time_of_day
from gridflex.domain.jobs import UtcTime
from gridflex.domain.regions import REGIONS
from gridflex.errors import InvalidMessage

MAX_WINDOWS = 500
"""Windows read of one answer; the rest is said and passed over."""


MAX_INTENSITY = 2000.0
"""gCO2/kWh; twice that of the dirtiest coal."""

MAX_PRICE = 10.0
"""GBP/kWh either way; above the GB balancing market's caps."""

NOTHING = timedelta()
SECOND = timedelta(seconds=1)
LONGEST = timedelta(days=7)
_PER_KWH = {"per_kwh": 1.0, "gbp_per_kwh": 1.0, "per_mwh": 0.001, "gbp_per_mwh": 0.001}
_PER_MW = {"mw": 1.0, "kw": 0.001}


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


class Unread(BaseModel):
    """An item or offer that could not be read as a window, and why."""

    model_config = ConfigDict(frozen=True)

    item_id: str
    reason: str


def read_windows(
    catalogs: Iterable[Catalog], now: datetime, bpp_id: str | None = None, bpp_uri: str | None = None
) -> tuple[tuple[Window, ...], tuple[Unread, ...]]:
    """All windows of an answer, and everything in it that is none, with its reason."""
    windows: dict[str, Window] = {}
    unread: list[Unread] = []
    for found in (found for catalog in catalogs for found in _read_catalog(catalog, now, bpp_id, bpp_uri)):
        if isinstance(found, Unread):
            unread.append(found)
        elif found.key in windows:
            unread.append(Unread(item_id=found.item_id, reason="offered twice under the same ids"))
        elif len(windows) >= MAX_WINDOWS:
            unread.append(Unread(item_id=found.item_id, reason=f"beyond the first {MAX_WINDOWS} windows"))
        else:
            windows[found.key] = found
    return tuple(windows.values()), tuple(unread)


def _read_catalog(
    catalog: Catalog, now: datetime, bpp_id: str | None, bpp_uri: str | None
) -> Iterator[Window | Unread]:
    offers, broken = _offers_by_item(catalog.offers)
    yield from broken
    for raw in catalog.items[: MAX_WINDOWS * 2]:
        item_id = _id_of(raw)
        try:
            item = Item.model_validate(raw)
            joined = offers.get(item.id, ())
            if not joined:
                yield Unread(item_id=item_id, reason="no offer names it, so it has no price")
            for offer in joined:
                yield _one(item, offer, catalog, now, (bpp_id, bpp_uri))
        except ValidationError as error:
            yield Unread(item_id=item_id, reason=explain(error))
        except InvalidMessage as error:
            yield Unread(item_id=item_id, reason=str(error))


def _offers_by_item(raw_offers: list[Any]) -> tuple[dict[str, list[Offer]], list[Unread]]:
    by_item: dict[str, list[Offer]] = {}
    broken: list[Unread] = []
    for raw in raw_offers[: MAX_WINDOWS * 2]:
        try:
            offer = Offer.model_validate(raw)
        except ValidationError as error:
            broken.append(Unread(item_id=_id_of(raw), reason=f"offer unreadable: {explain(error)}"))
            continue
        for item_id in offer.items:
            by_item.setdefault(item_id, []).append(offer)
    return by_item, broken


def _id_of(raw: object) -> str:
    return str(raw.get("beckn:id", raw.get("id", "")))[:80] if isinstance(raw, dict) else "not an object"


def _one(item: Item, offer: Offer, catalog: Catalog, now: datetime, bpp: tuple[str | None, str | None]) -> Window:
    attributes = item.item_attributes
    if attributes is None or attributes.grid_parameters is None or attributes.capacity_parameters is None:
        raise InvalidMessage("it is no energy window: grid or capacity parameters are missing")
    grid = attributes.grid_parameters
    start, end = _times(attributes.time_window, catalog, now)
    address = _address(item.available_at)
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
        bpp_id=bpp[0],
        bpp_uri=bpp[1],
        grid_area=grid.grid_area or "",
        grid_zone=grid.grid_zone or "",
        locality=address.address_locality or grid.grid_area or "",
        region=_region(address, grid),
        start=start,
        end=end,
        intensity=_intensity(grid),
        renewable_percent=_percent(grid),
        price=_price(offer),
        capacity_mw=megawatts(attributes.capacity_parameters, "available_capacity"),
        price_stability=(offer.offer_attributes.price_stability if offer.offer_attributes else None) or "not stated",
        reservation_required=bool(attributes.capacity_parameters.reservation_required),
    )


def _times(window: TimeWindow | None, catalog: Catalog, now: datetime) -> tuple[datetime, datetime]:
    if window is None or not window.start:
        raise InvalidMessage("it does not say when it is")
    length = read_duration(window.duration) if window.duration else None
    if is_time_of_day(window.start):
        opens, closes = _validity(catalog, now)
        end = read_time_of_day(window.end) if window.end else None
        begins, ends = next_run(read_time_of_day(window.start), end, length, opens)
        while ends <= now:
            begins, ends = next_run(read_time_of_day(window.start), end, length, begins + SECOND)
        if begins > closes:
            raise InvalidMessage("it is over, and the catalogue holds for no later day")
    else:
        begins = read_moment(window.start)
        ends = read_moment(window.end) if window.end else begins + (length or NOTHING)
    if not NOTHING < ends - begins <= LONGEST:
        raise InvalidMessage("it does not end after it starts, or is longer than a week")
    return begins, ends


def _validity(catalog: Catalog, now: datetime) -> tuple[datetime, datetime]:
    period = catalog.validity
    if period is None or not period.start_date:
        raise InvalidMessage("it has a time of day, and the catalogue no date")
    opens = read_moment(period.start_date)
    return opens, read_moment(period.end_date) if period.end_date else max(opens, now) + DAY


def _address(places: list[Location] | None) -> Address:
    address = places[0].address if places else None
    return address if isinstance(address, Address) else Address(address_locality=address)


def _region(address: Address, grid: GridParameters) -> int | None:
    spoken = {text.casefold() for text in (address.address_region, grid.grid_area, grid.grid_zone) if text}
    return next((number for number, name in REGIONS.items() if number and name.casefold() in spoken), None)


def _intensity(grid: GridParameters) -> float:
    if grid.carbon_intensity is None:
        raise InvalidMessage("no carbon intensity is stated")
    unit = (grid.carbon_intensity_unit or "gCO2/kWh").replace(" ", "").casefold()
    if unit not in ("gco2/kwh", "kgco2/mwh", "g/kwh"):
        raise InvalidMessage(f"carbon intensity in {grid.carbon_intensity_unit}, not gCO2/kWh")
    if not 0 <= grid.carbon_intensity <= MAX_INTENSITY:
        raise InvalidMessage(f"a carbon intensity of {grid.carbon_intensity:g} gCO2/kWh cannot be")
    return grid.carbon_intensity


def _percent(grid: GridParameters) -> float:
    if grid.renewable_mix is None or not 0 <= grid.renewable_mix <= 100:
        raise InvalidMessage("the renewable mix is not a per cent from 0 to 100")
    return grid.renewable_mix


def _price(offer: Offer) -> float:
    price = offer.price
    if price is None or price.value is None:
        raise InvalidMessage("the offer has no price")
    if price.currency.upper() != "GBP":
        raise InvalidMessage(f"priced in {price.currency[:10]}; only GBP is compared")
    unit = ((offer.offer_attributes.unit if offer.offer_attributes else None) or "per_kWh").casefold()
    if unit not in _PER_KWH:
        raise InvalidMessage(f"priced {unit[:40]}, not per kWh")
    value = price.value * _PER_KWH[unit]
    if abs(value) > MAX_PRICE:
        raise InvalidMessage(f"a price of {value:g} GBP/kWh cannot be")
    return value


def megawatts(capacity: CapacityParameters, which: str) -> float:
    """One of the three powers, MW. Raises InvalidMessage if it is missing, negative or in no known unit."""
    value = getattr(capacity, which)
    unit = (capacity.capacity_unit or "MW").casefold()
    if value is None or value < 0:
        raise InvalidMessage(f"the {which.replace('_', ' ')} is not stated")
    if unit not in _PER_MW:
        raise InvalidMessage(f"capacity in {capacity.capacity_unit}, not MW or kW")
    return float(value) * _PER_MW[unit]
