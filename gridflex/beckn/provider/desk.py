"""A provider's front desk: the HTTP side, alike for the sandbox's windows and for our job slots.

``/api/{action}`` behaves as a sync adapter does in front of a provider: the answer is the
HTTP response, and every refusal or silence behind it is the same 408. ``/beckn/{action}``
is the provider itself: an ACK, then the answer posted to the buyer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gridflex.beckn.client import SYNC_SIGNATURE, Clock
from gridflex.beckn.dialects import write
from gridflex.beckn.inbox import acknowledgement
from gridflex.beckn.messages import Context, Envelope, OrderMessage, OrderRefMessage
from gridflex.beckn.reading import read_json, read_message
from gridflex.beckn.signing import KeyLookup, Signer, verify
from gridflex.beckn.vocabulary import Action, Dialect
from gridflex.beckn.wire import Plain
from gridflex.errors import BecknError, InvalidMessage, SignatureRefused

ADAPTER_GAVE_UP = {
    "error": {"code": "REQUEST_TIMEOUT", "message": "No response received within 30 seconds", "type": "TIMEOUT"},
    "message": {"ack": {"status": "NACK"}},
}

UPDATED = Action.UPDATE.answer

Deliver = Callable[[str, Mapping[str, str], bytes], Awaitable[None]]
"""Post an answer to the buyer: URL, headers, exact bytes. What becomes of it is the deliverer's concern."""


class Provider(Protocol):
    """What stands behind the desk."""

    subscriber_id: str
    uri: str

    def answer(self, envelope: Envelope, now: datetime) -> Plain:
        """The body of the answer. Raises BecknError where it refuses."""

    def keeps_silent(self, envelope: Envelope) -> bool:
        """Whether the answer, though made, is never sent."""

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """An ``on_update`` that follows the answer unasked."""


@dataclass(frozen=True)
class Served:
    """One request as the provider's side of the trail keeps it; hashes are of the exact bytes.

    ``outcome`` is the order's state after it, the reason of a refusal, or ``answered``;
    ``answer_sha256`` is empty where nothing was answered.
    """

    at: datetime
    action: str
    transaction_id: str
    message_id: str
    order_id: str
    buyer: str
    request_sha256: str
    answer_sha256: str
    outcome: str


@dataclass(frozen=True)
class Desk:
    """How a provider is reached. ``keys`` None takes unsigned requests; ``trail`` gets every request served."""

    provider: Provider
    clock: Clock
    deliver: Deliver
    dialect: Dialect = Dialect.DEG
    signer: Signer | None = None
    keys: KeyLookup | None = None
    trail: Callable[[Served], None] = lambda served: None

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/api/{action}", self._sync, methods=["POST"]),
                Route("/beckn/{action}", self._async, methods=["POST"]),
            ]
        )

    async def _sync(self, request: Request) -> Response:
        body = await request.body()
        try:
            value = read_json(body)
        except InvalidMessage:
            return JSONResponse({"error": "Invalid JSON body"}, 400)
        context = value.get("context")
        if not isinstance(context, dict) or not context.get("transaction_id") or not context.get("message_id"):
            return JSONResponse({"error": "context.transaction_id and context.message_id are required"}, 400)
        try:
            asked = _asked(read_message(value), request.path_params["action"])
            answer = self._answer(asked, body)
        except BecknError:
            return JSONResponse(ADAPTER_GAVE_UP, 408)
        if self.provider.keeps_silent(asked):
            return JSONResponse(ADAPTER_GAVE_UP, 408)
        headers = {SYNC_SIGNATURE: answer.authorization} if answer.authorization else {}
        return Response(answer.body, 200, headers, "application/json")

    async def _async(self, request: Request) -> Response:
        body, now, transaction_id = await request.body(), self.clock(), ""
        try:
            asked = _asked(read_message(read_json(body)), request.path_params["action"])
            transaction_id = asked.context.transaction_id
            if self.keys is not None:
                verify(request.headers.get("authorization"), body, now, self.keys, sender=asked.context.bap_id)
            answer = self._answer(asked, body)
        except BecknError as error:
            unsigned = isinstance(error, SignatureRefused)
            realm = f'Signature realm="{self.provider.subscriber_id}",headers="(created) (expires) digest"'
            headers = {"WWW-Authenticate": realm} if unsigned else {}
            nack = acknowledgement(401 if unsigned else 400, transaction_id, now, error, headers)
            return JSONResponse(nack.body, nack.status, dict(nack.headers))
        ack = acknowledgement(200, transaction_id, now)
        return JSONResponse(ack.body, background=BackgroundTask(self._post, asked, answer))

    def _answer(self, asked: Envelope, request: bytes) -> _Written:
        """The answer, in the trail before it goes out; a refusal is in the trail too."""
        try:
            message = self.provider.answer(asked, self.clock())
        except BecknError as error:
            self.trail(self._served(asked, request, b"", f"refused: {error}"))
            raise
        answer = self._written(asked, f"on_{asked.context.action}", message)
        outcome = message.order.order_status.value if isinstance(message, OrderMessage) else "answered"
        self.trail(self._served(asked, request, answer.body, outcome))
        return answer

    def _served(self, asked: Envelope, request: bytes, answer: bytes, outcome: str) -> Served:
        context, message = asked.context, asked.message
        order = message.order if isinstance(message, OrderMessage | OrderRefMessage) else None
        return Served(
            at=self.clock(),
            action=context.action,
            transaction_id=context.transaction_id,
            message_id=context.message_id,
            order_id=(order.id if order else None) or "",
            buyer=context.bap_id or "",
            request_sha256=sha256(request).hexdigest(),
            answer_sha256=sha256(answer).hexdigest() if answer else "",
            outcome=outcome,
        )

    async def _post(self, asked: Envelope, answer: _Written) -> None:
        if not self.provider.keeps_silent(asked):
            await self._send(asked, f"on_{asked.context.action}", answer)
        pushed = self.provider.pushed(asked, self.clock())
        if pushed is not None:
            message_id = str(uuid5(NAMESPACE_URL, asked.context.message_id))
            await self._send(asked, UPDATED, self._written(asked, UPDATED, pushed, message_id))

    async def _send(self, asked: Envelope, action: str, answer: _Written) -> None:
        signed = {"Authorization": answer.authorization} if answer.authorization else {}
        headers = {"Content-Type": "application/json"} | signed
        await self.deliver(f"{(asked.context.bap_uri or '').rstrip('/')}/{action}", headers, answer.body)

    def _written(self, asked: Envelope, action: str, message: Plain, message_id: str | None = None) -> _Written:
        now, context = self.clock(), asked.context
        answer = Context(
            action=action,
            timestamp=now,
            message_id=message_id or context.message_id,
            transaction_id=context.transaction_id,
            bap_id=context.bap_id,
            bap_uri=context.bap_uri,
            bpp_id=self.provider.subscriber_id,
            bpp_uri=self.provider.uri,
        )
        body = write(Envelope(answer, message), self.dialect)
        return _Written(body, self.signer.header(body, now) if self.signer else None)


@dataclass(frozen=True)
class _Written:
    body: bytes
    authorization: str | None


def _asked(envelope: Envelope, action: str) -> Envelope:
    if envelope.context.action != action or action not in set(Action):
        raise InvalidMessage(f"{envelope.context.action} was posted to {action}")
    return envelope
