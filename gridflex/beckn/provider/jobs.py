"""Our own side of the market: deferrable jobs sold to the grid as load that can be placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from gridflex.beckn.messages import Envelope, OnDiscover, OrderMessage
from gridflex.beckn.orders import Order, Payment
from gridflex.beckn.provider.base import (
    BaseProvider,
    Books,
    confirmed,
    file_order,
    held_for,
    order_id_of,
    quoted,
    rejected,
    wanted,
    with_cost,
    with_window,
)
from gridflex.beckn.slots import JobSlot, slot_attributes, slot_catalogue
from gridflex.beckn.vocabulary import OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import GridFlexError, Nack

SLACK = timedelta(seconds=1)
"""By which a run may miss its stated length: messages round to milliseconds."""


@dataclass(frozen=True)
class Commitment:
    """A job slot that was sold: the job runs from ``start`` to ``end``, for ``premium_gbp`` in all."""

    slot: JobSlot
    order_id: str
    transaction_id: str
    buyer: str
    start: datetime
    end: datetime
    premium_gbp: float
    at: datetime


class Jobs(Protocol):
    """The workload agent, as the provider needs it."""

    def open_slots(self, now: datetime) -> Sequence[JobSlot]:
        """Deferrable jobs that are neither running nor committed."""

    def commit(self, commitment: Commitment) -> None:
        """Move the job and hold its capacity. Raises GridFlexError if that is not possible any more."""

    def release(self, order_id: str) -> None:
        """Take a commitment back: the buyer has cancelled."""


@dataclass
class Sold:
    """An order of one buyer for a job, and where it stands."""

    order: Order
    buyer: str
    slot: JobSlot
    start: datetime
    end: datetime
    status: OrderStatus = OrderStatus.INITIALIZED

    @property
    def is_draft(self) -> bool:
        """Whether it binds nobody yet."""
        return self.status is OrderStatus.INITIALIZED

    @property
    def cost_gbp(self) -> float:
        """The premium on the job's energy, GBP."""
        return self.slot.energy_kwh * self.slot.premium

    def stated(self, now: datetime) -> OrderStatus:
        """The state as a message states it."""
        if self.status is not OrderStatus.CONFIRMED or now < self.start:
            return self.status
        return OrderStatus.COMPLETED if now >= self.end else OrderStatus.IN_PROGRESS


class JobBooks(Books):
    """What was ordered."""

    sold: dict[str, Sold] = Field(default_factory=dict)


class JobProvider(BaseProvider):
    """Publishes job slots and commits the jobs that are booked."""

    subscriber_id = "jobs.gridflex.example"
    uri = "https://jobs.gridflex.example/beckn"
    books: JobBooks

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(JobBooks())
        self._jobs = jobs

    def _discover(self, envelope: Envelope, now: datetime) -> Plain:
        return OnDiscover(catalogs=[slot_catalogue(self._jobs.open_slots(now), now)])

    def _slot(self, order: Order, now: datetime) -> JobSlot:
        item_id = order.order_items[0].ordered_item if order.order_items else ""
        slot = next((slot for slot in self._jobs.open_slots(now) if slot.item_id == item_id), None)
        if slot is None:
            raise Nack("that job is not on offer", 200, "ITEM_NOT_FOUND")
        return slot

    def _select(self, envelope: Envelope, now: datetime) -> Plain:
        slot = self._slot(envelope.order, now)
        attributes = slot_attributes(slot, slot.opens, slot.closes, available_capacity=slot.load_mw)
        return quoted(envelope.order, attributes)

    def _init(self, envelope: Envelope, now: datetime) -> Plain:
        order = envelope.order
        slot = self._slot(order, now)
        load, start, end = wanted(order.delivery)
        if abs(load - slot.load_mw) > slot.load_mw * 1e-3:
            raise Nack(f"the job draws {slot.load_mw:g} MW, not {load:g}", 200, "LOAD_NOT_POSSIBLE")
        if start < max(slot.opens, now) or end > slot.closes or abs(end - start - slot.length) > SLACK:
            raise Nack("the job cannot run then", 200, "TIME_NOT_POSSIBLE")
        sold = Sold(order, envelope.context.bap_id or "", slot, start, end)
        file_order(self.books.sold, envelope, sold)
        answer = self._reserved(sold)
        return OrderMessage(order=answer.model_copy(update={"payment": Payment(settlement="next-billing-cycle")}))

    def _reserved(self, sold: Sold) -> Order:
        attributes = slot_attributes(sold.slot, sold.start, sold.end, reserved_capacity=sold.slot.load_mw)
        return with_window(sold.order, with_cost(attributes, sold.cost_gbp))

    def _known(self, envelope: Envelope) -> Sold:
        return held_for(self.books.sold, envelope)

    def _confirm(self, envelope: Envelope, now: datetime) -> Plain:
        sold = self._known(envelope)
        if sold.status is OrderStatus.INITIALIZED:
            sold.order = envelope.order
            try:
                self._jobs.commit(self._commitment(envelope, sold, now))
            except GridFlexError as error:
                sold.status = OrderStatus.REJECTED
                return rejected(sold.order, str(error))
            sold.status = OrderStatus.CONFIRMED
            sold.order = confirmed(sold.order, now)
        return self._stated(sold, now)

    def _commitment(self, envelope: Envelope, sold: Sold, now: datetime) -> Commitment:
        return Commitment(
            slot=sold.slot,
            order_id=order_id_of(envelope),
            transaction_id=envelope.context.transaction_id,
            buyer=envelope.context.bap_id or "",
            start=sold.start,
            end=sold.end,
            premium_gbp=sold.cost_gbp,
            at=now,
        )

    def _stated(self, sold: Sold, now: datetime) -> OrderMessage:
        return OrderMessage(order=self._reserved(sold).model_copy(update={"order_status": sold.stated(now)}))

    def _status(self, envelope: Envelope, now: datetime) -> Plain:
        return self._stated(self._known(envelope), now)

    def _cancel(self, envelope: Envelope, now: datetime) -> Plain:
        sold = self._known(envelope)
        if sold.stated(now) in (OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED):
            raise Nack(f"the order is {sold.stated(now).value}", 200, "ORDER_NOT_ACTIVE")
        if sold.status is OrderStatus.CONFIRMED:
            self._jobs.release(order_id_of(envelope))
        sold.status = OrderStatus.CANCELLED
        return self._stated(sold, now)
