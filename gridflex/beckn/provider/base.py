"""What every provider of ours does alike: one answer at a time, ratings, support."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import RLock

from gridflex.beckn.goods import PricingParameters, WindowAttributes
from gridflex.beckn.messages import Envelope, OnRating, OnSupport, OrderMessage, OrderRefMessage, Rating, SupportContact
from gridflex.beckn.orders import DeliveryAttributes, Fulfillment, Order, OrderAttributes
from gridflex.beckn.times import read_moment
from gridflex.beckn.vocabulary import OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import InvalidMessage, Nack

Handler = Callable[[Envelope, datetime], Plain]

MAX_ORDERS = 2000
"""Orders remembered; the oldest is forgotten first."""

SUPPORT = SupportContact(
    name="GridFlex", email="support@gridflex.example", hours="while the demo runs", channels=["email", "web"]
)


class BaseProvider:
    """Answers for one subscriber. Safe to share between threads."""

    subscriber_id: str
    uri: str

    def __init__(self) -> None:
        self._lock = RLock()
        self._ratings: dict[str, float] = {}

    def _handlers(self) -> Mapping[str, Handler]:
        raise NotImplementedError

    def answer(self, envelope: Envelope, now: datetime) -> Plain:
        """The body of the answer. Raises BecknError where the provider refuses."""
        handler = self._handlers().get(envelope.context.action)
        if handler is None:
            raise Nack(f"{envelope.context.action} is not offered here", 200, "ACTION_NOT_SUPPORTED")
        with self._lock:
            return handler(envelope, now)

    def keeps_silent(self, envelope: Envelope) -> bool:
        """Whether the answer, though made, is never sent."""
        return False

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """A message that follows the answer unasked."""
        return None

    def _rate(self, envelope: Envelope, now: datetime) -> Plain:
        rating = envelope.message
        assert isinstance(rating, Rating)
        self._ratings[rating.id] = rating.value
        mean = math.fsum(self._ratings.values()) / len(self._ratings)
        aggregate = {"count": len(self._ratings), "value": round(mean, 2), "best": rating.best, "worst": rating.worst}
        return OnRating(received=True, aggregate=aggregate)

    def _support(self, envelope: Envelope, now: datetime) -> Plain:
        return OnSupport(support=SUPPORT)


def order_id_of(envelope: Envelope) -> str:
    """Id of the order a message is about; empty where it names none."""
    message = envelope.message
    if isinstance(message, OrderRefMessage):
        return message.order.id
    return envelope.order.id or ""


def quoted(order: Order, attributes: WindowAttributes) -> OrderMessage:
    """The order with its window, as a quote."""
    fulfillment = Fulfillment(id=f"fulfillment-{order.id}", status="QUOTED")
    return OrderMessage(order=with_window(order, attributes).model_copy(update={"fulfillment": fulfillment}))


def with_window(order: Order, attributes: WindowAttributes) -> Order:
    """The order with these attributes on its one line."""
    line = order.order_items[0].model_copy(update={"order_item_attributes": attributes})
    return order.model_copy(update={"order_items": [line]})


def with_cost(attributes: WindowAttributes, cost_gbp: float) -> WindowAttributes:
    """The attributes with what the order costs in all."""
    pricing = attributes.pricing_parameters or PricingParameters()
    priced = pricing.model_copy(update={"estimated_cost": round(cost_gbp, 6)})
    return attributes.model_copy(update={"pricing_parameters": priced})


def rejected(order: Order, reason: str) -> OrderMessage:
    """The order refused, with the reason."""
    attributes = OrderAttributes(rejection_reason=reason)
    update = {"order_status": OrderStatus.REJECTED, "order_attributes": attributes}
    return OrderMessage(order=order.model_copy(update=update))


def wanted(delivery: DeliveryAttributes) -> tuple[float, datetime, datetime]:
    """Load (MW), start and end an init asks for. Raises InvalidMessage if it does not say."""
    window = delivery.time_window
    if delivery.compute_load is None or delivery.compute_load <= 0 or window is None:
        raise InvalidMessage("init must say the load and the time window")
    if not window.start or not window.end:
        raise InvalidMessage("the time window must have a start and an end")
    start, end = read_moment(window.start), read_moment(window.end)
    if end <= start:
        raise InvalidMessage("the time window ends before it starts")
    return delivery.compute_load, start, end
