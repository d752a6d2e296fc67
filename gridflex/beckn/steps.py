"""How a step ends: the answer is read, the audit port has it, then the state moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep as wait
from typing import Any

from gridflex.beckn.candidates import Chooser, cheapest
from gridflex.beckn.client import Client, Exchange
from gridflex.beckn.messages import Envelope
from gridflex.beckn.orders import Order
from gridflex.beckn.parties import Site
from gridflex.beckn.record import Audit, Ledger, Step, entry_of, entry_of_move, step_of
from gridflex.beckn.states import BOOKED, ENDS, State
from gridflex.beckn.talk import Talk, is_transient
from gridflex.beckn.terms import Terms, check, is_ours
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.errors import BecknError, Nack, OutOfOrder, TermsBroken

Read = Callable[[Envelope], tuple[State, str]]
"""Takes an answer in: the state it leads to and the sentence that tells it. Raises BecknError."""

_OVER = (OrderStatus.REJECTED, OrderStatus.FAILED, OrderStatus.CANCELLED)


@dataclass(frozen=True)
class Ways:
    """How a journey goes about it: what it prefers, where the site is, how it waits.

    ``keep`` is handed the record after every step, and before a binding message is sent (its
    outcome then in doubt); it must have kept it when it returns, so that a process that dies
    in between asks for the order's status instead of sending again.
    """

    chooser: Chooser = field(default_factory=cheapest)
    site: Site = field(default_factory=Site)
    sleep: Callable[[float], None] = wait
    keep: Callable[[Ledger], None] = lambda record: None


class Steps:
    """What all steps of an order share.

    A step that fails is a Step with its problem named, not an exception; a step that cannot
    follow the present state raises OutOfOrder. What the audit port raises goes through, and
    then the state has not changed.
    """

    def __init__(self, client: Client, record: Ledger, audit: Audit, ways: Ways | None = None) -> None:
        self.client = client
        self.record = record
        self.ways = ways or Ways()
        self.talk = Talk(client, record, audit, self.ways.sleep, self.ways.keep)

    def to_dict(self) -> dict[str, Any]:
        """All state as JSON values."""
        return self.record.model_dump(mode="json")

    def _run(self, *steps: Callable[[], Step]) -> tuple[Step, ...]:
        taken: list[Step] = []
        for step in steps:
            taken.append(step())
            if not taken[-1].ok:
                break
        return tuple(taken)

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

    def _finish(self, exchange: Exchange, read: Read, action: Action | None = None, *, binding: bool = False) -> Step:
        action = action or exchange.action
        known = True
        try:
            state, sentence = read(_envelope(exchange))
            problem = ""
            if exchange.action is not action:
                sentence += ", as its status says"
        except BecknError as error:
            state, sentence, problem = self._after(error, action), str(error), type(error).__name__
            known = isinstance(error, Nack | TermsBroken)
        self.talk.audit(entry_of(exchange, self.record, state, f"{action.value}: {sentence}"))
        self._enter(state)
        if binding and known:
            self.record.doubt = None
        return self._keep(step_of(exchange, state, sentence, problem).model_copy(update={"action": action.value}))

    def _enter(self, state: State) -> None:
        self.record.state = state
        doubt = self.record.doubt
        if doubt is not None and (state in ENDS or (doubt.action is Action.CONFIRM and state in BOOKED)):
            self.record.doubt = None

    def _local(self, action: str, state: State, sentence: str, error: BecknError | None = None) -> Step:
        """A step that asked nobody."""
        problem = type(error).__name__ if error else ""
        return self._move(Step(action=action, state=state, at=self.client.clock(), sentence=sentence, problem=problem))

    def _move(self, step: Step, answer: bytes = b"") -> Step:
        self.talk.audit(entry_of_move(self.record, step, answer))
        self._enter(step.state)
        return self._keep(step)

    def _keep(self, step: Step) -> Step:
        self.record.steps.append(step)
        self.ways.keep(self.record)
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
        asked = self._order.order_items[0].ordered_item
        if order.order_items and order.order_items[0].ordered_item != asked:
            raise TermsBroken(f"{asked} was asked for, the answer is about {order.order_items[0].ordered_item}")
        check(order, self._terms)
        return order


def _envelope(exchange: Exchange) -> Envelope:
    if exchange.error is not None:
        raise exchange.error
    assert exchange.envelope is not None
    return exchange.envelope
