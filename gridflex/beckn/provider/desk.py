"""A provider's front desk: the HTTP side, alike for the sandbox's windows and for our job slots.

``/api/{action}`` behaves as a sync adapter does in front of a provider: the answer is the
HTTP response, and every refusal or silence behind it is the same 408. ``/beckn/{action}``
is the provider itself: an ACK, then the answer posted to the buyer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from gridflex.beckn.messages import Context, Envelope, OrderMessage
from gridflex.beckn.reading import read_json, read_message
from gridflex.beckn.signing import KeyLookup, Signer, verify
from gridflex.beckn.vocabulary import Action, Dialect
from gridflex.beckn.wire import Plain
from gridflex.errors import BecknError, InvalidMessage, SignatureRefused

ADAPTER_GAVE_UP = {
    "error": {"code": "REQUEST_TIMEOUT", "message": "No response received within 30 seconds", "type": "TIMEOUT"},
    "message": {"ack": {"status": "NACK"}},
}

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
class Desk:
    """How a provider is reached. ``keys`` None takes unsigned requests."""

    provider: Provider
    clock: Clock
    deliver: Deliver
    dialect: Dialect = Dialect.DEG
    signer: Signer | None = None
    keys: KeyLookup | None = None

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
            message = self.provider.answer(asked, self.clock())
        except BecknError:
            return JSONResponse(ADAPTER_GAVE_UP, 408)
        if self.provider.keeps_silent(asked):
            return JSONResponse(ADAPTER_GAVE_UP, 408)
        answer, authorization = self._written(asked, f"on_{asked.context.action}", message)
        headers = {SYNC_SIGNATURE: authorization} if authorization else {}
        return Response(answer, 200, headers, "application/json")

    async def _async(self, request: Request) -> Response:
        body, now, transaction_id = await request.body(), self.clock(), ""
        try:
            asked = _asked(read_message(read_json(body)), request.path_params["action"])
            transaction_id = asked.context.transaction_id
            if self.keys is not None:
                verify(request.headers.get("authorization"), body, now, self.keys, sender=asked.context.bap_id)
            message = self.provider.answer(asked, now)
        except BecknError as error:
            unsigned = isinstance(error, SignatureRefused)
            realm = f'Signature realm="{self.provider.subscriber_id}",headers="(created) (expires) digest"'
            headers = {"WWW-Authenticate": realm} if unsigned else {}
            nack = acknowledgement(401 if unsigned else 400, transaction_id, now, error, headers)
            return JSONResponse(nack.body, nack.status, dict(nack.headers))
        ack = acknowledgement(200, transaction_id, now)
        return JSONResponse(ack.body, background=BackgroundTask(self._post, asked, message))

    async def _post(self, asked: Envelope, message: Plain) -> None:
        if not self.provider.keeps_silent(asked):
            await self._send(asked, f"on_{asked.context.action}", message)
        pushed = self.provider.pushed(asked, self.clock())
        if pushed is not None:
            await self._send(asked, Action.UPDATE.answer, pushed, str(uuid5(NAMESPACE_URL, asked.context.message_id)))

    async def _send(self, asked: Envelope, action: str, message: Plain, message_id: str | None = None) -> None:
        body, authorization = self._written(asked, action, message, message_id)
        headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
        await self.deliver(f"{(asked.context.bap_uri or '').rstrip('/')}/{action}", headers, body)

    def _written(
        self, asked: Envelope, action: str, message: Plain, message_id: str | None = None
    ) -> tuple[bytes, str | None]:
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
        return body, self.signer.header(body, now) if self.signer else None


def _asked(envelope: Envelope, action: str) -> Envelope:
    if envelope.context.action != action or action not in set(Action):
        raise InvalidMessage(f"{envelope.context.action} was posted to {action}")
    return envelope
