"""What is ordered: the one internal order that every order message carries."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from gridflex.beckn.goods import (
    Address,
    Location,
    Offer,
    OrderPrice,
    TimeWindow,
    WindowAttributes,
)
from gridflex.beckn.vocabulary import OrderStatus, order_status
from gridflex.beckn.wire import Attributes, Ident, Named, Number, Plain, Text, bare_name, core_iri, kind_of


def _id_of(value: object) -> object:
    if isinstance(value, dict):
        return next((inner for key, inner in value.items() if bare_name(key) == "id"), None)
    return value


def _count_of(value: object) -> object:
    return value.get("unitQuantity", 1) if isinstance(value, dict) else value


def _invoice_of(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


class AcceptedOffer(Offer):
    """The offer an order item takes up."""

    price: OrderPrice | None = None


class OrderItem(Named):
    """One line: which window, under which offer."""

    kind: str = kind_of("beckn:OrderItem")
    line_id: Ident
    ordered_item: Ident
    quantity: Annotated[Number, BeforeValidator(_count_of)] = 1
    accepted_offer: AcceptedOffer | None = None
    order_item_attributes: WindowAttributes | None = None


class WorkloadMetadata(Plain):
    """What will run: its carbon budget is in kgCO2."""

    workload_type: Text | None = None
    workload_id: Text | None = None
    gpu_hours: Number | None = None
    carbon_budget: Number | None = None
    carbon_budget_unit: Text | None = None


class GridEventAlert(Plain):
    """The provider says that the grid has changed under a running order."""

    event_id: Ident
    alert_timestamp: Text | None = None
    event_type: Text | None = None
    severity: Text | None = None
    message: Annotated[str, Field(max_length=2000)] | None = None


class DeliveryAttributes(Attributes):
    """Load in MW, where and when it runs, and what was done to it since."""

    TYPE: ClassVar[str] = "beckn:ComputeEnergyFulfillment"

    compute_load: Number | None = None
    compute_load_unit: Text | None = None
    location: Location | None = None
    time_window: TimeWindow | None = None
    workload_metadata: WorkloadMetadata | None = None
    grid_event_alert: GridEventAlert | None = None
    flexibility_action: dict[str, Any] | None = None
    shift_details: dict[str, Any] | None = None
    flexibility_provided: dict[str, Any] | None = None


class Fulfillment(Named):
    """How the order is delivered."""

    iri: str = core_iri()
    kind: str = kind_of("beckn:Fulfillment")
    id: Ident
    mode: Text = "GRID-BASED"
    status: Text | None = None
    delivery_attributes: DeliveryAttributes | None = None

    @model_validator(mode="before")
    @classmethod
    def _either_status(cls, data: Any) -> Any:
        if isinstance(data, dict) and "beckn:fulfillmentStatus" in data:
            data = {**data, "status": data["beckn:fulfillmentStatus"]}
            del data["beckn:fulfillmentStatus"]
        return data


class Customer(Plain):
    """Who pays."""

    email: Text | None = None
    phone: Text | None = None
    legal_name: Text | None = None
    address: Address | None = None


class Invoice(Named):
    """To whom the order is billed (``deg``), or the id under which it is (``core``)."""

    iri: str = core_iri()
    kind: str = kind_of("schema:Invoice")
    id: Text | None = None
    customer: Customer | None = Field(default=None, serialization_alias="schema:customer")


class Payment(Attributes):
    """When it is paid."""

    TYPE: ClassVar[str] = "beckn:ComputeEnergyPayment"

    id: Text | None = None
    payment_status: Text | None = None
    settlement: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        inner = data.get("beckn:paymentAttributes") if isinstance(data, dict) else None
        return {"beckn:id": data.get("beckn:id"), **inner} if isinstance(inner, dict) else data


class OrderAttributes(Attributes):
    """What the order or its latest change is about."""

    TYPE: ClassVar[str] = "beckn:ComputeEnergyOrder"

    request_type: Text | None = None
    priority: Text | None = None
    flexibility_level: Text | None = None
    update_type: Text | None = None
    update_reason: Text | None = None
    update_timestamp: Text | None = None
    response_to_event: Text | None = None
    cancellation_reason: Text | None = None
    rejection_reason: Text | None = None
    confirmation_timestamp: Text | None = None
    completion_timestamp: Text | None = None


class Order(Named):
    """An order. The buyer makes its id at select and both sides keep it."""

    iri: str = core_iri()
    kind: str = kind_of("beckn:Order")
    id: Ident | None = None
    order_status: Annotated[OrderStatus, BeforeValidator(order_status)]
    seller: Annotated[Text, BeforeValidator(_id_of)]
    buyer: Annotated[Text, BeforeValidator(_id_of)]
    order_items: list[OrderItem] = Field(default_factory=list)
    invoice: Annotated[Invoice, BeforeValidator(_invoice_of)] | None = None
    fulfillment: Fulfillment | None = None
    payment: Payment | None = None
    order_attributes: OrderAttributes | None = None

    @property
    def window(self) -> WindowAttributes:
        """Attributes of the first line; empty where the message has none."""
        first = self.order_items[0].order_item_attributes if self.order_items else None
        return first or WindowAttributes()

    @property
    def delivery(self) -> DeliveryAttributes:
        """Delivery attributes; empty where the message has none."""
        inner = self.fulfillment.delivery_attributes if self.fulfillment else None
        return inner or DeliveryAttributes()
