"""One exchange with a peer: build, sign, send, and read what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from uuid import uuid4

from gridflex.beckn.dialects import write
from gridflex.beckn.inbox import Acknowledgement, Inbox, handle_callback
from gridflex.beckn.line import Line, Reply
from gridflex.beckn.messages import Context, Envelope
from gridflex.beckn.parties import Buyer, Network
from gridflex.beckn.reading import is_ack, read_answer, read_message
from gridflex.beckn.signing import verify
from gridflex.beckn.vocabulary import COMPUTE_ENERGY_IRI, DOMAIN, TTL_SECONDS, Action, Mode
from gridflex.beckn.wire import Plain
from gridflex.errors import BecknError, InvalidMessage, NoAnswer, SignatureRefused

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
        now, signer = self.clock(), self.network.signer
        context = self._context(action, conversation, now)
        body = write(Envelope(context, message), self.network.dialect)
        authorization = signer.header(body, now) if signer else None
        signed = f"{signer.subscriber_id}, key {signer.key_id}" if signer else ""
        exchange = Exchange(action, context.message_id, body, signed, now)
        started = perf_counter()
        try:
            reply = self._post(context, body, authorization)
            exchange = replace(exchange, status=reply.status, answer=reply.body)
            heard = self._hear(reply, context)
            _check_ours(heard.envelope, context)
            exchange = replace(exchange, envelope=heard.envelope, answer=heard.body, verified=heard.verified)
        except BecknError as error:
            exchange = replace(exchange, error=error)
        return replace(exchange, ms=(perf_counter() - started) * 1000)

    def receive(self, action: str, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
        """Take one post to our ``/on_*`` endpoint; nothing is taken where signatures cannot be verified."""
        keys = self.network.keys or _no_keys
        us = self.buyer.subscriber_id
        return handle_callback(action, headers, body, self.clock(), inbox=self.inbox, keys=keys, us=us)

    def close(self) -> None:
        """Let go of open connections."""
        self._line.close()

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

    def _post(self, context: Context, body: bytes, authorization: str | None) -> Reply:
        if self.network.mode is Mode.ASYNC:
            self.inbox.open(context.transaction_id, context.bpp_id)
        url = f"{self.network.base_url.rstrip('/')}/{context.action}"
        return self._line.post(url, body, self._headers(authorization))

    def _headers(self, authorization: str | None) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        key = self.network.api_key
        if authorization:
            return headers | {"Authorization": authorization} | ({"X-API-Key": key} if key else {})
        return headers | ({"Authorization": f"Bearer {key}"} if key else {})

    def _hear(self, reply: Reply, asked: Context) -> _Heard:
        value = read_answer(reply.status, reply.body)
        if not is_ack(value):
            envelope = read_message(value)
            return _Heard(envelope, reply.body, self._verified(reply, envelope))
        if self.network.mode is Mode.SYNC:
            raise InvalidMessage("only an acknowledgement came, and this network was to answer at once")
        delivery = self.inbox.wait(asked.transaction_id, f"on_{asked.action}", asked.message_id, self._callback_seconds)
        return _Heard(delivery.envelope, delivery.body, f"signed by {delivery.signed_by}")

    def _verified(self, reply: Reply, envelope: Envelope) -> str:
        header = reply.headers.get(SYNC_SIGNATURE)
        if self.network.keys is None or header is None:
            return "not signed: the network answers for its provider"
        verified = verify(header, reply.body, self.clock(), self.network.keys, sender=envelope.context.bpp_id)
        return f"signed by {verified.subscriber_id}, key {verified.key_id}"


@dataclass(frozen=True)
class _Heard:
    envelope: Envelope
    body: bytes
    verified: str


def _no_keys(subscriber_id: str, key_id: str) -> bytes:
    raise SignatureRefused("this network's keys are not known here")


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
