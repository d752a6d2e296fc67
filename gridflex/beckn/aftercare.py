"""What follows an order of any kind: its status, what is pushed to us, its end, a rating, support."""

from __future__ import annotations

from gridflex.beckn import drafts
from gridflex.beckn.inbox import Delivery
from gridflex.beckn.messages import Envelope, Feedback, OnRating, OnSupport, Rating, Support, SupportContact
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Alert, Doubt, Step, as_text
from gridflex.beckn.states import BOOKED, State, require, stated
from gridflex.beckn.steps import Steps
from gridflex.beckn.terms import is_ours
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.errors import BecknError, Nack, NoAnswer, OutOfOrder, TermsBroken

RUNNING = frozenset({State.CONFIRMED, State.IN_PROGRESS})
_WITH_PROVIDER = frozenset({State.QUOTED, State.INITIALISED, State.CONFIRMED, State.IN_PROGRESS})
_MAY_COME_UNASKED = frozenset(action.answer for action in (Action.CONFIRM, Action.STATUS, Action.UPDATE, Action.CANCEL))
_METRICS = ("performanceMetrics", "carbonMetrics", "costMetrics", "flexibilityMetrics")


class Aftercare(Steps):
    """Steps on an order that exists."""

    def status(self) -> Step:
        """Ask the provider how the order stands; also takes in what was pushed to us meanwhile."""
        require(self.record.state, BOOKED | {State.INITIALISED}, "status")
        self.take_pushed()
        exchange = self.talk.repeat(Action.STATUS, drafts.reference(self.record.order_id))
        step = self._finish(exchange, self._on_status)
        if step.problem == TermsBroken.__name__:
            self._undo_booking()
        return step

    def _undo_booking(self) -> None:
        """The provider has confirmed on terms that were not agreed: known by now, and taken back."""
        self.record.doubt = None
        self.cancel("confirmed on terms that were not agreed")

    def _on_status(self, envelope: Envelope) -> tuple[State, str]:
        order = envelope.order
        is_ours(order, self.record.order_id)
        state = stated(order.order_status, self.record.state)
        if self.record.state is State.INITIALISED and state in BOOKED:
            return self._on_booked(envelope)
        self._take_in(order)
        self._see_update(order)
        return state, self._standing(state)

    def _on_booked(self, envelope: Envelope) -> tuple[State, str]:
        """An answer that may confirm: of on_confirm, or of on_status while the outcome was not known."""
        order = self._agreed(envelope.order)
        state = stated(order.order_status, self.record.state)
        if state not in BOOKED:
            raise NoAnswer(f"not confirmed yet: the provider says {order.order_status.value}", sent=True)
        self._take_in(order)
        return state, f"order {order.id} {state.value}"

    def _standing(self, state: State) -> str:
        alert = self.record.alert
        if alert is not None and not alert.answered and state in RUNNING:
            return f"{state.value}, with an alert: {alert.message or alert.kind}"
        return f"the order is {state.value}"

    def take_pushed(self) -> tuple[Step, ...]:
        """Take in messages that were posted to us unasked or late; what cannot be true is refused and said."""
        deliveries = self.client.inbox.take_pushed(self.record.transaction_id)
        return tuple(self._pushed(delivery) for delivery in deliveries)

    def _pushed(self, delivery: Delivery) -> Step:
        context = delivery.envelope.context
        try:
            state, sentence = self._on_pushed(delivery.envelope)
            problem = ""
        except BecknError as error:
            state, sentence, problem = self.record.state, f"refused: {error}", type(error).__name__
        step = Step(
            action=context.action,
            state=state,
            at=self.client.clock(),
            sentence=sentence,
            problem=problem,
            message_id=context.message_id,
            verified=f"signed by {delivery.signed_by}",
            answer=as_text(delivery.body),
        )
        self._move(step, delivery.body)
        if problem == TermsBroken.__name__ and self._confirm_in_doubt:
            self._undo_booking()
        return step

    @property
    def _confirm_in_doubt(self) -> bool:
        """Whether we have asked for a booking and do not know what became of it."""
        return self.record.doubt is not None and self.record.doubt.action is Action.CONFIRM

    def _on_pushed(self, envelope: Envelope) -> tuple[State, str]:
        if envelope.context.action not in _MAY_COME_UNASKED:
            raise OutOfOrder(f"{envelope.context.action} came too late to matter")
        if self.record.state not in RUNNING | {State.INITIALISED}:
            raise OutOfOrder(f"the order is {self.record.state.value}")
        return self._on_status(envelope)

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

    def _see_update(self, order: Order) -> None:
        """An update in doubt was taken if the order says what it answers to."""
        record, doubt = self.record, self.record.doubt
        if doubt is None or not doubt.event_id or answers_to(order) != doubt.event_id:
            return
        record.doubt = None
        self._answered(doubt.event_id)

    def _answered(self, event_id: str) -> None:
        alert = self.record.alert
        if alert is not None and alert.event_id == event_id:
            self.record.alert = alert.model_copy(update={"answered": True})

    def cancel(self, reason: str = "no longer needed") -> Step:
        """Back out: at the provider once it knows of the order, else by leaving."""
        record = self.record
        require(record.state, _WITH_PROVIDER | {State.NEW, State.DISCOVERED}, "cancel")
        if record.state not in _WITH_PROVIDER:
            return self._local("cancel", State.CANCELLED, "left before anything was ordered")
        self._settle_other(Action.CANCEL)
        if record.state is State.CANCELLED:
            return record.steps[-1]
        exchange = self.talk.bind(
            Action.CANCEL,
            drafts.cancellation(record.order_id, reason),
            lambda order: order.order_status is OrderStatus.CANCELLED,
        )
        return self._finish(exchange, self._on_cancel, Action.CANCEL, binding=True)

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
        """See to it that no other binding message may still take effect. Raises OutOfOrder if one may or has."""
        doubt = self.record.doubt
        if doubt is None or (doubt.action is action and not doubt.event_id):
            return
        self.status()
        if self.record.doubt is not None and not self._outlived(doubt):
            raise OutOfOrder(f"it is not known yet whether {doubt.action.value} took effect; ask for the status first")
        if self.record.doubt is None and doubt.action is action:
            raise OutOfOrder("the change asked for before has taken effect; nothing is sent again")
        self.record.doubt = None

    def _outlived(self, doubt: Doubt | None) -> bool:
        """Whether the message in doubt can take effect no more, or is known to be with the provider."""
        return doubt is None or doubt.resend_after is None or self.client.clock() >= doubt.resend_after


def answers_to(order: Order) -> str | None:
    """The event that the order's latest update answers to."""
    return order.order_attributes.response_to_event if order.order_attributes else None


def _contact(support: SupportContact) -> str:
    return ", ".join(part for part in (support.name, support.phone, support.email, support.url) if part) or "no details"
