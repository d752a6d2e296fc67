"""Steps and orders in lines a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gridflex.beckn.record import Record, Step
from gridflex.beckn.states import State
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
    "expire": "Expire",
    "rating": "Rate",
    "support": "Support",
}


TO_COME = {
    State.NEW: ("discover", "Asks the network for windows clean enough and near enough."),
    State.DISCOVERED: ("select", "Makes the order's id and asks for a quote for the window chosen."),
    State.QUOTED: ("init", "Says who pays, what runs, where and when; the provider reserves the power."),
    State.INITIALISED: ("confirm", "Makes it binding. Only a confirmation of this order on these terms counts."),
}
"""The step that leads on from each state, and what it will do."""

_ORDER_ENDED = frozenset({State.FAILED, State.CANCELLED})


def to_come(record: Record) -> list[tuple[str, str]]:
    """Steps that are still to be taken, each with what it will do."""
    states = list(TO_COME)
    return [TO_COME[state] for state in states[states.index(record.state) :]] if record.state in TO_COME else []


def trouble(record: Record) -> str:
    """What went wrong and still matters: the last step's failure, or the one that ended the order; else empty."""
    steps = record.steps
    if record.state is State.EXPIRED:
        return f"The order has expired: {steps[-1].sentence}"
    if len(steps) > 1 and record.state in _ORDER_ENDED and steps[-1].ok:
        steps = steps[:-1]
    if not steps or steps[-1].ok:
        return ""
    return f"{STEP_WORDS.get(steps[-1].action, steps[-1].action)} did not come off: {steps[-1].sentence}"


def step_label(step: Step) -> str:
    """Discover · 12 ms · 8 windows found, 3 fit; a step that did not come off says so in a word."""
    name = STEP_WORDS.get(step.action, step.action)
    took = f"{step.ms:.0f} ms" if step.ms else ""
    said = step.sentence if step.ok else f"failed: {step.sentence}"
    signed = "signature verified" if step.verified.startswith("signed by") else ""
    return " · ".join(part for part in (name, took, said, signed) if part)


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
