"""How a step ends: the answer is read, the audit port has it, then the state moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep as wait

from gridflex.beckn.candidates import Chooser, cheapest
from gridflex.beckn.client import Client, Exchange
from gridflex.beckn.messages import Envelope
from gridflex.beckn.orders import Order
from gridflex.beckn.parties import Site
from gridflex.beckn.record import Audit, AuditEntry, Record, Step, entry_of, step_of
from gridflex.beckn.states import State
from gridflex.beckn.talk import Talk, is_transient
from gridflex.beckn.terms import Terms, check, is_ours
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.errors import BecknError, Nack, OutOfOrder, TermsBroken

Read = Callable[[Envelope], tuple[State, str]]
"""Takes an answer in: the state it leads to and the sentence that tells it. Raises BecknError."""

_OVER = (OrderStatus.REJECTED, OrderStatus.FAILED, OrderStatus.CANCELLED)


@dataclass(frozen=True)
class Ways:
    """How a journey goes about it: what it prefers, where the site is, how it waits."""

    chooser: Chooser = field(default_factory=cheapest)
    site: Site = field(default_factory=Site)
    sleep: Callable[[float], None] = wait


class Steps:
    """What all steps of a journey share."""

    def __init__(self, client: Client, record: Record, audit: Audit, ways: Ways | None = None) -> None:
        self.client = client
        self.record = record
        self.ways = ways or Ways()
        self.talk = Talk(client, record, audit, self.ways.sleep)

    @property
    def _order(self) -> Order:
        if self.record.order is None:
            raise OutOfOrder("there is no order yet")
        return self.record.order

    @property
    def _terms(self) -> Terms:
        if self.record.terms is None:
            raise OutOfOrder("no window has been chosen yet")
        return self.record.terms

    def _finish(self, exchange: Exchange, read: Read, action: Action | None = None) -> Step:
        action = action or exchange.action
        try:
            state, sentence = read(_envelope(exchange))
            problem = ""
        except BecknError as error:
            state, sentence, problem = self._after(error, action), str(error), type(error).__name__
        self.talk.audit(entry_of(exchange, self.record, state, f"{action.value}: {sentence}"))
        self.record.state = state
        return self._keep(step_of(exchange, state, sentence, problem).model_copy(update={"action": action.value}))

    def _local(self, action: str, state: State, sentence: str, error: BecknError | None = None) -> Step:
        """A step that asked nobody."""
        now = self.client.clock()
        record = self.record
        if state is not record.state:
            self.talk.audit(
                AuditEntry(
                    at=now,
                    action=action,
                    transaction_id=record.transaction_id,
                    message_id="",
                    order_id=record.order_id,
                    before=record.state,
                    after=state,
                    request_sha256="",
                    answer_sha256="",
                    http_status=0,
                    latency_ms=0.0,
                    detail=sentence,
                )
            )
        record.state = state
        problem = type(error).__name__ if error else ""
        return self._keep(Step(action=action, state=state, at=now, sentence=sentence, problem=problem))

    def _keep(self, step: Step) -> Step:
        self.record.steps.append(step)
        return step

    def _after(self, error: BecknError, action: Action) -> State:
        """The state after a step that did not come off: over where the provider or the terms say so, else as before."""
        if action not in (Action.SELECT, Action.INIT, Action.CONFIRM):
            return self.record.state
        if isinstance(error, TermsBroken):
            return self.record.state if action is Action.CONFIRM else State.FAILED
        if isinstance(error, Nack) and not is_transient(error):
            return State.CANCELLED if error.code == OrderStatus.CANCELLED else State.FAILED
        return self.record.state

    def _agreed(self, order: Order) -> Order:
        """The order of an answer, ours and on the terms agreed. Raises BecknError otherwise."""
        is_ours(order, self.record.order_id)
        if order.order_status in _OVER:
            attributes = order.order_attributes
            reason = (attributes.rejection_reason or attributes.cancellation_reason) if attributes else None
            said = f": {reason}" if reason else ""
            raise Nack(f"the provider says {order.order_status.value}{said}", 200, order.order_status.value)
        check(order, self._terms)
        return order


def _envelope(exchange: Exchange) -> Envelope:
    if exchange.error is not None:
        raise exchange.error
    assert exchange.envelope is not None
    return exchange.envelope
