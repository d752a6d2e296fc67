"""The embedded provider's side of the contract: quotes, reserves, books, reports, changes, cancels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from gridflex.beckn.messages import Envelope, OnDiscover, OrderMessage, stamp
from gridflex.beckn.orders import Order, OrderAttributes, Payment
from gridflex.beckn.provider.base import (
    MAX_ORDERS,
    BaseProvider,
    Handler,
    order_id_of,
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
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import Nack

PRICE_JUMP = 1.2
INTENSITY_JUMP = 1.5
SPIKE_INTENSITY, SPIKE_PRICE = 2.5, 1.5
"""Factors of the scripted misbehaviours."""


class EnergyProvider(BaseProvider):
    """Sells low-carbon windows of eight zones, out of the outlook it is given. Safe to share between threads."""

    subscriber_id = "sandbox.gridflex.example"
    uri = "https://sandbox.gridflex.example/beckn"

    def __init__(self, outlook: GridOutlook, misbehaviour: Misbehaviour = Misbehaviour.NONE) -> None:
        super().__init__()
        self.misbehaviour = misbehaviour
        self._outlook = outlook
        self._blocks: dict[str, Block] = {}
        self._bookings: dict[str, Booking] = {}

    def _handlers(self) -> Mapping[str, Handler]:
        return {
            Action.DISCOVER: self._discover,
            Action.SELECT: self._select,
            Action.INIT: self._init,
            Action.CONFIRM: self._confirm,
            Action.STATUS: self._status,
            Action.UPDATE: self._update,
            Action.CANCEL: self._cancel,
            Action.RATING: self._rate,
            Action.SUPPORT: self._support,
        }

    def to_dict(self) -> dict[str, Any]:
        """What is on offer and booked, as JSON values, so that another process can go on."""
        with self._lock:
            books = _Books(blocks=self._blocks, bookings=self._bookings, ratings=self._ratings)
            return books.model_dump(mode="json")

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what ``to_dict`` wrote."""
        books = _Books.model_validate(state)
        with self._lock:
            self._blocks, self._bookings, self._ratings = books.blocks, books.bookings, books.ratings

    def keeps_silent(self, envelope: Envelope) -> bool:
        """Whether the answer, though made, is never sent."""
        return self._misbehaves(Misbehaviour.TIME_OUT) and envelope.context.action == Action.CONFIRM

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """A message that follows the answer unasked: the alert of a carbon spike."""
        if envelope.context.action != Action.CONFIRM or not self._misbehaves(Misbehaviour.CARBON_SPIKE):
            return None
        return OrderMessage(order=order_now(self._booking(order_id_of(envelope)), self._outlook, now))

    def booked_mw(self, item_id: str) -> float:
        """Power booked in a window, MW."""
        return math.fsum(
            booking.load_mw for booking in self._bookings.values() if booking.block.item_id == item_id and booking.holds
        )

    def _misbehaves(self, how: Misbehaviour) -> bool:
        return self.misbehaviour is how

    def _discover(self, envelope: Envelope, now: datetime) -> Plain:
        self._forget(now)
        blocks = [block for zone in ZONES if (block := cleanest_block(zone, self._outlook, now))]
        self._blocks |= {block.item_id: block for block in blocks}
        return OnDiscover(catalogs=[catalogue([(block, self._free(block)) for block in blocks], now)])

    def _forget(self, now: datetime) -> None:
        kept = list(self._bookings.items())[-MAX_ORDERS:]
        self._bookings = dict(kept)
        used = {booking.block.item_id for _, booking in kept}
        self._blocks = {key: block for key, block in self._blocks.items() if block.end > now or key in used}

    def _free(self, block: Block) -> float:
        return max(0.0, block.zone.capacity_mw - self.booked_mw(block.item_id))

    def _block(self, order: Order, now: datetime) -> Block:
        block = self._blocks.get(order.order_items[0].ordered_item) if order.order_items else None
        if block is None or block.end <= now:
            raise Nack("that window is not on offer", 200, "ITEM_NOT_FOUND")
        return block

    def _booking(self, order_id: str) -> Booking:
        booking = self._bookings.get(order_id)
        if booking is None:
            raise Nack("no such order", 200, "ORDER_NOT_FOUND")
        return booking

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
        booking = Booking(order=order, block=block, load_mw=load, start=start, end=end, price=price)
        self._bookings[str(order.id)] = booking
        return OrderMessage(order=self._reserved(booking, Payment(settlement="next-billing-cycle")))

    def _reserved(self, booking: Booking, payment: Payment | None = None) -> Order:
        free = self._free(booking.block) - (0.0 if booking.holds else booking.load_mw)
        attributes = window_attributes(
            booking.block, booking.price, reserved_capacity=booking.load_mw, available_capacity=max(0.0, free)
        )
        order = with_window(booking.order, with_cost(attributes, booking.cost_gbp))
        return order.model_copy(update={"payment": payment or order.payment})

    def _confirm(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(order_id_of(envelope))
        if booking.stage is Stage.INITIALISED:
            self._book(booking, envelope.order, now)
        if booking.stage is Stage.REJECTED:
            return rejected(booking.order, "the window is no longer available")
        answer = self._reserved(booking)
        return OrderMessage(order=answer.model_copy(update={"order_status": booking.status(now)}))

    def _book(self, booking: Booking, order: Order, now: datetime) -> None:
        gone = self._misbehaves(Misbehaviour.WINDOW_GONE)
        full = booking.load_mw > self._free(booking.block) + 1e-9
        booking.stage = Stage.REJECTED if gone or full or booking.start < now else Stage.CONFIRMED
        attributes = (order.order_attributes or OrderAttributes()).model_copy(
            update={"confirmation_timestamp": stamp(now)}
        )
        booking.order = order.model_copy(update={"order_attributes": attributes})
        if self._misbehaves(Misbehaviour.PRICE_AT_CONFIRM):
            booking.price *= PRICE_JUMP
        if self._misbehaves(Misbehaviour.CARBON_SPIKE):
            booking.spike(now, booking.block.intensity * SPIKE_INTENSITY, booking.price * SPIKE_PRICE)

    def _status(self, envelope: Envelope, now: datetime) -> Plain:
        return OrderMessage(order=order_now(self._booking(order_id_of(envelope)), self._outlook, now))

    def _update(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(order_id_of(envelope))
        if not booking.holds or booking.status(now) is OrderStatus.COMPLETED:
            raise Nack(f"the order is {booking.status(now).value}", 200, "ORDER_NOT_ACTIVE")
        booking.update(envelope.order, now, moved_load(envelope.order))
        return OrderMessage(order=order_now(booking, self._outlook, now))

    def _cancel(self, envelope: Envelope, now: datetime) -> Plain:
        booking = self._booking(order_id_of(envelope))
        if booking.status(now) is OrderStatus.COMPLETED:
            raise Nack("the order is completed", 200, "ORDER_NOT_ACTIVE")
        booking.stage = Stage.CANCELLED
        return OrderMessage(order=order_now(booking, self._outlook, now))


class _Books(BaseModel):
    blocks: dict[str, Block]
    bookings: dict[str, Booking]
    ratings: dict[str, float]
