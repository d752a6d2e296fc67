"""Where answers that are posted to us wait for the journey that asked for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition

from gridflex.beckn.messages import Envelope, stamp
from gridflex.beckn.reading import read_json, read_message
from gridflex.beckn.signing import CLOCK_SKEW, KeyLookup, verify
from gridflex.beckn.times import read_duration
from gridflex.beckn.vocabulary import Action
from gridflex.errors import BecknError, InvalidMessage, Nack, NoAnswer, SignatureRefused

MAX_TRANSACTIONS = 5000
"""Journeys remembered; the oldest is forgotten first."""


MAX_MESSAGES = 500
"""Messages taken for one journey."""


@dataclass(frozen=True)
class Delivery:
    """One message that was posted to us, whose signature held."""

    envelope: Envelope
    body: bytes
    signed_by: str


@dataclass
class _Transaction:
    sender: str | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)
    waiting: list[Delivery] = field(default_factory=list)


class Inbox:
    """Deliveries by transaction: nothing is kept for a journey nobody opened, nothing is kept twice."""

    def __init__(self) -> None:
        self._arrived = Condition()
        self._transactions: OrderedDict[str, _Transaction] = OrderedDict()

    def open(self, transaction_id: str, sender: str | None = None) -> None:
        """Expect messages of a journey, once its provider is known from that ``sender`` alone."""
        with self._arrived:
            transaction = self._transactions.setdefault(transaction_id, _Transaction())
            transaction.sender = sender or transaction.sender
            while len(self._transactions) > MAX_TRANSACTIONS:
                self._transactions.popitem(last=False)

    def put(self, delivery: Delivery) -> bool:
        """Keep a delivery unless its message id came before for the same action.

        False for a journey nobody opened or that is flooded, and for a sender who is not its provider.
        """
        context = delivery.envelope.context
        with self._arrived:
            transaction = self._transactions.get(context.transaction_id)
            if transaction is None or len(transaction.seen) >= MAX_MESSAGES:
                return False
            if transaction.sender not in (None, context.bpp_id):
                return False
            key = (context.action, context.message_id)
            if key not in transaction.seen:
                transaction.seen.add(key)
                transaction.waiting.append(delivery)
                self._arrived.notify_all()
            return True

    def wait(self, transaction_id: str, action: str, message_id: str, seconds: float) -> Delivery:
        """The answer to one message. Raises NoAnswer if it has not come within ``seconds``."""
        with self._arrived:
            found = self._arrived.wait_for(lambda: self._find(transaction_id, action, message_id), seconds)
            if found is None:
                raise NoAnswer(f"acknowledged, but no {action} came within {seconds:g} s", sent=True)
            self._transactions[transaction_id].waiting.remove(found)
            return found

    def take_pushed(self, transaction_id: str) -> tuple[Delivery, ...]:
        """Everything that waits for a journey, asked for or not, oldest first."""
        with self._arrived:
            transaction = self._transactions.get(transaction_id)
            if transaction is None:
                return ()
            waiting, transaction.waiting = tuple(transaction.waiting), []
            return waiting

    def holds_any(self, transaction_id: str) -> bool:
        """Whether something waits for a journey."""
        with self._arrived:
            transaction = self._transactions.get(transaction_id)
            return transaction is not None and bool(transaction.waiting)

    def _find(self, transaction_id: str, action: str, message_id: str) -> Delivery | None:
        transaction = self._transactions.get(transaction_id)
        wanted = (action, message_id)
        return next(
            (
                delivery
                for delivery in (transaction.waiting if transaction else ())
                if (delivery.envelope.context.action, delivery.envelope.context.message_id) == wanted
            ),
            None,
        )


@dataclass(frozen=True)
class Acknowledgement:
    """What to answer the peer that posted to us: HTTP status, JSON, headers."""

    status: int
    body: dict[str, object]
    headers: Mapping[str, str]


def handle_callback(
    action: str, headers: Mapping[str, str], body: bytes, now: datetime, *, inbox: Inbox, keys: KeyLookup, us: str
) -> Acknowledgement:
    """Take one ``on_*`` post: verified, matched to its journey, kept once however often it comes.

    ``headers`` may be of any case; ``us`` is our subscriber id, named when a signature is
    refused. A message for a journey that nobody opened gets 404 and a NACK.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    transaction_id = ""
    try:
        value = read_json(body)
        envelope = read_message(value)
        context = envelope.context
        transaction_id = context.transaction_id
        if context.action != action:
            raise InvalidMessage(f"{context.action} was posted to {action}")
        if context.bpp_id is None and action != Action.DISCOVER.answer:
            raise SignatureRefused("the message does not say which provider it is from")
        verified = verify(lower.get("authorization"), body, now, keys, sender=context.bpp_id)
        if now > context.timestamp + read_duration(context.ttl) + CLOCK_SKEW:
            raise InvalidMessage("the message has outlived its time")
    except SignatureRefused as error:
        realm = {"WWW-Authenticate": f'Signature realm="{us}",headers="(created) (expires) digest"'}
        return acknowledgement(401, transaction_id, now, error, realm)
    except BecknError as error:
        return acknowledgement(400, transaction_id, now, error)
    if not inbox.put(Delivery(envelope, body, f"{verified.subscriber_id}, key {verified.key_id}")):
        return acknowledgement(404, transaction_id, now, InvalidMessage("no pending request for this transaction"))
    return acknowledgement(200, transaction_id, now)


def acknowledgement(
    status: int,
    transaction_id: str,
    now: datetime,
    error: BecknError | None = None,
    headers: Mapping[str, str] | None = None,
) -> Acknowledgement:
    """An ACK, or a NACK with its reason, in the core schema's shape."""
    body: dict[str, object] = {"transaction_id": transaction_id, "timestamp": stamp(now), "ack_status": "ACK"}
    if error is not None:
        code = (error.code if isinstance(error, Nack) else "") or type(error).__name__
        body |= {"ack_status": "NACK", "error": {"code": code, "message": str(error)}}
    return Acknowledgement(status, body, headers or {})
