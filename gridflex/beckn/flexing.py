"""Flexibility under a running order: load that moves away, alerts that are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridflex.beckn import drafts
from gridflex.beckn.aftercare import RUNNING, Aftercare
from gridflex.beckn.messages import Envelope, OrderMessage
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Alert, Record, Step
from gridflex.beckn.states import State, require, stated
from gridflex.beckn.terms import is_ours
from gridflex.beckn.vocabulary import Action
from gridflex.errors import OutOfOrder


class Flexing(Aftercare):
    """Updates of an order for an energy window."""

    record: Record

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
        return self._finish(exchange, read, Action.UPDATE, binding=True)
