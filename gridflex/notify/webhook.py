"""Delivers a notice: one signed POST, one retry, no redirect.

The signature is ``X-GridFlex-Signature: t=<unix seconds>,v1=<hex>``, where ``<hex>`` is the
HMAC-SHA256, under the rule's secret, of the bytes of ``<unix seconds>``, a full stop, and the
body exactly as it was sent. A receiver compares it in constant time, refuses a ``t`` more than
five minutes from its own clock, and a ``X-GridFlex-Delivery`` it has seen: nothing can be replayed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Timer
from typing import Protocol

import httpx
import stamina

from gridflex.errors import AddressRefused
from gridflex.notify.addresses import Resolve, Target, resolved, target
from gridflex.notify.rules import Notice

SIGNATURE, DELIVERY = "X-GridFlex-Signature", "X-GridFlex-Delivery"
TRY_AGAIN = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True)
class Outcome:
    """What became of a notice: delivered, refused (never sent, or turned down) or failed (no answer)."""

    status: str
    reason: str
    attempts: int


class Sender(Protocol):
    """Delivers notices."""

    def deliver(self, notice: Notice) -> Outcome:
        """Send it, to the end."""


@dataclass(frozen=True)
class Patience:
    """Seconds to wait: to connect, for each piece of an answer, for all of it, and before the one retry."""

    connect_s: float = 3.0
    read_s: float = 5.0
    whole_s: float = 8.0
    pause_s: float = 1.0


class _Unanswered(Exception):
    """An attempt that is worth another; its text says why."""


class Webhook:
    """Threads may share it. ``transport`` replaces the network and ``resolve`` its names, in a test."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        allow_private: bool = False,
        patience: Patience | None = None,
        resolve: Resolve = resolved,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.allow_private = allow_private
        self._clock, self._resolve, self._transport = clock, resolve, transport
        self._patience = patience or Patience()

    def deliver(self, notice: Notice) -> Outcome:
        """Send it, with one retry where nobody answered or the server was at fault."""
        body = json.dumps(notice.content(), separators=(",", ":"), allow_nan=False).encode()
        pause, attempts, reason = self._patience.pause_s, 0, ""
        tries = stamina.retry_context(
            on=_Unanswered, attempts=2, timeout=None, wait_initial=pause, wait_max=pause, wait_jitter=0
        )
        try:
            for attempt in tries:
                with attempt:
                    attempts = attempt.num
                    where = target(notice.rule.url, allow_private=self.allow_private, resolve=self._resolve)
                    status = self._post(where, body, notice)
        except AddressRefused as refused:
            return Outcome("refused", str(refused), attempts - 1)
        except _Unanswered as failed:
            reason = str(failed)
            return Outcome("failed", reason, attempts)
        return _judged(status, attempts)

    def _post(self, where: Target, body: bytes, notice: Notice) -> int:
        """The status of the answer. Raises _Unanswered where another try is worth it."""
        headers = {
            "Host": where.host_header,
            "Content-Type": "application/json",
            "User-Agent": "GridFlex",
            DELIVERY: notice.id,
            SIGNATURE: signature(notice.rule.secret, body, self._clock()),
        }
        wait = httpx.Timeout(self._patience.read_s, connect=self._patience.connect_s)
        extensions = {"sni_hostname": where.server_name}
        client = httpx.Client(timeout=wait, transport=self._transport, follow_redirects=False, trust_env=False)
        # Each piece of an answer may take its time-out: one that drips is cut off by closing the line.
        end = Timer(self._patience.whole_s, client.close)
        end.start()
        try:
            request = client.build_request("POST", where.url, content=body, headers=headers, extensions=extensions)
            status = client.send(request, stream=True).status_code
        except httpx.TimeoutException:
            raise _Unanswered("no answer in time") from None
        except (httpx.HTTPError, OSError):
            raise _Unanswered("it could not be reached, or broke off") from None
        finally:
            end.cancel()
            client.close()
        if status in TRY_AGAIN:
            raise _Unanswered(f"answered {status}")
        return status


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header's value for a body sent at ``at``."""
    seconds = int(at.timestamp())
    made = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={made}"


def _judged(status: int, attempts: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome("delivered", f"answered {status}", attempts)
    if 300 <= status < 400:
        return Outcome("refused", f"answered {status}: a redirect is not followed", attempts)
    return Outcome("refused", f"answered {status}", attempts)
