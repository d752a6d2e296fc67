"""What follows an order: its status, changes to it, alerts about it, its end, a rating, support."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridflex.beckn import drafts
from gridflex.beckn.messages import (
    Envelope,
    Feedback,
    OnRating,
    OnSupport,
    OrderMessage,
    Rating,
    Support,
    SupportContact,
)
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Alert, Step
from gridflex.beckn.states import BOOKED, ENDS, State, require, stated
from gridflex.beckn.steps import Steps
from gridflex.beckn.terms import is_ours
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.errors import BecknError, Nack, NoAnswer, OutOfOrder

RUNNING = frozenset({State.CONFIRMED, State.IN_PROGRESS})
_WITH_PROVIDER = frozenset({State.QUOTED, State.INITIALISED, State.CONFIRMED, State.IN_PROGRESS})
_METRICS = ("performanceMetrics", "carbonMetrics", "costMetrics", "flexibilityMetrics")


class Aftercare(Steps):
    """Steps on an order that exists."""

    def status(self) -> Step:
        """Ask the provider how the order stands; also takes in what was pushed to us meanwhile."""
        require(self.record.state, BOOKED | {State.INITIALISED}, "status")
        self.take_pushed()
        exchange = self.talk.repeat(Action.STATUS, drafts.reference(self.record.order_id))
        return self._finish(exchange, self._on_status)

    def _on_status(self, envelope: Envelope) -> tuple[State, str]:
        order = envelope.order
        is_ours(order, self.record.order_id)
        state = stated(order.order_status, self.record.state)
        if self.record.state is State.INITIALISED and state in BOOKED:
            return self._on_booked(envelope)
        self._resolve(state)
        self._take_in(order)
        return state, self._standing(state)

    def _on_booked(self, envelope: Envelope) -> tuple[State, str]:
        """An answer that may confirm: of on_confirm, or of on_status while the outcome was not known."""
        order = self._agreed(envelope.order)
        state = stated(order.order_status, self.record.state)
        if state not in BOOKED:
            raise NoAnswer(f"not confirmed yet: the provider says {order.order_status.value}", sent=True)
        self._resolve(state)
        self._take_in(order)
        return state, f"order {order.id} {state.value}"

    def _resolve(self, state: State) -> None:
        doubt = self.record.doubt
        known = doubt is not None and (state in ENDS or (doubt.action is Action.CONFIRM and state in BOOKED))
        if known:
            self.record.doubt = None

    def _standing(self, state: State) -> str:
        alert = self.record.alert
        if alert is not None and not alert.answered and state in RUNNING:
            return f"{state.value}, with an alert: {alert.message or alert.kind}"
        return f"the order is {state.value}"

    def take_pushed(self) -> tuple[str, ...]:
        """Take in messages that were posted to us unasked; what cannot be true is refused and said."""
        said = []
        for delivery in self.client.inbox.take_pushed(self.record.transaction_id):
            try:
                said.append(self._on_pushed(delivery.envelope))
            except BecknError as error:
                said.append(f"{delivery.envelope.context.action} refused: {error}")
        return tuple(said)

    def _on_pushed(self, envelope: Envelope) -> str:
        if envelope.context.action not in (Action.UPDATE.answer, Action.STATUS.answer, Action.CANCEL.answer):
            return f"a late {envelope.context.action} was passed over"
        order = envelope.order
        is_ours(order, self.record.order_id)
        if self.record.state not in RUNNING:
            raise OutOfOrder(f"the order is {self.record.state.value}")
        state = stated(order.order_status, self.record.state)
        self._take_in(order)
        return self._local(envelope.context.action, state, self._standing(state)).sentence

    def _take_in(self, order: Order) -> None:
        """Keep what an answer adds to the order: an alert, and the figures of a finished run."""
        event = order.delivery.grid_event_alert
        grid, pricing = order.window.grid_parameters, order.window.pricing_parameters
        known = self.record.alert.event_id if self.record.alert else None
        if event is not None and event.event_id != known:
            self.record.alert = Alert(
                event_id=event.event_id,
                kind=event.event_type or "grid event",
                severity=event.severity or "",
                message=event.message or "",
                intensity=grid.carbon_intensity if grid else None,
                price=pricing.spot_price if pricing else None,
            )
        extra = order.window.model_extra or {}
        metrics = {name: extra[f"beckn:{name}"] for name in _METRICS if f"beckn:{name}" in extra}
        self.record.metrics = self.record.metrics | metrics

    def shift(self, load_mw: float, target: str, *, event_id: str = "", target_order: str = "") -> Step:
        """Move part of the load (MW) to another zone, as an answer to stress on the grid."""
        require(self.record.state, RUNNING, "shift workload")
        transfer = self.record.workload.transfer
        if transfer is None:
            raise OutOfOrder("the job cannot move")
        if not 0 < load_mw <= self._terms.load_mw:
            raise OutOfOrder(f"between 0 and {self._terms.load_mw:.4g} MW can be shifted")
        candidate = self.record.chosen
        details = {
            "shiftedLoad": load_mw,
            "shiftedLoadUnit": "MW",
            "sourceLocation": candidate.window.locality if candidate else "",
            "targetLocation": target,
            "targetOrder": target_order,
            "estimatedShiftTime": f"PT{round(transfer.hours * 60)}M",
        }
        action = {
            "actionType": "workload_shift",
            "actionReason": "grid_stress_response",
            "shiftDetails": details,
            "loadReductionCommitment": {"loadReduction": load_mw, "reductionUnit": "MW", "responseTime": "PT2M"},
        }
        workload = {"workloadStatus": "migrating"}
        event = event_id or (self.record.alert.event_id if self.record.alert else f"shift-{self.record.order_id}")
        return self._update(action, workload, "flexibility_response", event, f"{load_mw:.4g} MW shifted to {target}")

    def answer_alert(self, rationale: str = "the job's deadline leaves no better half-hour") -> Step:
        """Answer the alert: go on, with the carbon and price it now costs acknowledged."""
        require(self.record.state, RUNNING, "answer alert")
        alert = self.record.alert
        if alert is None or alert.answered:
            raise OutOfOrder("there is no alert to answer")
        action = {
            "actionType": "continue_with_acknowledgement",
            "actionReason": "acceptable_carbon_cost_tradeoff",
            "decision": self._decision(alert, rationale, self.client.clock()),
        }
        workload = {"workloadStatus": "continuing"}
        sentence = f"alert {alert.event_id} answered: going on"
        step = self._update(action, workload, "alert_acknowledgement", alert.event_id, sentence)
        if step.ok:
            self.record.alert = alert.model_copy(update={"answered": True})
        return step

    def _decision(self, alert: Alert, rationale: str, now: datetime) -> dict[str, Any]:
        terms = self._terms
        left = max(0.0, (terms.end - max(now, terms.start)).total_seconds() / 3600)
        intensity = terms.intensity if alert.intensity is None else alert.intensity
        projected = terms.load_mw * ((terms.hours - left) * terms.intensity + left * intensity)
        budget = terms.carbon_budget_kg
        return {
            "decisionType": "continue_execution",
            "decisionRationale": rationale,
            "acceptedCarbonIntensity": intensity,
            "acceptedCarbonIntensityUnit": "gCO2/kWh",
            "acceptedSpotPrice": terms.price if alert.price is None else alert.price,
            "acceptedSpotPriceUnit": "GBP_per_kWh",
            "carbonBudgetImpact": {
                "originalBudget": round(budget, 3),
                "projectedEmissions": round(projected, 3),
                "budgetExceeded": round(max(0.0, projected - budget), 3),
                "budgetExceededUnit": "kgCO2",
            },
        }

    def _update(
        self, action: dict[str, Any], workload: dict[str, Any], kind: str, event_id: str, sentence: str
    ) -> Step:
        now = self.client.clock()
        workload = {
            "workloadType": self.record.workload.kind,
            "workloadId": self.record.workload.workload_id,
        } | workload
        order = drafts.order_to_update(self._order, action, workload, kind, event_id, now)

        def taken(answer: Order) -> bool:
            return answer.order_attributes is not None and answer.order_attributes.response_to_event == event_id

        def read(envelope: Envelope) -> tuple[State, str]:
            is_ours(envelope.order, self.record.order_id)
            state = stated(envelope.order.order_status, self.record.state)
            self._take_in(envelope.order)
            return state, sentence

        self._settle_other(Action.UPDATE)
        exchange = self.talk.bind(Action.UPDATE, OrderMessage(order=order), taken)
        return self._finish(exchange, read, Action.UPDATE)

    def cancel(self, reason: str = "no longer needed") -> Step:
        """Back out: at the provider once it knows of the order, else by leaving."""
        record = self.record
        require(record.state, _WITH_PROVIDER | {State.NEW, State.DISCOVERED}, "cancel")
        if record.state not in _WITH_PROVIDER:
            return self._local("cancel", State.CANCELLED, "left before anything was ordered")
        self._settle_other(Action.CANCEL)
        exchange = self.talk.bind(
            Action.CANCEL,
            drafts.cancellation(record.order_id, reason),
            lambda order: order.order_status is OrderStatus.CANCELLED,
        )
        return self._finish(exchange, self._on_cancel, Action.CANCEL)

    def _on_cancel(self, envelope: Envelope) -> tuple[State, str]:
        order = envelope.order
        is_ours(order, self.record.order_id)
        if order.order_status is not OrderStatus.CANCELLED:
            raise Nack(f"not cancelled: the provider says {order.order_status.value}", 200, order.order_status.value)
        return State.CANCELLED, "the provider has cancelled the order"

    def rate(self, value: int = 5, comments: str = "", tags: tuple[str, ...] = ()) -> Step:
        """Rate the order, 1 to 5."""
        require(self.record.state, BOOKED, "rate")
        feedback = Feedback(comments=comments or None, tags=list(tags) or None) if comments or tags else None
        exchange = self.talk.repeat(Action.RATING, Rating(id=self.record.order_id, value=value, feedback=feedback))
        return self._finish(exchange, self._on_rating)

    def _on_rating(self, envelope: Envelope) -> tuple[State, str]:
        assert isinstance(envelope.message, OnRating)
        if not envelope.message.received:
            raise Nack("the provider did not take the rating", 200)
        return self.record.state, "the provider has taken the rating"

    def support(self) -> Step:
        """Ask whom to turn to about the order."""
        require(self.record.state, BOOKED | {State.INITIALISED, State.CANCELLED, State.FAILED}, "support")
        exchange = self.talk.repeat(Action.SUPPORT, Support(ref_id=self.record.order_id))
        return self._finish(exchange, self._on_support)

    def _on_support(self, envelope: Envelope) -> tuple[State, str]:
        assert isinstance(envelope.message, OnSupport)
        return self.record.state, f"support: {_contact(envelope.message.support)}"

    def _settle_other(self, action: Action) -> None:
        """See to it that no other binding message may still take effect. Raises OutOfOrder if one may."""
        doubt = self.record.doubt
        if doubt is None or doubt.action is action:
            return
        asked = self.status()
        outlived = doubt.resend_after is None or self.client.clock() >= doubt.resend_after
        if self.record.doubt is not None and not (asked.ok and outlived):
            raise OutOfOrder(f"it is not known yet whether {doubt.action.value} took effect; ask for the status first")
        self.record.doubt = None


def _contact(support: SupportContact) -> str:
    return ", ".join(part for part in (support.name, support.phone, support.email, support.url) if part) or "no details"
