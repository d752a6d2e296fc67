"""From an HTTP answer to a typed message: every shape a peer has been seen to answer with.

Accepted acknowledgements: the core schema's ``ack_status``, ``message.ack.status``,
``message.status`` and a bare ``status``. An error may be a string or an object, at the top or
inside ``message``, with ``code``/``message`` or ``errorCode``/``errorMessage``; a body may be
empty or HTML; HTTP 200 may carry a NACK, or a context without any message.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from gridflex.beckn.messages import BODIES, Context, Envelope
from gridflex.errors import InvalidMessage, Nack

MAX_BODY = 4_000_000
"""Bytes read of one message, about a thousand times a catalogue of eight windows."""


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises InvalidMessage for anything else, however hostile."""
    if len(body) > MAX_BODY:
        raise InvalidMessage("the body is larger than any message can be")
    try:
        text = body.decode()
        value = json.loads(text, parse_constant=_refuse_constant)
        if "\\u0000" in text:
            raise InvalidMessage("the body holds a character that no database keeps")
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise InvalidMessage("the body is nested too deeply") from None
    except ValueError:
        raise InvalidMessage(f"the body is not JSON: {_glimpse(body)}") from None
    if not isinstance(value, dict):
        raise InvalidMessage("the body is not a JSON object")
    return value


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _glimpse(body: bytes) -> str:
    text = " ".join(body[:200].decode(errors="replace").split())
    return f"it begins with {text[:60]!r}" if text else "it is empty"


def read_answer(status: int, body: bytes) -> dict[str, Any]:
    """The JSON of an answer that is no refusal.

    Raises Nack for an HTTP error, an error body or a NACK in any shape, and InvalidMessage
    for a success whose body is no JSON object.
    """
    if status >= 300:
        raise _refusal(status, body)
    value = read_json(body)
    if _is_nack(value) or _error_of(value) is not None:
        raise _nack(status, value)
    return value


def _refusal(status: int, body: bytes) -> Nack:
    try:
        return _nack(status, read_json(body))
    except InvalidMessage:
        return Nack(f"the peer answered HTTP {status}", status)


def _nack(status: int, value: dict[str, Any]) -> Nack:
    error = _error_of(value)
    if isinstance(error, dict):
        code = str(error.get("code") or error.get("errorCode") or "")
        text = str(error.get("message") or error.get("errorMessage") or code or "no reason given")
    else:
        code, text = "", str(error or "no reason given")
    return Nack(f"the peer refused ({code or f'HTTP {status}'}): {text[:300]}", status, code[:100])


def _error_of(value: dict[str, Any]) -> object:
    message = value.get("message")
    inner = message.get("error") if isinstance(message, dict) else None
    return value.get("error") or inner


def _ack_word(value: dict[str, Any]) -> object:
    message = value.get("message")
    if isinstance(message, dict):
        ack = message.get("ack")
        inner = ack.get("status") if isinstance(ack, dict) else message.get("status")
        if inner is not None:
            return inner
    return value.get("ack_status") or value.get("status")


def _is_nack(value: dict[str, Any]) -> bool:
    return _ack_word(value) == "NACK"


def is_ack(value: dict[str, Any]) -> bool:
    """Whether a JSON answer is only an acknowledgement: the result will be posted later."""
    return _ack_word(value) == "ACK"


def read_message(value: dict[str, Any]) -> Envelope:
    """A typed message. Raises InvalidMessage naming the first member that is wrong."""
    if not isinstance(value.get("context"), dict):
        raise InvalidMessage("the message has no context")
    try:
        context = Context.model_validate(value["context"])
        body = BODIES.get(context.action)
        if body is None:
            raise InvalidMessage(f"{context.action[:40]!r} is not an action of this protocol")
        if not isinstance(value.get("message"), dict):
            raise InvalidMessage(f"{context.action} came without a message")
        return Envelope(context, body.model_validate(value["message"]))
    except ValidationError as error:
        raise InvalidMessage(explain(error)) from None
    except (RecursionError, OverflowError):
        raise InvalidMessage("the message holds a value out of all bounds") from None


def explain(error: ValidationError) -> str:
    """The first thing a validation found wrong, as a clause."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'message'}: {first['msg']}"
