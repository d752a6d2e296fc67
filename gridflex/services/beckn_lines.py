"""Steps and orders in lines a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gridflex.beckn.record import Step
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import parse_utc
from gridflex.store.orders import StoredOrder

STEP_WORDS = {
    "discover": "Discover",
    "choose": "Choose",
    "select": "Select",
    "init": "Init",
    "confirm": "Confirm",
    "status": "Status",
    "update": "Update",
    "on_update": "Update, pushed to us",
    "on_confirm": "Confirmation, pushed to us",
    "on_status": "Status, pushed to us",
    "on_cancel": "Cancellation, pushed to us",
    "cancel": "Cancel",
    "rating": "Rate",
    "support": "Support",
}


def step_label(step: Step) -> str:
    """Discover · 12 ms · 8 windows found, 3 fit; a step that did not come off says so in a word."""
    name = STEP_WORDS.get(step.action, step.action)
    took = f"{step.ms:.0f} ms" if step.ms else ""
    said = step.sentence if step.ok else f"failed: {step.sentence}"
    return " · ".join(part for part in (name, took, said) if part)


def step_facts(step: Step) -> list[str]:
    """The lines under a step: ids, signature, HTTP status, problem."""
    ours = f"signed by {step.signed}" if step.signed else "not signed by us"
    facts = [f"at {fmt.date_clock(step.at)}:{step.at:%S} UK time · the order is now {step.state.value}"]
    if step.message_id:
        facts.append(f"message {step.message_id}")
    if step.request:
        facts.append(f"request {ours}, {len(step.request.encode()):,} bytes")
    if step.answer:
        status = f", HTTP {step.http_status}" if step.http_status else ""
        facts.append(f"answer {step.verified or 'not verified'}, {len(step.answer.encode()):,} bytes{status}")
    if step.problem:
        facts.append(f"problem: {step.problem}")
    return facts


def order_table(orders: Sequence[StoredOrder], now: datetime) -> dict[str, list[object]]:
    """Orders as a table's columns."""
    return {
        "order": [order.summary["order_id"] for order in orders],
        "state": [order.state for order in orders],
        "workload": [order.job_id for order in orders],
        "window": [order.summary.get("window", "") for order in orders],
        "runs from, UK time": [_start(order, now) for order in orders],
        "MW": [order.summary.get("load_mw") for order in orders],
        "£": [order.summary.get("cost_gbp") for order in orders],
        "kg CO2": [order.summary.get("carbon_kg") for order in orders],
        "network": [order.summary["network"] for order in orders],
        "begun": [fmt.date_clock(order.started_at) for order in orders],
    }


def _start(order: StoredOrder, now: datetime) -> str:
    start = order.summary.get("start")
    return fmt.day_clock(parse_utc(start), now) if start else ""
