"""Public keys of other subscribers, looked up in the network's registry (DeDi) and remembered for an hour."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx

from gridflex.beckn.client import Clock
from gridflex.beckn.line import read_within
from gridflex.beckn.reading import read_json
from gridflex.errors import InvalidMessage, SignatureRefused

NAMESPACE = "subscribers.beckn.one"
REMEMBERED = timedelta(hours=1)
MAX_KEYS = 1000
SECONDS = 5.0


class KeyRegistry:
    """A KeyLookup over HTTP. ``transport`` replaces the network in tests."""

    def __init__(self, base_url: str, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._client = httpx.Client(transport=transport, timeout=SECONDS, trust_env=transport is None)
        self._known: dict[tuple[str, str], tuple[datetime, bytes]] = {}

    def __call__(self, subscriber_id: str, key_id: str) -> bytes:
        """The 32-byte public key. Raises SignatureRefused if the registry has none or does not answer."""
        known = self._known.get((subscriber_id, key_id))
        if known and known[0] > self._clock() - REMEMBERED:
            return known[1]
        key = self._look_up(subscriber_id, key_id)
        if len(self._known) >= MAX_KEYS:
            self._known.clear()
        self._known[subscriber_id, key_id] = (self._clock(), key)
        return key

    def _look_up(self, subscriber_id: str, key_id: str) -> bytes:
        subscriber, key = quote(subscriber_id, safe=""), quote(key_id, safe="")
        try:
            with self._client.stream("GET", f"{self._base_url}/lookup/{subscriber}/{NAMESPACE}/{key}") as response:
                body = read_within(response, SECONDS)
        except (httpx.HTTPError, InvalidMessage):
            raise SignatureRefused("the registry of keys does not answer") from None
        if response.status_code != 200:
            raise SignatureRefused(f"the registry knows no key {key_id} of {subscriber_id}")
        return _key_in(body, subscriber_id)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()


def _key_in(body: bytes, subscriber_id: str) -> bytes:
    try:
        value = read_json(body)["data"]["details"]["signing_public_key"]
        key = b64decode(value, validate=True)
    except (InvalidMessage, KeyError, TypeError, Base64Error, ValueError):
        raise SignatureRefused(f"the registry's answer holds no key of {subscriber_id}") from None
    if len(key) != 32:
        raise SignatureRefused(f"the registry's key of {subscriber_id} has {len(key)} bytes, not 32")
    return key
