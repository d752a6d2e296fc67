"""What we write: the bodies of our requests, built from the workload, the window and the terms."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from gridflex.beckn.candidates import Workload
from gridflex.beckn.goods import Descriptor, Location, OfferAttributes, OrderPrice, TimeWindow
from gridflex.beckn.messages import Discover, OrderRef, OrderRefMessage, stamp
from gridflex.beckn.orders import (
    AcceptedOffer,
    DeliveryAttributes,
    Fulfillment,
    Invoice,
    Order,
    OrderAttributes,
    OrderItem,
    Payment,
    WorkloadMetadata,
)
from gridflex.beckn.parties import Buyer, Site
from gridflex.beckn.terms import Terms
from gridflex.beckn.vocabulary import OrderStatus

SEARCH_RADIUS_M = 1_000_000
"""Metres round the site: all of Great Britain."""


def discover_windows(workload: Workload, site: Site) -> Discover:
    """Ask for windows clean enough, near enough."""
    grid = "@.beckn:itemAttributes.beckn:gridParameters"
    condition = (
        f"{grid}.renewableMix >= {workload.minimum_renewables:g} && "
        f"{grid}.carbonIntensity <= {workload.carbon_threshold:g}"
    )
    return discover("Grid flexibility windows", condition, site)


def discover(text: str, condition: str, site: Site) -> Discover:
    """Ask for items of which a JSONPath condition holds, in Great Britain."""
    return Discover(
        text_search=text,
        filters={"type": "jsonpath", "expression": f"$[?({condition})]"},
        spatial=[
            {
                "op": "s_dwithin",
                "targets": "$['beckn:availableAt'][*]['geo']",
                "geometry": _point(site),
                "distanceMeters": SEARCH_RADIUS_M,
            }
        ],
    )


def _point(site: Site) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [site.longitude, site.latitude]}


class OnOffer(Protocol):
    """What can be ordered: a window or a job slot, under one offer, at GBP/kWh."""

    @property
    def item_id(self) -> str:
        """Id of the item."""

    @property
    def offer_id(self) -> str:
        """Id of the offer."""

    @property
    def offer_name(self) -> str:
        """Name of the offer, for people."""

    @property
    def provider_id(self) -> str:
        """Who offers."""

    @property
    def price(self) -> float:
        """GBP/kWh."""

    @property
    def price_stability(self) -> str:
        """How firm the price is."""


def order_to_quote(order_id: str, wanted: OnOffer, buyer: Buyer) -> Order:
    """The order as first asked about: which item, under which offer."""
    offer = AcceptedOffer(
        id=wanted.offer_id,
        descriptor=Descriptor(name=wanted.offer_name),
        provider=wanted.provider_id,
        items=[wanted.item_id],
        price=OrderPrice(currency="GBP", value=wanted.price),
        offer_attributes=OfferAttributes(unit="per_kWh", price_stability=wanted.price_stability),
    )
    line = OrderItem(line_id="order-item-ce-001", ordered_item=wanted.item_id, quantity=1, accepted_offer=offer)
    return Order(
        id=order_id,
        order_status=OrderStatus.QUOTE_REQUESTED,
        seller=wanted.provider_id,
        buyer=buyer.buyer_id,
        order_items=[line],
    )


def metadata_of(workload: Workload, terms: Terms) -> WorkloadMetadata:
    """What will run, with the carbon budget (kgCO2) that follows from the window."""
    return WorkloadMetadata(
        workload_type=workload.kind,
        workload_id=workload.workload_id,
        gpu_hours=workload.gpus * workload.duration_hours if workload.gpus else None,
        carbon_budget=round(terms.carbon_budget_kg, 6),
        carbon_budget_unit="kgCO2",
    )


def order_to_initialise(
    order: Order, terms: Terms, what: WorkloadMetadata, about: OrderAttributes, buyer: Buyer, site: Site
) -> Order:
    """The order with who pays, what runs, where and when."""
    delivery = DeliveryAttributes(
        compute_load=round(terms.load_mw, 9),
        compute_load_unit="MW",
        location=Location(geo=_point(site), address=site.address),
        time_window=TimeWindow(start=stamp(terms.start), end=stamp(terms.end)),
        workload_metadata=what,
    )
    return order.model_copy(
        update={
            "order_status": OrderStatus.INITIALIZED,
            "invoice": Invoice(customer=buyer.customer),
            "fulfillment": Fulfillment(id=f"fulfillment-{order.id}", status="PENDING", delivery_attributes=delivery),
            "order_attributes": about,
        }
    )


def order_to_confirm(order: Order, payment: Payment | None) -> Order:
    """The initialised order, meant: with the provider's payment terms."""
    assert order.fulfillment is not None
    return order.model_copy(
        update={
            "order_status": OrderStatus.CONFIRMED,
            "fulfillment": order.fulfillment.model_copy(update={"status": "CONFIRMED"}),
            "payment": payment or Payment(settlement="next-billing-cycle"),
        }
    )


def reference(order_id: str) -> OrderRefMessage:
    """The order by its id alone."""
    return OrderRefMessage(order=OrderRef(id=order_id))


def cancellation(order_id: str, reason: str) -> OrderRefMessage:
    """A cancel with its reason (``core`` has no place for the reason)."""
    attributes = OrderAttributes(cancellation_reason=reason)
    return OrderRefMessage(order=OrderRef(id=order_id, order_attributes=attributes.to_wire()))


def order_to_update(
    order: Order, action: dict[str, Any], workload: dict[str, Any], update_type: str, event_id: str, now: datetime
) -> Order:
    """The order with a flexibility action on it."""
    assert order.fulfillment is not None
    delivery = DeliveryAttributes(
        flexibility_action={"actionTimestamp": stamp(now)} | action,
        workload_metadata=WorkloadMetadata.model_validate(workload),
    )
    return order.model_copy(
        update={
            "order_status": OrderStatus.IN_PROGRESS,
            "invoice": None,
            "payment": None,
            "fulfillment": order.fulfillment.model_copy(
                update={"status": "IN_PROGRESS", "delivery_attributes": delivery}
            ),
            "order_attributes": OrderAttributes(
                update_type=update_type, response_to_event=event_id, update_timestamp=stamp(now)
            ),
        }
    )
