"""The one way to ask an outside service for JSON.

Every failure becomes a SourceError whose text is a sentence fit for a page: it names the
service, never its address and never the key.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock

import httpx
import stamina

from gridflex.errors import InvalidAnswer, Unreachable, UpstreamRefused

MAX_ANSWER_BYTES = 4_000_000
"""Two days of all regions, the largest answer of the sources, is under 1 MB."""

MAX_QUOTE = 120
"""Characters of an upstream's own words that are passed on."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, seconds. Clients of the carbon service advise 5 to 30 s and one retry."""

    connect_s: float = 4.0
    read_s: float = 10.0
    whole_s: float = 20.0
    retry_pause_s: float = 0.5

    def timeouts(self) -> httpx.Timeout:
        """As httpx takes them."""
        return httpx.Timeout(self.read_s, connect=self.connect_s)

    def retrying(self) -> stamina.RetryingCaller:
        """Two tries with a pause between that is up to doubled at random."""
        pause = self.retry_pause_s
        return stamina.RetryingCaller(
            attempts=2, timeout=None, wait_initial=pause, wait_max=2 * pause, wait_jitter=pause
        )


class JsonClient:
    """Reads JSON from one service. Threads may share it; close it when done.

    ``api_key`` is sent as a bearer token (which httpx masks in its own reprs) to ``base_url``
    alone: redirects are refused, not followed. ``clock`` dates the count of requests.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        api_key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.service = service
        self._base_url = base_url.rstrip("/")
        self._secret = api_key or ""
        self._patience = patience or Patience()
        self._clock = clock
        self._sent: Counter[date] = Counter()
        self._counting = Lock()
        headers = {b"Accept": b"application/json", b"User-Agent": b"GridFlex"}
        if api_key:
            headers[b"Authorization"] = f"Bearer {api_key}".encode()
        self._client = httpx.Client(
            headers=headers, timeout=self._patience.timeouts(), transport=transport, follow_redirects=False
        )

    def __repr__(self) -> str:
        return f"JsonClient({self.service!r})"

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day, retries counted."""
        return self._sent[day]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> object:
        """The JSON at ``path`` below the base address.

        A broken line and a status of 500 and above are tried once more. Raises Unreachable,
        UpstreamRefused (status or error body) or InvalidAnswer (too long, or not JSON).
        """
        if not self._base_url:
            raise Unreachable(f"No address is configured for the {self.service}")
        retrying = self._patience.retrying().on((Unreachable, UpstreamRefused))
        status, raw = retrying(self._receive, path, params)
        if status >= 300:
            raise self._refusal(status, raw)
        body = self._decode(raw)
        if isinstance(body, dict) and "error" in body:
            raise self._refusal(status, raw)
        return body

    def _receive(self, path: str, params: Mapping[str, str] | None) -> tuple[int, bytes]:
        if self._client.is_closed:
            raise Unreachable(f"The {self.service} is not asked any more")
        with self._counting:
            self._sent[self._clock().date()] += 1
        try:
            with self._client.stream("GET", self._base_url + path, params=params) as response:
                raw = self._read(response)
        except httpx.TimeoutException:
            raise Unreachable(f"The {self.service} did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unreachable(f"The {self.service} could not be reached, or broke off") from None
        if response.status_code >= 500:
            raise self._refusal(response.status_code, raw)
        return response.status_code, raw

    def _read(self, response: httpx.Response) -> bytes:
        # The read time-out starts anew with each piece, so a trickle needs a limit of its own.
        until = time.monotonic() + self._patience.whole_s
        raw = bytearray()
        for piece in response.iter_bytes():
            raw += piece
            if len(raw) > MAX_ANSWER_BYTES:
                raise InvalidAnswer(f"The {self.service} sent more than {MAX_ANSWER_BYTES // 1_000_000} MB")
            if time.monotonic() > until:
                raise Unreachable(f"The {self.service} did not finish its answer in time")
        return bytes(raw)

    def _decode(self, raw: bytes) -> object:
        try:
            body: object = json.loads(raw)
        except (ValueError, RecursionError):
            raise InvalidAnswer(f"The {self.service} sent something that is not JSON") from None
        return body

    def _refusal(self, status: int, raw: bytes) -> UpstreamRefused:
        if 300 <= status < 400:
            return UpstreamRefused(f"The {self.service} sent a redirect ({status}), which is not followed")
        said = _error_words(raw)
        if self._secret:
            said = said.replace(self._secret, "[key]")
        return UpstreamRefused(
            f"The {self.service} refused{f' ({status})' if status >= 400 else ''}: {said[:MAX_QUOTE]}"
        )


def _error_words(raw: bytes) -> str:
    """What an error body says, on one line: its message, else its code, which is often a string."""
    try:
        error = json.loads(raw)["error"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return "no reason given"
    if isinstance(error, dict):
        error = error.get("message") or error.get("code")
    words = " ".join(str(error or "").split())
    return "".join(letter for letter in words if letter.isprintable()).rstrip(".") or "no reason given"
