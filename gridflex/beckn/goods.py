"""What is on offer: catalogues, their items and offers, and what both are made of."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from gridflex.beckn.wire import Attributes, Ident, Named, Number, Plain, Text, core_iri, kind_of


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


class Price(Plain):
    """A price: per kWh unless the offer's attributes say otherwise."""

    currency: Text = "GBP"
    value: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _either_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("value") is None and "price" in data:
            data = {**data, "value": data["price"]}
            del data["price"]
        return data


class OrderPrice(Price):
    """A price inside an order, where the ``deg`` dialect calls the figure ``price``."""

    value: Number | None = Field(default=None, serialization_alias="price")


class Address(Plain):
    """A postal address."""

    street_address: Text | None = None
    address_locality: Text | None = None
    address_region: Text | None = None
    postal_code: Text | None = None
    address_country: Text | None = None


class Location(Plain):
    """A place: GeoJSON (longitude first, degrees) and perhaps an address."""

    kind: str = kind_of("beckn:Location")
    geo: dict[str, Any] | None = None
    address: Address | Text | None = None


class Descriptor(Named):
    """A name for people."""

    kind: str = kind_of("beckn:Descriptor")
    name: Text | None = Field(default=None, serialization_alias="schema:name")
    short_desc: Annotated[str, Field(max_length=2000)] | None = None
    image: Any = Field(default=None, serialization_alias="schema:image")


class Provider(Named):
    """Who offers."""

    id: Ident
    descriptor: Descriptor | None = None


def _provider(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


ProviderOrId = Annotated[Provider, BeforeValidator(_provider)]


class GridParameters(Plain):
    """State of the grid in the window: renewable mix in per cent, intensity in gCO2/kWh."""

    grid_area: Text | None = None
    grid_zone: Text | None = None
    renewable_mix: Number | None = None
    renewable_mix_unit: Text | None = None
    carbon_intensity: Number | None = None
    carbon_intensity_unit: Text | None = None


class TimeWindow(Plain):
    """From when to when, as the peer wrote it: times of day in a catalogue, full times in an order."""

    start: Text | None = None
    end: Text | None = None
    duration: Text | None = None


class CapacityParameters(Plain):
    """Power that is free, reserved and in use, in ``capacity_unit``."""

    available_capacity: Number | None = None
    reserved_capacity: Number | None = None
    active_capacity: Number | None = None
    capacity_unit: Text | None = None
    reservation_required: bool | None = None


class PricingParameters(Plain):
    """Price per ``unit`` and what the order costs in all, in ``currency``."""

    spot_price: Number | None = None
    currency: Text | None = None
    unit: Text | None = None
    price_stability: Text | None = None
    estimated_cost: Number | None = None
    actual_cost: Number | None = None


class JobSlotParameters(Plain):
    """What makes an item a job slot instead: a job that may run any time in the window, in kWh and hours."""

    job_id: Ident
    job_kind: Text | None = None
    energy: Number
    energy_unit: Text = "kWh"
    run_duration: Text


class WindowAttributes(Attributes):
    """What makes an item an energy window, or a job slot."""

    TYPE: ClassVar[str] = "beckn:ComputeEnergyWindow"

    slot_id: Text | None = None
    grid_parameters: GridParameters | None = None
    time_window: TimeWindow | None = None
    pricing_parameters: PricingParameters | None = None
    capacity_parameters: CapacityParameters | None = None
    job_slot: JobSlotParameters | None = None


class OfferAttributes(Attributes):
    """Unit and stability of an offer's price."""

    TYPE: ClassVar[str] = "beckn:ComputeEnergyPricing"

    unit: Text | None = None
    price_stability: Text | None = None


class Item(Named):
    """One window in a catalogue."""

    iri: str = core_iri()
    kind: str = kind_of("beckn:Item")
    id: Ident
    descriptor: Descriptor | None = None
    provider: ProviderOrId | None = None
    available_at: Annotated[list[Location], BeforeValidator(_as_list)] | None = None
    rateable: Any = None
    item_attributes: WindowAttributes | None = None


class Offer(Named):
    """A price for one or more items."""

    iri: str = core_iri()
    kind: str = kind_of("beckn:Offer")
    id: Ident
    descriptor: Descriptor | None = None
    provider: Text | None = None
    items: list[Ident] = Field(default_factory=list)
    price: Price | None = None
    offer_attributes: OfferAttributes | None = None


class TimePeriod(Named):
    """From when to when something holds."""

    kind: str = kind_of("beckn:TimePeriod")
    start_date: Text | None = Field(default=None, serialization_alias="schema:startDate")
    end_date: Text | None = Field(default=None, serialization_alias="schema:endDate")


class Catalog(Named):
    """A provider's offering. Items and offers stay raw here, so that one bad one costs only itself."""

    iri: str = core_iri()
    kind: str = kind_of("beckn:Catalog")
    id: Ident
    descriptor: Descriptor | None = None
    bpp_id: Text | None = None
    bpp_uri: Text | None = None
    provider_id: Text | None = None
    provider: ProviderOrId | None = None
    validity: TimePeriod | None = None
    items: list[Any] = Field(default_factory=list)
    offers: list[Any] = Field(default_factory=list)
