"""From a choice to a confirmed order: select, init and confirm, alike for windows and for job slots."""

from __future__ import annotations

from datetime import timedelta

from gridflex.beckn import drafts
from gridflex.beckn.aftercare import RUNNING, Aftercare
from gridflex.beckn.messages import Envelope, OrderMessage
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Step
from gridflex.beckn.states import State, require
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.errors import OutOfOrder, TermsBroken

QUOTES_HOLD = timedelta(minutes=30)
"""A catalogue is a settlement period's view of the grid: what was found is not ordered after it."""

EXPIRE = "expire"
_DRAFTS = frozenset({State.QUOTED, State.INITIALISED})


class Ordering(Aftercare):
    """Steps that make an order. What is ordered is the subclass's."""

    def _to_quote(self) -> Order:
        """The order to ask a quote for. Raises OutOfOrder before a choice."""
        raise NotImplementedError

    def _to_initialise(self, order: Order) -> Order:
        """The same order with who pays, what runs, where and when."""
        raise NotImplementedError

    def select(self) -> Step:
        """Ask for a quote for the chosen window."""
        require(self.record.state, frozenset({State.DISCOVERED}), "select")
        order = self._to_quote()
        if why := self._lapsed():
            return self._expire("select", why)
        self.record.order = order
        exchange = self.talk.repeat(Action.SELECT, OrderMessage(order=order))
        return self._finish(exchange, self._on_select)

    def _on_select(self, envelope: Envelope) -> tuple[State, str]:
        self._agreed(envelope.order)
        terms = self._terms
        return State.QUOTED, f"quote £{terms.cost_gbp:.2f} for {terms.load_mw * terms.hours * 1000:g} kWh"

    def init(self) -> Step:
        """Reserve: who pays, what runs, where and when."""
        require(self.record.state, frozenset({State.QUOTED}), "init")
        if why := self._lapsed():
            return self._expire("init", why)
        order = self.record.order = self._to_initialise(self._order)
        exchange = self.talk.repeat(Action.INIT, OrderMessage(order=order))
        return self._finish(exchange, self._on_init)

    def _on_init(self, envelope: Envelope) -> tuple[State, str]:
        self._agreed(envelope.order)
        terms = self._terms
        self.record.order = drafts.order_to_confirm(self._order, envelope.order.payment)
        return State.INITIALISED, f"{terms.load_mw:.4g} MW reserved for {terms.hours:g} h"

    def confirm(self) -> Step:
        """Mean it. Confirmed only when the provider says so of our order, on our terms."""
        require(self.record.state, frozenset({State.INITIALISED}), "confirm")
        if why := self._lapsed():
            return self._too_late("confirm", why)
        self._settle_other(Action.CONFIRM)
        require(self.record.state, frozenset({State.INITIALISED}), "confirm")
        exchange = self.talk.bind(Action.CONFIRM, OrderMessage(order=self._order), _is_booked)
        step = self._finish(exchange, self._on_booked, Action.CONFIRM, binding=True)
        if step.problem == TermsBroken.__name__:
            self._undo_booking()
        return step

    def look_after(self) -> None:
        """What is to be done without being asked: hear how the order stands, or let it go once its time has passed."""
        if self.record.state in RUNNING:
            self.status()
        self.take_pushed()
        if self.record.state in _DRAFTS and (why := self._lapsed()):
            self._too_late(EXPIRE, why)

    def _too_late(self, what: str, why: str) -> Step:
        """Nothing is sent any more; but what was sent before may have been taken."""
        if self.record.doubt is None:
            return self._expire(what, why)
        asked = self.status()
        known = asked.ok and self._outlived(self.record.doubt)
        return self._expire(what, why) if known and asked.state is State.INITIALISED else asked

    def _lapsed(self) -> str:
        """Why nothing can be ordered any more; empty while it can."""
        record, now = self.record, self.client.clock()
        if record.discovered_at is not None and now > record.discovered_at + QUOTES_HOLD:
            return "what was found is more than half an hour old"
        return "the run was to have started by now" if now > self._terms.start else ""

    def _expire(self, what: str, why: str) -> Step:
        unasked = what == EXPIRE
        return self._local(what, State.EXPIRED, why, None if unasked else OutOfOrder(why))


def _is_booked(order: Order) -> bool:
    return order.order_status in (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED)
