"""A real network, from the values an operator gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from gridflex.beckn.client import Client, Clock
from gridflex.beckn.inbox import Inbox
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Buyer, Network
from gridflex.beckn.registry import KeyRegistry
from gridflex.beckn.signing import Signer
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.errors import SettingsError


@dataclass(frozen=True)
class Remote:
    """Where the network is and who we are in it.

    ``url`` and an action's name make an endpoint (for a sync adapter it ends in ``/api``).
    ``uri`` is where answers are posted to us in async mode: the public address of our
    ``/beckn``. ``private_key`` is the 32-byte Ed25519 seed, base64; without it, and without
    ``registry_url``, only sync mode is possible.
    """

    url: str
    api_key: str | None = field(default=None, repr=False)
    mode: Mode = Mode.SYNC
    dialect: Dialect = Dialect.DEG
    subscriber_id: str = "gridflex.example"
    uri: str = "https://gridflex.example/beckn"
    key_id: str = ""
    private_key: str | None = field(default=None, repr=False)
    registry_url: str | None = None
    bpp_id: str | None = None
    bpp_uri: str | None = None


def remote_client(
    remote: Remote, clock: Clock, inbox: Inbox | None = None, transport: httpx.BaseTransport | None = None
) -> Client:
    """A client for a real network. Raises SettingsError where the values cannot work together."""
    host = urlsplit(remote.url).hostname
    if not host or urlsplit(remote.url).scheme not in ("http", "https"):
        raise SettingsError(f"{remote.url!r} is not the address of a network; write it like https://host/api")
    if remote.private_key and not remote.key_id:
        raise SettingsError("a signing key needs the id under which the registry knows it")
    if remote.mode is Mode.ASYNC and not (remote.private_key and remote.registry_url):
        raise SettingsError("without an adapter both a signing key and the registry of keys are needed")
    signer = Signer(remote.subscriber_id, remote.key_id, remote.private_key) if remote.private_key else None
    network = Network(
        name=host,
        base_url=remote.url,
        mode=remote.mode,
        dialect=remote.dialect,
        api_key=remote.api_key,
        signer=signer,
        keys=KeyRegistry(remote.registry_url, clock, transport) if remote.registry_url else None,
        bpp_id=remote.bpp_id,
        bpp_uri=remote.bpp_uri,
    )
    buyer = Buyer(subscriber_id=remote.subscriber_id, uri=remote.uri)
    return Client(network, Line(transport), clock, buyer, inbox)
