"""The words of a decision: what to do with a job, and why."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What is done with a job."""

    EXECUTE_NOW = "execute_now"
    DEFER = "defer"
    SHIFT_REGION = "shift_region"
    CANCEL = "cancel"
    UNPLACED = "unplaced"


class Rationale(StrEnum):
    """Why, in one word; the sentence beside it has the figures.

    SLA_CRITICAL: it may not wait. OPTIMAL_CONDITIONS: intensity at or below the threshold
    and price at or below the limit. HIGH_CARBON: above the threshold, and placed later.
    HIGH_PRICE: only the price was above its limit (a label, it defers nothing by itself).
    FORECAST_BETTER: a planner found a better time though both were below. NO_BENEFIT:
    waiting gains less than the stated minimum. WINDOW_ORDERED: an order for an energy window
    fixes start, cost and carbon. SLOT_SOLD: a grid agent has booked the job's slot.
    """

    OPTIMAL_CONDITIONS = "optimal_conditions"
    HIGH_CARBON = "high_carbon"
    HIGH_PRICE = "high_price"
    SLA_CRITICAL = "sla_critical"
    FORECAST_BETTER = "forecast_better"
    NO_BENEFIT = "no_benefit"
    OPERATOR = "operator"
    BEYOND_HORIZON = "beyond_horizon"
    PAST_DEADLINE = "past_deadline"
    NO_ROOM = "no_room"
    WINDOW_ORDERED = "window_ordered"
    SLOT_SOLD = "slot_sold"


BY_ORDER = (Rationale.WINDOW_ORDERED, Rationale.SLOT_SOLD)
"""An order over Beckn binds the job: nothing but the order's end frees it."""
