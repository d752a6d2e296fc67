"""The embedded provider's side of the contract: quotes, reserves, books, reports, changes, cancels."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

from pydantic import Field

from gridflex.beckn.messages import Envelope, OnDiscover, OrderMessage
from gridflex.beckn.orders import Order, Payment
from gridflex.beckn.provider.base import (
    BaseProvider,
    Books,
    confirmed,
    file_order,
    held_for,
    quoted,
    rejected,
    wanted,
    with_cost,
    with_window,
)
from gridflex.beckn.provider.booking import Booking, Stage, moved_load, order_now
from gridflex.beckn.provider.catalogue import Block, catalogue, cleanest_block, window_attributes
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.provider.outlook import GridOutlook
from gridflex.beckn.provider.zones import ZONES
from gridflex.beckn.terms import Terms
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import Nack

PRICE_JUMP = 1.2
INTENSITY_JUMP = 1.5
SPIKE_INTENSITY, SPIKE_PRICE = 2.5, 1.5
"""Factors of the scripted misbehaviours."""


class EnergyBooks(Books):
    """What was offered, and what was ordered of it."""

    blocks: dict[str, Block] = Field(default_factory=dict)
    bookings: dict[str, Booking] = Field(default_factory=dict)


class EnergyProvider(BaseProvider):
    """Sells low-carbon windows of eight zones, out of the outlook it is given. Safe to share between threads."""

    subscriber_id = "sandbox.gridflex.example"
    uri = "https://sandbox.gridflex.example/beckn"

    books: EnergyBooks

    def __init__(self, outlook: GridOutlook, misbehaviour: Misbehaviour = Misbehaviour.NONE) -> None:
        super().__init__(EnergyBooks())
        self.misbehaviour = misbehaviour
        self._outlook = outlook

    def keeps_silent(self, envelope: Envelope) -> bool:
        """Whether the answer, though made, is never sent."""
        return self._misbehaves(Misbehaviour.TIME_OUT) and envelope.context.action == Action.CONFIRM

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """A message that follows the answer unasked: the alert of a carbon spike."""
        if envelope.context.action != Action.CONFIRM or not self._misbehaves(Misbehaviour.CARBON_SPIKE):
            return None
        return OrderMessage(order=order_now(self._booking(envelope), self._outlook, now))

    def booked_mw(self, item_id: str) -> float:
        """Power booked in a window, MW."""
        return math.fsum(
            booking.terms.load_mw
            for booking in self.books.bookings.values()
            if booking.holds and booking.block.item_id == item_id
        )

    def _misbehaves(self, how: Misbehaviour) -> bool:
        return self.misbehaviour is how

    def _discover(self, envelope: Envelope, now: datetime) -> Plain:
        self._forget(now)
        blocks = [block for zone in ZONES if (block := cleanest_block(zone, self._outlook, now))]
        self.books.blocks |= {block.item_id: block for block in blocks}
        return OnDiscover(catalogs=[catalogue([(block, self._free(block)) for block in blocks], now)])

    def _forget(self, now: datetime) -> None:
        used = {booking.block.item_id for booking in self.books.bookings.values()}
        self.books.blocks = {key: block for key, block in self.books.blocks.items() if block.end > now or key in used}

    def _free(self, block: Block) -> float:
        return max(0.0, block.zone.capacity_mw - self.booked_mw(block.item_id))

    def _block(self, order: Order, now: datetime) -> Block:
        block = self.books.blocks.get(order.order_items[0].ordered_item) if order.order_items else None
        if block is None or block.end <= now:
            raise Nack("that window is not on offer", 200, "ITEM_NOT_FOUND")
        return block

    def _booking(self, envelope: Envelope) -> Booking:
        return held_for(self.books.bookings, envelope)

    def _select(self, envelope: Envelope, now: datetime) -> Plain:
        order = envelope.order
        block = self._block(order, now)
        return quoted(order, window_attributes(block, block.price, available_capacity=self._free(block)))

    def _init(self, envelope: Envelope, now: datetime) -> Plain:
        order = envelope.order
        block = self._block(order, now)
        if self._misbehaves(Misbehaviour.NACK):
            raise Nack("insufficient grid capacity", 200, "INSUFFICIENT_CAPACITY")
        load, start, end = wanted(order.delivery)
        if load > self._free(block) + 1e-9:
            raise Nack(f"{self._free(block):g} MW free, {load:g} MW asked for", 200, "INSUFFICIENT_CAPACITY")
        if self._misbehaves(Misbehaviour.OVER_BUDGET):
            block = replace(block, intensity=round(block.intensity * INTENSITY_JUMP, 1))
        price = block.price * (PRICE_JUMP if self._misbehaves(Misbehaviour.PRICE_CHANGED) else 1.0)
        terms = Terms(start=start, end=end, load_mw=load, price=price, intensity=block.intensity)
        booking = Booking(order=order, buyer=envelope.context.bap_id or "", block=block, terms=terms)
        file_order(self.books.bookings, envelope, booking)
        return OrderMessage(order=self._reserved(booking, Payment(settlement="next-billing-cycle")))

    def _reserved(self, booking: Booking, payment: Payment | None = None) -> Order:
        terms = booking.terms
        free = self._free(booking.block) - (0.0 if booking.holds else terms.load_mw)
        attributes = window_attributes(
            booking.block, terms.price, reserved_capacity=terms.load_mw, available_capacity=max(0.0, free)
        )
        order = with_window(booking.order, with_cost(attributes, terms.cost_gbp))
        return order.model_copy(update={"payment": payment or order.payment})

    def _confirm(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(envelope)
        if booking.stage is Stage.INITIALISED:
            self._book(booking, envelope.order, now)
        if booking.stage is Stage.REJECTED:
            return rejected(booking.order, "the window is no longer available")
        answer = self._reserved(booking)
        return OrderMessage(order=answer.model_copy(update={"order_status": booking.status(now)}))

    def _book(self, booking: Booking, order: Order, now: datetime) -> None:
        gone = self._misbehaves(Misbehaviour.WINDOW_GONE)
        terms = booking.terms
        full = terms.load_mw > self._free(booking.block) + 1e-9
        booking.stage = Stage.REJECTED if gone or full or terms.start < now else Stage.CONFIRMED
        booking.order = confirmed(order, now)
        if self._misbehaves(Misbehaviour.PRICE_AT_CONFIRM):
            booking.terms = terms.model_copy(update={"price": terms.price * PRICE_JUMP})
        if self._misbehaves(Misbehaviour.CARBON_SPIKE):
            booking.spike(now, terms.intensity * SPIKE_INTENSITY, terms.price * SPIKE_PRICE)

    def _status(self, envelope: Envelope, now: datetime) -> Plain:
        return OrderMessage(order=order_now(self._booking(envelope), self._outlook, now))

    def _update(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(envelope)
        if not booking.holds or booking.status(now) is OrderStatus.COMPLETED:
            raise Nack(f"the order is {booking.status(now).value}", 200, "ORDER_NOT_ACTIVE")
        booking.update(envelope.order, now, moved_load(envelope.order))
        return OrderMessage(order=order_now(booking, self._outlook, now))

    def _cancel(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(envelope)
        if booking.status(now) is OrderStatus.COMPLETED:
            raise Nack("the order is completed", 200, "ORDER_NOT_ACTIVE")
        booking.stage = Stage.CANCELLED
        return OrderMessage(order=order_now(booking, self._outlook, now))
