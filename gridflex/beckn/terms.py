"""What was agreed and whether a message keeps to it: price, cost, capacity, time, carbon."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from gridflex.beckn.candidates import Candidate
from gridflex.beckn.orders import Order
from gridflex.beckn.times import read_moment
from gridflex.beckn.units import megawatts
from gridflex.domain.jobs import UtcTime
from gridflex.errors import InvalidMessage, TermsBroken

TOLERANCE = 0.005
"""Of a stated figure: peers round to pence and to three figures."""


class Terms(BaseModel):
    """The agreement, as computed by us: MW, GBP/kWh, GBP in all, kgCO2 in all, gCO2/kWh."""

    model_config = ConfigDict(frozen=True)

    start: UtcTime
    end: UtcTime
    load_mw: float
    price: float
    intensity: float

    @property
    def hours(self) -> float:
        """Length of the run, hours."""
        return (self.end - self.start).total_seconds() / 3600

    @property
    def cost_gbp(self) -> float:
        """MW x hours x 1000 x GBP/kWh."""
        return self.load_mw * self.hours * 1000 * self.price

    @property
    def carbon_budget_kg(self) -> float:
        """MWh x gCO2/kWh, which is kgCO2."""
        return self.load_mw * self.hours * self.intensity


def terms_of(candidate: Candidate) -> Terms:
    """What a candidate would be ordered at."""
    window = candidate.window
    return Terms(
        start=candidate.start,
        end=candidate.end,
        load_mw=candidate.load_mw,
        price=window.price,
        intensity=window.intensity,
    )


def check(order: Order, agreed: Terms) -> None:
    """Raises TermsBroken if an answer states worse terms than agreed, or does not add up.

    What a message leaves out is not checked: a quote has no cost yet, a status no price.
    """
    _check_price(order, agreed)
    _check_time(order, agreed)
    _check_capacity(order, agreed)
    _check_cost(order, agreed)
    _check_carbon(order, agreed)


def _above(value: float, limit: float) -> bool:
    return value > limit + abs(limit) * TOLERANCE + 1e-9


def _check_price(order: Order, agreed: Terms) -> None:
    pricing = order.window.pricing_parameters
    offer = order.order_items[0].accepted_offer if order.order_items else None
    prices = [
        (pricing.spot_price, pricing.currency) if pricing else (None, None),
        (offer.price.value, offer.price.currency) if offer and offer.price else (None, None),
    ]
    for price, currency in prices:
        if price is not None and (currency or "GBP").upper() != "GBP":
            raise TermsBroken(f"now priced in {currency}")
        if price is not None and _above(price, agreed.price):
            raise TermsBroken(f"the price is now £{price:.4g}/kWh, £{agreed.price:.4g} was offered")


def _check_time(order: Order, agreed: Terms) -> None:
    window = order.window.time_window
    if window and window.start and _reads_after(window.start, agreed.start):
        raise TermsBroken("the window now starts after our run")
    if window and window.end and _reads_after(agreed.end, window.end):
        raise TermsBroken("the window now ends before our run does")


def _reads_after(later: str | datetime, earlier: str | datetime) -> bool:
    first, second = (read_moment(value) if isinstance(value, str) else value for value in (later, earlier))
    return (first - second).total_seconds() > 1


def _check_capacity(order: Order, agreed: Terms) -> None:
    capacity = order.window.capacity_parameters
    if capacity is None:
        return
    if capacity.reserved_capacity is not None:
        reserved = megawatts(capacity, "reserved_capacity")
        if abs(reserved - agreed.load_mw) > agreed.load_mw * TOLERANCE + 1e-6:
            raise TermsBroken(f"{reserved:g} MW reserved, {agreed.load_mw:.4g} MW asked for")
    elif capacity.available_capacity is not None and _above(agreed.load_mw, megawatts(capacity, "available_capacity")):
        raise TermsBroken("not enough capacity is left in the window")


def _check_cost(order: Order, agreed: Terms) -> None:
    pricing = order.window.pricing_parameters
    if pricing is None or pricing.estimated_cost is None:
        return
    price = agreed.price if pricing.spot_price is None else pricing.spot_price
    due = agreed.load_mw * agreed.hours * 1000 * price
    if abs(pricing.estimated_cost - due) > max(0.01, abs(due) * TOLERANCE):
        raise TermsBroken(
            f"a cost of £{pricing.estimated_cost:.2f} does not follow from MW, hours and price: £{due:.2f}"
        )


def _check_carbon(order: Order, agreed: Terms) -> None:
    grid = order.window.grid_parameters
    budget = order.delivery.workload_metadata.carbon_budget if order.delivery.workload_metadata else None
    if grid and grid.carbon_intensity is not None:
        projected = agreed.load_mw * agreed.hours * grid.carbon_intensity
        if _above(projected, agreed.carbon_budget_kg):
            raise TermsBroken(
                f"{projected:.1f} kg at {grid.carbon_intensity:.0f} g/kWh is over the carbon budget of "
                f"{agreed.carbon_budget_kg:.1f} kg"
            )
    if budget is not None and abs(budget - agreed.carbon_budget_kg) > max(0.1, agreed.carbon_budget_kg * TOLERANCE):
        raise TermsBroken(f"the carbon budget came back as {budget:g} kg, {agreed.carbon_budget_kg:.1f} was set")


def is_ours(order: Order, order_id: str) -> None:
    """Raises InvalidMessage if an order in an answer is not ours."""
    if order.id != order_id:
        raise InvalidMessage(f"the answer is about order {order.id or 'without an id'}, ours is {order_id}")
