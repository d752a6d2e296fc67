"""One exchange with a peer: build, sign, send, and read what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from gridflex.beckn.dialects import write
from gridflex.beckn.inbox import Inbox
from gridflex.beckn.line import Line, Reply
from gridflex.beckn.messages import Context, Envelope
from gridflex.beckn.parties import Buyer, Network
from gridflex.beckn.reading import is_ack, read_answer, read_message
from gridflex.beckn.signing import verify
from gridflex.beckn.vocabulary import COMPUTE_ENERGY_IRI, DOMAIN, TTL_SECONDS, Action, Mode
from gridflex.beckn.wire import Plain
from gridflex.errors import BecknError, InvalidMessage, NoAnswer

Clock = Callable[[], datetime]

SYNC_SIGNATURE = "x-beckn-signature"
"""Where a provider that answers in the HTTP response puts its signature."""

_WITHOUT_SCHEMA = frozenset({Action.STATUS, Action.UPDATE, Action.CANCEL, Action.RATING, Action.SUPPORT})


@dataclass(frozen=True)
class Conversation:
    """The ids every message of one journey carries."""

    transaction_id: str
    bpp_id: str | None = None
    bpp_uri: str | None = None


@dataclass(frozen=True)
class Exchange:
    """What was sent and what became of it: either ``envelope`` or ``error`` is there.

    ``status`` is 0 where no HTTP answer came; ``ms`` is the time until the answer was whole.
    """

    action: Action
    message_id: str
    request: bytes
    signed: str
    sent_at: datetime
    answer: bytes = b""
    status: int = 0
    ms: float = 0.0
    verified: str = ""
    envelope: Envelope | None = None
    error: BecknError | None = None

    def unknown(self, text: str) -> Exchange:
        """The same exchange, read as leaving the outcome open."""
        return replace(self, envelope=None, error=NoAnswer(text, sent=True))

    @property
    def request_sha256(self) -> str:
        """Hash of the exact bytes sent."""
        return hashlib.sha256(self.request).hexdigest()

    @property
    def answer_sha256(self) -> str:
        """Hash of the exact bytes that came back."""
        return hashlib.sha256(self.answer).hexdigest()


class Client:
    """Speaks for one buyer to one network. Safe to share between threads."""

    def __init__(
        self,
        network: Network,
        line: Line,
        clock: Clock,
        buyer: Buyer | None = None,
        inbox: Inbox | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        callback_seconds: float = TTL_SECONDS,
    ) -> None:
        self.network = network
        self.buyer = buyer or Buyer()
        self.inbox = inbox or Inbox()
        self.clock = clock
        self.new_id = new_id
        self._line = line
        self._callback_seconds = callback_seconds

    def ask(self, action: Action, message: Plain, conversation: Conversation) -> Exchange:
        """Send one message, once, and wait for its answer. Never raises a BecknError: it is in the exchange."""
        now = self.clock()
        context = self._context(action, conversation, now)
        body = write(Envelope(context, message), self.network.dialect)
        signer = self.network.signer
        authorization = signer.header(body, now) if signer else None
        exchange = _Draft(action, context, body, f"{signer.subscriber_id}, key {signer.key_id}" if signer else "", now)
        try:
            if self.network.mode is Mode.ASYNC:
                self.inbox.open(context.transaction_id)
            url = f"{self.network.base_url.rstrip('/')}/{action.value}"
            exchange.reply = self._line.post(url, body, self._headers(authorization))
            envelope = self._answer(exchange)
            _check_ours(envelope, context)
        except BecknError as error:
            return exchange.closed(error=error)
        return exchange.closed(envelope=envelope)

    def _context(self, action: Action, conversation: Conversation, now: datetime) -> Context:
        directed = action is not Action.DISCOVER
        return Context(
            action=action.value,
            timestamp=now,
            message_id=self.new_id(),
            transaction_id=conversation.transaction_id,
            bap_id=self.buyer.subscriber_id,
            bap_uri=self.buyer.uri,
            bpp_id=conversation.bpp_id if directed else None,
            bpp_uri=conversation.bpp_uri if directed else None,
            schema_context=None if action in _WITHOUT_SCHEMA else [COMPUTE_ENERGY_IRI],
        )

    def _headers(self, authorization: str | None) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        key = self.network.api_key
        if authorization:
            return headers | {"Authorization": authorization} | ({"X-API-Key": key} if key else {})
        return headers | ({"Authorization": f"Bearer {key}"} if key else {})

    def _answer(self, exchange: _Draft) -> Envelope:
        reply = exchange.got
        value = read_answer(reply.status, reply.body)
        if is_ack(value):
            return self._called_back(exchange)
        envelope = read_message(value)
        exchange.verified = self._verified(reply, envelope)
        return envelope

    def _called_back(self, exchange: _Draft) -> Envelope:
        context = exchange.context
        if self.network.mode is Mode.SYNC:
            raise InvalidMessage("only an acknowledgement came, and this network was to answer at once")
        delivery = self.inbox.wait(
            context.transaction_id, exchange.action.answer, context.message_id, self._callback_seconds
        )
        exchange.posted = delivery.body
        exchange.verified = f"signed by {delivery.signed_by}"
        return delivery.envelope

    def _verified(self, reply: Reply, envelope: Envelope) -> str:
        header = reply.headers.get(SYNC_SIGNATURE)
        if self.network.keys is None or header is None:
            return "not signed: the network answers for its provider"
        verified = verify(header, reply.body, self.clock(), self.network.keys, sender=envelope.context.bpp_id)
        return f"signed by {verified.subscriber_id}, key {verified.key_id}"


@dataclass
class _Draft:
    action: Action
    context: Context
    request: bytes
    signed: str
    sent_at: datetime
    reply: Reply | None = None
    posted: bytes | None = None
    verified: str = ""

    @property
    def got(self) -> Reply:
        assert self.reply is not None
        return self.reply

    def closed(self, envelope: Envelope | None = None, error: BecknError | None = None) -> Exchange:
        reply = self.reply or Reply(0, b"", {}, 0.0)
        return Exchange(
            action=self.action,
            message_id=self.context.message_id,
            request=self.request,
            signed=self.signed,
            sent_at=self.sent_at,
            answer=reply.body if self.posted is None else self.posted,
            status=reply.status,
            ms=reply.ms,
            verified=self.verified,
            envelope=envelope,
            error=error,
        )


def _check_ours(envelope: Envelope, asked: Context) -> None:
    answer = envelope.context
    if answer.action != f"on_{asked.action}":
        raise InvalidMessage(f"asked to {asked.action}, answered with {answer.action[:40]}")
    if answer.transaction_id != asked.transaction_id:
        raise InvalidMessage("the answer belongs to another transaction")
    if answer.message_id != asked.message_id:
        raise InvalidMessage("the answer belongs to another message")
    if answer.domain != DOMAIN:
        raise InvalidMessage(f"the answer is of another domain: {answer.domain[:60]}")
