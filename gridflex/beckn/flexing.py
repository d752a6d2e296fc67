"""Flexibility under a running order: load that moves away, alerts that are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridflex.beckn import drafts
from gridflex.beckn.aftercare import RUNNING, Aftercare, answers_to
from gridflex.beckn.messages import Envelope, OrderMessage, stamp
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Record, Step
from gridflex.beckn.states import State, require, stated
from gridflex.beckn.terms import is_ours
from gridflex.beckn.vocabulary import Action
from gridflex.errors import OutOfOrder

WATCH = 1.25
"""We ask to be told again when figures exceed those accepted by a quarter."""


class Flexing(Aftercare):
    """Updates of an order for an energy window."""

    record: Record

    def shift(
        self,
        load_mw: float,
        target: str,
        *,
        target_order: str = "",
        battery_mw: float = 0.0,
        checkpoint_at: datetime | None = None,
    ) -> Step:
        """Move part of the load (MW) to another zone: as an answer to the alert if there is one, else unasked.

        ``battery_mw`` is what a battery at the site carries while the load moves;
        ``checkpoint_at`` when the job's state was last saved.
        """
        require(self.record.state, RUNNING, "shift workload")
        transfer, chosen = self.record.workload.transfer, self.record.chosen
        if transfer is None or chosen is None:
            raise OutOfOrder("the job cannot move")
        if not 0 < load_mw <= self._terms.load_mw:
            raise OutOfOrder(f"between 0 and {self._terms.load_mw:.4g} MW can be shifted")
        minutes = f"PT{round(transfer.hours * 60)}M"
        action: dict[str, Any] = {
            "actionType": "workload_shift",
            "actionReason": "grid_stress_response",
            "shiftDetails": {
                "shiftedLoad": load_mw,
                "shiftedLoadUnit": "MW",
                "sourceLocation": chosen.window.locality,
                "targetLocation": target,
                "targetOrder": target_order,
                "estimatedShiftTime": minutes,
            },
            "loadReductionCommitment": {"loadReduction": load_mw, "reductionUnit": "MW", "responseTime": minutes},
        }
        if battery_mw:
            action["batterySupportDetails"] = {
                "batterySupportActivated": True,
                "batteryDischarge": battery_mw,
                "batteryDischargeUnit": "MW",
                "batteryDuration": minutes,
            }
        saved = {"checkpointTimestamp": stamp(checkpoint_at)} if checkpoint_at else {}
        workload = {"workloadStatus": "migrating", "checkpointCreated": checkpoint_at is not None} | saved
        sentence = f"{load_mw:.4g} MW shifted to {target}"
        return self._update(action, workload, "flexibility_response", self._event_id(), sentence)

    def _event_id(self) -> str:
        """The alert that is answered, or a name for a change of our own: never one used before."""
        alert = self.record.alert
        if alert is not None and not alert.answered:
            return alert.event_id
        before = sum(step.action == Action.UPDATE for step in self.record.steps)
        return f"change-{before + 1}-{self.record.order_id}"

    def answer_alert(self, rationale: str = "the job's deadline leaves no better half-hour") -> Step:
        """Answer the alert: go on, with the carbon and price it now costs acknowledged."""
        require(self.record.state, RUNNING, "answer alert")
        alert = self.record.alert
        if alert is None or alert.answered:
            raise OutOfOrder("there is no alert to answer")
        terms = self._terms
        intensity = terms.intensity if alert.intensity is None else alert.intensity
        price = terms.price if alert.price is None else alert.price
        action = {
            "actionType": "continue_with_acknowledgement",
            "actionReason": "acceptable_carbon_cost_tradeoff",
            "decision": self._decision(intensity, price, rationale),
            "monitoringParameters": _watch(intensity * WATCH, price * WATCH),
        }
        workload = {
            "workloadStatus": "continuing",
            "workloadPriority": self.record.workload.priority,
            "estimatedCompletion": stamp(terms.end),
        }
        sentence = f"alert {alert.event_id} answered: going on"
        return self._update(action, workload, "alert_acknowledgement", alert.event_id, sentence)

    def _decision(self, intensity: float, price: float, rationale: str) -> dict[str, Any]:
        terms, now = self._terms, self.client.clock()
        left = max(0.0, (terms.end - max(now, terms.start)).total_seconds() / 3600)
        projected = terms.load_mw * ((terms.hours - left) * terms.intensity + left * intensity)
        budget = terms.carbon_budget_kg
        return {
            "decisionType": "continue_execution",
            "decisionRationale": rationale,
            "acceptedCarbonIntensity": intensity,
            "acceptedCarbonIntensityUnit": "gCO2/kWh",
            "acceptedSpotPrice": price,
            "acceptedSpotPriceUnit": "GBP_per_kWh",
            "carbonBudgetImpact": {
                "originalBudget": round(budget, 3),
                "projectedEmissions": round(projected, 3),
                "budgetExceeded": round(max(0.0, projected - budget), 3),
                "budgetExceededUnit": "kgCO2",
                "acceptanceJustification": rationale,
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
            return answers_to(answer) == event_id

        def read(envelope: Envelope) -> tuple[State, str]:
            is_ours(envelope.order, self.record.order_id)
            state = stated(envelope.order.order_status, self.record.state)
            self._take_in(envelope.order)
            return state, sentence

        self._settle_other(Action.UPDATE)
        require(self.record.state, RUNNING, "an update")
        exchange = self.talk.bind(Action.UPDATE, OrderMessage(order=order), taken, lambda answer: True, event_id)
        step = self._finish(exchange, read, Action.UPDATE, binding=True)
        if step.ok:
            self._answered(event_id)
            self.ways.keep(self.record)
        return step


def _watch(intensity: float, price: float) -> dict[str, Any]:
    """Figures above which we want to hear again; nothing is shut down by itself."""
    return {
        "alertThreshold": {
            "maxCarbonIntensity": round(intensity, 1),
            "maxCarbonIntensityUnit": "gCO2/kWh",
            "maxSpotPrice": round(price, 4),
            "maxSpotPriceUnit": "GBP_per_kWh",
        },
        "autoShutdownEnabled": False,
        "autoShutdownThreshold": {"carbonIntensity": round(intensity, 1), "spotPrice": round(price, 4)},
    }
