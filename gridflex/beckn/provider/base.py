"""What every provider of ours does alike: one answer at a time, ratings, support."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from threading import RLock
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, Field

from gridflex.beckn.goods import PricingParameters, WindowAttributes
from gridflex.beckn.messages import (
    Envelope,
    OnRating,
    OnSupport,
    OrderMessage,
    OrderRefMessage,
    Rating,
    SupportContact,
    stamp,
)
from gridflex.beckn.orders import DeliveryAttributes, Fulfillment, Order, OrderAttributes
from gridflex.beckn.times import read_moment
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import InvalidMessage, Nack

MAX_ORDERS = 2000
"""Orders remembered; the oldest is forgotten first."""

SUPPORT = SupportContact(
    name="GridFlex", email="support@gridflex.example", hours="while the demo runs", channels=["email", "web"]
)


class Books(BaseModel):
    """What a provider remembers: JSON by ``model_dump``."""

    ratings: dict[str, float] = Field(default_factory=dict)


class BaseProvider:
    """Answers for one subscriber. Safe to share between threads."""

    subscriber_id: str
    uri: str

    def __init__(self, books: Books) -> None:
        self.books = books
        self._lock = RLock()

    def to_dict(self) -> dict[str, Any]:
        """What is remembered, as JSON values, so that another process can go on."""
        with self._lock:
            return self.books.model_dump(mode="json")

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what ``to_dict`` wrote."""
        with self._lock:
            self.books = type(self.books).model_validate(state)

    def answer(self, envelope: Envelope, now: datetime) -> Plain:
        """The body of the answer. Raises BecknError where the provider refuses."""
        handlers = {
            Action.DISCOVER: self._discover,
            Action.SELECT: self._select,
            Action.INIT: self._init,
            Action.CONFIRM: self._confirm,
            Action.STATUS: self._status,
            Action.UPDATE: self._update,
            Action.CANCEL: self._cancel,
            Action.RATING: self._rating,
            Action.SUPPORT: self._support,
        }
        with self._lock:
            return handlers[Action(envelope.context.action)](envelope, now)

    def _refuse(self, envelope: Envelope, now: datetime) -> Plain:
        raise Nack(f"{envelope.context.action} is not offered here", 200, "ACTION_NOT_SUPPORTED")

    _discover = _select = _init = _confirm = _status = _update = _cancel = _refuse

    def keeps_silent(self, envelope: Envelope) -> bool:
        """Whether the answer, though made, is never sent."""
        return False

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """A message that follows the answer unasked."""
        return None

    def _rating(self, envelope: Envelope, now: datetime) -> Plain:
        rating = envelope.message
        assert isinstance(rating, Rating)
        ratings = self.books.ratings
        ratings[rating.id] = rating.value
        _forget_oldest(ratings)
        mean = round(math.fsum(ratings.values()) / len(ratings), 2)
        aggregate = {"count": len(ratings), "value": mean, "best": rating.best, "worst": rating.worst}
        return OnRating(received=True, aggregate=aggregate)

    def _support(self, envelope: Envelope, now: datetime) -> Plain:
        return OnSupport(support=SUPPORT)


def order_id_of(envelope: Envelope) -> str:
    """Id of the order a message is about. Raises InvalidMessage where it names none."""
    message = envelope.message
    order_id = message.order.id if isinstance(message, OrderRefMessage) else envelope.order.id
    if not order_id:
        raise InvalidMessage("the order has no id")
    return order_id


def confirmed(order: Order, now: datetime) -> Order:
    """The order with the time it was confirmed at."""
    about = order.order_attributes or OrderAttributes()
    stamped = about.model_copy(update={"confirmation_timestamp": stamp(now)})
    return order.model_copy(update={"order_attributes": stamped})


class Held(Protocol):
    """An order a provider keeps, and whose it is."""

    @property
    def buyer(self) -> str:
        """Subscriber id of the buyer."""

    @property
    def is_draft(self) -> bool:
        """Whether it binds nobody yet."""


T = TypeVar("T")
H = TypeVar("H", bound=Held)


def file_order(orders: dict[str, H], envelope: Envelope, order: H) -> None:
    """Keep an order that was initialised. Raises Nack if its id is another's, or bound already."""
    order_id = order_id_of(envelope)
    known = orders.get(order_id)
    if known is not None and not (known.is_draft and known.buyer == order.buyer):
        raise Nack("that order exists already", 200, "ORDER_EXISTS")
    orders[order_id] = order
    _forget_oldest(orders)


def _forget_oldest(entries: dict[str, T]) -> None:
    while len(entries) > MAX_ORDERS:
        del entries[next(iter(entries))]


def held_for(orders: Mapping[str, H], envelope: Envelope) -> H:
    """The order a message is about, if it is the sender's. Raises Nack for any other."""
    held = orders.get(order_id_of(envelope))
    if held is None or held.buyer != (envelope.context.bap_id or ""):
        raise Nack("no such order", 200, "ORDER_NOT_FOUND")
    return held


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
