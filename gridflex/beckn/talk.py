"""Asking with patience: retries that are harmless, and never a binding message twice by mistake.

The protocol sets no retry rule; this one follows from what its adapters do. A question is
repeated with a fresh message id. A confirm, update or cancel whose outcome is not known is
followed by ``status`` until that says so; it goes out again only when ``status`` shows the
order unchanged and the first message has outlived its ttl (or cannot have arrived).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gridflex.beckn.client import Client, Conversation, Exchange
from gridflex.beckn.drafts import reference
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Audit, Doubt, Ledger, entry_of, step_of
from gridflex.beckn.vocabulary import TTL_SECONDS, Action, OrderStatus
from gridflex.beckn.wire import Plain
from gridflex.errors import BecknError, Nack, NoAnswer

RETRY_SECONDS = (0.5, 1.5)
"""Waits before the second and third try of a question."""

POLL_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Waits before each ``status`` while an outcome is not known; 30 s in all, one ttl."""

PATIENCE = timedelta(seconds=75)
"""After this nothing more is tried within a step: twice an adapter's own wait and a little."""

_ADAPTER_GAVE_UP = 408
"""A sync adapter answers this after it has waited its 30 s, so the message has outlived its ttl."""

_LIFE = timedelta(seconds=TTL_SECONDS)
_TRANSIENT = frozenset({_ADAPTER_GAVE_UP, 502, 503, 504})
_OVER = frozenset({OrderStatus.REJECTED, OrderStatus.FAILED, OrderStatus.CANCELLED})

Done = Callable[[Order], bool]


class Talk:
    """Exchanges of one journey, each handed to the audit port as it is known."""

    def __init__(
        self,
        client: Client,
        record: Ledger,
        audit: Audit,
        sleep: Callable[[float], None],
        keep: Callable[[Ledger], None],
    ) -> None:
        self.client = client
        self.record = record
        self.audit = audit
        self._sleep = sleep
        self._keep = keep

    def ask(self, action: Action, message: Plain) -> Exchange:
        """Send one message once."""
        record = self.record
        return self.client.ask(action, message, Conversation(record.transaction_id, record.bpp_id, record.bpp_uri))

    def repeat(self, action: Action, message: Plain) -> Exchange:
        """Ask a question that may be asked again: at most three times."""
        exchange = self.ask(action, message)
        until = exchange.sent_at + PATIENCE
        for seconds in RETRY_SECONDS:
            if not is_transient(exchange.error) or self.client.clock() > until:
                break
            self.note(exchange, "asked again")
            self._sleep(seconds)
            exchange = self.ask(action, message)
        return exchange

    def bind(
        self, action: Action, message: Plain, done: Done, accepted: Done | None = None, event_id: str = ""
    ) -> Exchange:
        """Send a binding message. The doubt kept before it is sent stays if the outcome does not become known.

        ``done`` says of an order whether the action has taken effect; ``accepted`` says it of
        the order in the action's own answer, where that is easier to satisfy. ``event_id`` is
        what an update answers to.
        """
        accepted = accepted or done
        if self.record.doubt is None:
            self.record.doubt = Doubt(action=action, resend_after=self.client.clock() + _LIFE, event_id=event_id)
            self._keep(self.record)
            exchange = self.ask(action, message)
            if self._settled(exchange, accepted):
                return exchange
            self._doubt(exchange)
        return self._until_known(action, message, done, accepted)

    def note(self, exchange: Exchange, detail: str) -> None:
        """Hand an exchange that changes nothing to the audit port, and to the timeline."""
        record, problem = self.record, type(exchange.error).__name__ if exchange.error else ""
        detail = f"{exchange.error}; {detail}" if exchange.error else detail
        self.audit(entry_of(exchange, record, record.state, detail))
        record.steps.append(step_of(exchange, record.state, detail, problem))

    def _until_known(self, action: Action, message: Plain, done: Done, accepted: Done) -> Exchange:
        resent = False
        exchange: Exchange | None = None
        until = self.client.clock() + PATIENCE
        for seconds in POLL_SECONDS:
            if self.client.clock() > until:
                break
            self._sleep(seconds)
            exchange = self.ask(Action.STATUS, reference(self.record.order_id))
            if self._settled(exchange, done):
                return exchange
            self.note(exchange, f"outcome of {action.value} not known yet")
            if not resent and self._may_resend(exchange):
                resent = True
                exchange = self.ask(action, message)
                if self._settled(exchange, accepted):
                    return exchange
                self._doubt(exchange)
        assert exchange is not None
        return exchange.unknown(f"it is not known whether {action.value} took effect; it will be asked, not repeated")

    def _settled(self, exchange: Exchange, done: Done) -> bool:
        """Whether the answer says, of our order, that it is done or that it will not be."""
        order = self._our_order(exchange)
        if order is not None:
            return done(order) or order.order_status in _OVER
        definite = isinstance(exchange.error, Nack) and exchange.error.status < 500
        return definite and not is_transient(exchange.error) and exchange.action is not Action.STATUS

    def _our_order(self, exchange: Exchange) -> Order | None:
        if exchange.envelope is None:
            return None
        order = exchange.envelope.order
        return order if order.id == self.record.order_id else None

    def _may_resend(self, status: Exchange) -> bool:
        doubt = self.record.doubt
        if doubt is None or doubt.resend_after is None or self._our_order(status) is None:
            return False
        return self.client.clock() >= doubt.resend_after

    def _doubt(self, exchange: Exchange) -> None:
        error = exchange.error
        dead_at = exchange.sent_at + _LIFE
        if isinstance(error, NoAnswer) and not error.sent:
            dead_at = exchange.sent_at
        if isinstance(error, Nack) and error.status == _ADAPTER_GAVE_UP:
            dead_at = exchange.sent_at
        pending = error is None and self._our_order(exchange) is not None
        event_id = self.record.doubt.event_id if self.record.doubt else ""
        resend_after = None if pending else dead_at
        self.record.doubt = Doubt(action=exchange.action, resend_after=resend_after, event_id=event_id)
        self.note(exchange, "asking for the order's status before anything is sent again")


def is_transient(error: BecknError | None) -> bool:
    """Whether the same question may be answered a little later."""
    return isinstance(error, NoAnswer) or (isinstance(error, Nack) and error.status in _TRANSIENT)
