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
from gridflex.beckn.terms import Terms
from gridflex.beckn.vocabulary import OrderStatus
from gridflex.domain.halfhours import HALF_HOUR, ceil_half_hour, floor_half_hour, half_hours, half_hours_between


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
    """An order of one buyer for a run in a block, on terms."""

    order: Order
    buyer: str
    block: Block
    terms: Terms
    stage: Stage = Stage.INITIALISED
    shifted: list[tuple[datetime, float]] = field(default_factory=list)
    alert: GridEventAlert | None = None
    spiked: tuple[float, float] | None = None
    attributes: OrderAttributes | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_draft(self) -> bool:
        """Whether it binds nobody yet."""
        return self.stage is Stage.INITIALISED

    @property
    def holds(self) -> bool:
        """Whether it takes up capacity."""
        return self.stage is Stage.CONFIRMED

    def status(self, now: datetime) -> OrderStatus:
        """The state as a message states it."""
        if self.stage is not Stage.CONFIRMED:
            return _STATED[self.stage]
        if now >= self.terms.end:
            return OrderStatus.COMPLETED
        return OrderStatus.IN_PROGRESS if now >= self.terms.start else OrderStatus.CONFIRMED

    def load_at(self, moment: datetime) -> float:
        """Power at a moment of the run, after what was shifted away, MW."""
        return self.terms.load_mw - math.fsum(load for since, load in self.shifted if since <= moment)

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
    attributes = window_attributes(booking.block, booking.terms.price)
    grid, price = attributes.grid_parameters, booking.terms.price
    if booking.spiked and grid is not None:
        grid.carbon_intensity, price = booking.spiked
    attributes.pricing_parameters = PricingParameters(spot_price=price, currency="GBP", unit="per_kWh")
    attributes.capacity_parameters = CapacityParameters(
        active_capacity=round(booking.load_at(max(now, booking.terms.start)), 9), capacity_unit="MW"
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
            "compute_load": round(booking.load_at(booking.terms.end), 9),
            "grid_event_alert": booking.alert,
            "shift_details": booking.details.get("shift"),
        }
    )
    return asked.model_copy(update={"status": status.value, "delivery_attributes": delivery})


def _metrics(booking: Booking, outlook: GridOutlook) -> dict[str, Any]:
    """Energy, cost and carbon of the run, half-hour by half-hour; carbon only where the outlook knows it all."""
    terms = booking.terms
    first = floor_half_hour(terms.start)
    starts = half_hours(first, half_hours_between(first, ceil_half_hour(terms.end)))
    mwh = [_mwh(booking, start) for start in starts]
    energy = math.fsum(mwh)
    cost = energy * 1000 * terms.price
    metrics: dict[str, Any] = {
        "beckn:performanceMetrics": {
            "plannedLoad": terms.load_mw,
            "actualLoad": round(energy / terms.hours, 6),
            "loadUnit": "MW",
            "energyConsumed": round(energy, 6),
            "energyUnit": "MWh",
        },
        "beckn:costMetrics": {
            "estimatedCost": round(terms.cost_gbp, 2),
            "actualCost": round(cost, 2),
            "costSavings": round(terms.cost_gbp - cost, 2),
            "currency": "GBP",
        },
    }
    intensity = outlook.intensity(booking.block.zone.region, first, len(starts))
    if len(intensity) == len(mwh) and all(map(math.isfinite, intensity)):
        carbon = math.fsum(energy * grams for energy, grams in zip(mwh, intensity, strict=True))
        metrics["beckn:carbonMetrics"] = {
            "plannedCarbonBudget": round(terms.carbon_budget_kg, 3),
            "actualCarbon": round(carbon, 3),
            "carbonUnit": "kgCO2",
            "carbonSavings": round(terms.carbon_budget_kg - carbon, 3),
        }
    return metrics


def _mwh(booking: Booking, start: datetime) -> float:
    """Energy of one half-hour, MWh; load that moves away counts from the next half-hour on."""
    begins, ends = max(start, booking.terms.start), min(start + HALF_HOUR, booking.terms.end)
    return booking.load_at(start) * max(0.0, (ends - begins).total_seconds() / 3600)
