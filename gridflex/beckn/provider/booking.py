"""One order as the embedded provider keeps it, and what it reports of it at any moment."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gridflex.beckn.goods import CapacityParameters, PricingParameters
from gridflex.beckn.messages import stamp
from gridflex.beckn.orders import DeliveryAttributes, Fulfillment, GridEventAlert, Order, OrderAttributes
from gridflex.beckn.provider.catalogue import Block, window_attributes
from gridflex.beckn.provider.outlook import GridOutlook
from gridflex.beckn.vocabulary import OrderStatus
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours


class Stage(StrEnum):
    """What was agreed; whether it runs by now follows from the clock."""

    INITIALISED = "initialised"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


_STATED = {
    Stage.INITIALISED: OrderStatus.INITIALIZED,
    Stage.CANCELLED: OrderStatus.CANCELLED,
    Stage.REJECTED: OrderStatus.REJECTED,
}


@dataclass
class Booking:
    """An order: ``load_mw`` from ``start`` to ``end`` in a block, at ``price`` GBP/kWh."""

    order: Order
    block: Block
    load_mw: float
    start: datetime
    end: datetime
    price: float
    stage: Stage = Stage.INITIALISED
    shifted: list[tuple[datetime, float]] = field(default_factory=list)
    alert: GridEventAlert | None = None
    spiked: tuple[float, float] | None = None
    attributes: OrderAttributes | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether it takes up capacity."""
        return self.stage is Stage.CONFIRMED

    @property
    def hours(self) -> float:
        """Length of the run, hours."""
        return (self.end - self.start).total_seconds() / 3600

    @property
    def cost_gbp(self) -> float:
        """MW x hours x 1000 x GBP/kWh."""
        return self.load_mw * self.hours * 1000 * self.price

    def status(self, now: datetime) -> OrderStatus:
        """The state as a message states it."""
        if self.stage is not Stage.CONFIRMED:
            return _STATED[self.stage]
        if now >= self.end:
            return OrderStatus.COMPLETED
        return OrderStatus.IN_PROGRESS if now >= self.start else OrderStatus.CONFIRMED

    def load_at(self, moment: datetime) -> float:
        """Power at a moment of the run, after what was shifted away, MW."""
        return self.load_mw - math.fsum(load for since, load in self.shifted if since <= moment)

    def spike(self, now: datetime, intensity: float, price: float) -> None:
        """Say that gCO2/kWh and GBP/kWh have risen."""
        self.spiked = (round(intensity, 1), round(price, 5))
        self.alert = GridEventAlert(
            event_id=f"grid-event-{self.block.zone.key}-{now:%Y%m%d%H%M}",
            alert_timestamp=stamp(now),
            event_type="carbon_intensity_spike",
            severity="high",
            message=f"Carbon intensity rises to {intensity:.0f} gCO2/kWh and the price to £{price:.3f}/kWh (scripted)",
        )

    def update(self, asked: Order, now: datetime, moved_mw: float) -> None:
        """Take a flexibility action: load that moves away, or an alert that is answered."""
        event = asked.order_attributes.response_to_event if asked.order_attributes else None
        action = asked.delivery.flexibility_action or {}
        if moved_mw and self.details.get("event") != event:
            self.shifted.append((now, min(moved_mw, self.load_at(now))))
        self.details = {"event": event, "shift": action.get("shiftDetails")}
        self.attributes = OrderAttributes(
            request_type=str(action.get("actionType", "update")), response_to_event=event, update_timestamp=stamp(now)
        )
        if self.alert is not None and event == self.alert.event_id:
            self.alert = None


def moved_load(order: Order) -> float:
    """Power an update asks to move away, MW; 0 where it moves none."""
    shift = (order.delivery.flexibility_action or {}).get("shiftDetails")
    load = shift.get("shiftedLoad") if isinstance(shift, dict) else None
    return float(load) if isinstance(load, int | float) and load > 0 else 0.0


def order_now(booking: Booking, outlook: GridOutlook, now: datetime) -> Order:
    """The order as the provider sees it now: its state, load, alert, and figures once it has run."""
    status = booking.status(now)
    attributes = window_attributes(booking.block, booking.price)
    grid, price = attributes.grid_parameters, booking.price
    if booking.spiked and grid is not None:
        grid.carbon_intensity, price = booking.spiked
    attributes.pricing_parameters = PricingParameters(spot_price=price, currency="GBP", unit="per_kWh")
    attributes.capacity_parameters = CapacityParameters(
        active_capacity=round(booking.load_at(max(now, booking.start)), 9), capacity_unit="MW"
    )
    if status is OrderStatus.COMPLETED:
        attributes = attributes.model_validate(attributes.to_wire() | _metrics(booking, outlook))
    line = booking.order.order_items[0].model_copy(update={"order_item_attributes": attributes})
    return booking.order.model_copy(
        update={
            "order_status": status,
            "order_items": [line],
            "fulfillment": _fulfillment(booking, status),
            "order_attributes": booking.attributes or booking.order.order_attributes,
        }
    )


def _fulfillment(booking: Booking, status: OrderStatus) -> Fulfillment:
    asked = booking.order.fulfillment or Fulfillment(id=f"fulfillment-{booking.order.id}")
    delivery = (asked.delivery_attributes or DeliveryAttributes()).model_copy(
        update={
            "compute_load": round(booking.load_at(booking.end), 9),
            "grid_event_alert": booking.alert,
            "shift_details": booking.details.get("shift"),
        }
    )
    return asked.model_copy(update={"status": status.value, "delivery_attributes": delivery})


def _metrics(booking: Booking, outlook: GridOutlook) -> dict[str, Any]:
    """Energy, carbon and cost of the run, half-hour by half-hour, on the outlook's values for it."""
    starts = half_hours(booking.start, math.ceil(booking.hours * 2))
    intensity = outlook.intensity(booking.block.zone.region, starts[0], len(starts))
    mwh = [_mwh(booking, start) for start in starts]
    energy, carbon = math.fsum(mwh), math.fsum(e * g for e, g in zip(mwh, intensity, strict=True))
    planned = booking.load_mw * booking.hours * booking.block.intensity
    cost = energy * 1000 * booking.price
    return {
        "beckn:performanceMetrics": {
            "plannedLoad": booking.load_mw,
            "actualLoad": round(energy / booking.hours, 6),
            "loadUnit": "MW",
            "energyConsumed": round(energy, 6),
            "energyUnit": "MWh",
        },
        "beckn:carbonMetrics": {
            "plannedCarbonBudget": round(planned, 3),
            "actualCarbon": round(carbon, 3),
            "carbonUnit": "kgCO2",
            "carbonSavings": round(planned - carbon, 3),
        },
        "beckn:costMetrics": {
            "estimatedCost": round(booking.cost_gbp, 2),
            "actualCost": round(cost, 2),
            "costSavings": round(booking.cost_gbp - cost, 2),
            "currency": "GBP",
        },
    }


def _mwh(booking: Booking, start: datetime) -> float:
    begins, ends = max(start, booking.start), min(start + HALF_HOUR, booking.end)
    hours = max(0.0, (ends - begins).total_seconds() / 3600)
    return booking.load_at(floor_half_hour(begins)) * hours
