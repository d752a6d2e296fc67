"""Job slots: deferrable jobs offered to the grid as load that can be placed, and how their items are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from gridflex.beckn.goods import (
    Address,
    CapacityParameters,
    Catalog,
    Descriptor,
    GridParameters,
    Item,
    JobSlotParameters,
    Location,
    Offer,
    OfferAttributes,
    Price,
    PricingParameters,
    Provider,
    TimeWindow,
    WindowAttributes,
)
from gridflex.beckn.joining import Unread, read_pairs
from gridflex.beckn.messages import stamp
from gridflex.beckn.terms import TOLERANCE
from gridflex.beckn.times import read_duration, read_moment, write_duration
from gridflex.beckn.units import address_of, megawatts, price_of, region_of
from gridflex.domain.jobs import UtcTime
from gridflex.domain.regions import region_name
from gridflex.errors import InvalidMessage

PROVIDER_ID = "provider-gridflex-jobs"


class JobSlot(BaseModel):
    """A deferrable job that may run any time from ``opens`` to ``closes``.

    Placing it where the grid wants load costs ``premium`` GBP/kWh, the flexibility premium.
    """

    model_config = ConfigDict(frozen=True)

    job_id: str = Field(min_length=1, max_length=64)
    kind: str = "job"
    energy_kwh: float = Field(gt=0, allow_inf_nan=False)
    duration_hours: float = Field(gt=0, allow_inf_nan=False)
    opens: UtcTime
    closes: UtcTime
    premium: float = Field(ge=0, allow_inf_nan=False)
    region: int
    locality: str = ""
    longitude: float = 0.0
    latitude: float = 0.0
    item_id: str = Field(default_factory=lambda data: f"item-job-{data['job_id']}")
    offer_id: str = Field(default_factory=lambda data: f"offer-job-{data['job_id']}")
    provider_id: str = PROVIDER_ID

    @property
    def key(self) -> str:
        """Names the slot among all of an answer."""
        return self.item_id

    @property
    def load_mw(self) -> float:
        """Power while it runs, MW."""
        return self.energy_kwh / self.duration_hours / 1000

    @property
    def length(self) -> timedelta:
        """Length of the run."""
        return timedelta(hours=self.duration_hours)

    @property
    def offer_name(self) -> str:
        """Name of its offer."""
        return f"Flexibility of {self.kind} {self.job_id}"

    @property
    def price(self) -> float:
        """What the buyer pays, GBP/kWh: the premium."""
        return self.premium

    @property
    def price_stability(self) -> str:
        """The premium does not change."""
        return "guaranteed"


def slot_catalogue(slots: Iterable[JobSlot], now: datetime) -> Catalog:
    """The slots as items and offers."""
    offered = list(slots)
    return Catalog(
        id=f"catalog-jobs-{now:%Y%m%d-%H%M}",
        descriptor=Descriptor(name="Deferrable compute jobs"),
        provider_id=PROVIDER_ID,
        items=[_item(slot).to_wire() for slot in offered],
        offers=[_offer(slot).to_wire() for slot in offered],
    )


def _item(slot: JobSlot) -> Item:
    return Item(
        id=slot.item_id,
        descriptor=Descriptor(name=f"{slot.kind} {slot.job_id}"),
        provider=Provider(id=PROVIDER_ID, descriptor=Descriptor(name="GridFlex workload agent")),
        available_at=[
            Location(
                geo={"type": "Point", "coordinates": [slot.longitude, slot.latitude]},
                address=Address(
                    address_locality=slot.locality or None,
                    address_region=region_name(slot.region),
                    address_country="GB",
                ),
            )
        ],
        item_attributes=slot_attributes(slot, slot.opens, slot.closes, available_capacity=slot.load_mw),
    )


def slot_attributes(slot: JobSlot, start: datetime, end: datetime, **capacity: float) -> WindowAttributes:
    """The slot's attributes for a stretch of time, with the capacities given (MW)."""
    return WindowAttributes(
        slot_id=slot.item_id,
        grid_parameters=GridParameters(grid_area=region_name(slot.region)),
        time_window=TimeWindow(start=stamp(start), end=stamp(end)),
        pricing_parameters=PricingParameters(spot_price=slot.premium, currency="GBP", unit="per_kWh"),
        capacity_parameters=CapacityParameters.model_validate(capacity | {"capacity_unit": "MW"}),
        job_slot=JobSlotParameters(
            job_id=slot.job_id, job_kind=slot.kind, energy=slot.energy_kwh, run_duration=write_duration(slot.length)
        ),
    )


def _offer(slot: JobSlot) -> Offer:
    return Offer(
        id=slot.offer_id,
        descriptor=Descriptor(name=slot.offer_name),
        provider=PROVIDER_ID,
        items=[slot.item_id],
        price=Price(currency="GBP", value=slot.premium),
        offer_attributes=OfferAttributes(unit="per_kWh", price_stability=slot.price_stability),
    )


def read_slots(catalogs: Iterable[Catalog]) -> tuple[tuple[JobSlot, ...], tuple[Unread, ...]]:
    """The job slots of an answer, and what in it is none, with its reason."""
    return read_pairs(catalogs, _one)


def _one(item: Item, offer: Offer, catalog: Catalog) -> JobSlot:
    attributes = item.item_attributes
    if attributes is None or attributes.job_slot is None or attributes.capacity_parameters is None:
        raise InvalidMessage("it is no job slot")
    window, job = attributes.time_window, attributes.job_slot
    if window is None or not window.start or not window.end:
        raise InvalidMessage("it does not say when the job may run")
    region = region_of(address_of(item.available_at), attributes.grid_parameters or GridParameters())
    if region is None:
        raise InvalidMessage("it names no region of the grid")
    slot = JobSlot(
        job_id=job.job_id,
        kind=job.job_kind or "job",
        energy_kwh=job.energy,
        duration_hours=read_duration(job.run_duration).total_seconds() / 3600,
        opens=read_moment(window.start),
        closes=read_moment(window.end),
        premium=price_of(offer),
        region=region,
        locality=address_of(item.available_at).address_locality or "",
        item_id=item.id,
        offer_id=offer.id,
        provider_id=_provider_id(item, offer, catalog),
    )
    if abs(slot.load_mw - megawatts(attributes.capacity_parameters, "available_capacity")) > slot.load_mw * TOLERANCE:
        raise InvalidMessage("its power is not its energy over its duration")
    return slot


def _provider_id(item: Item, offer: Offer, catalog: Catalog) -> str:
    return (item.provider.id if item.provider else None) or catalog.provider_id or offer.provider or ""
