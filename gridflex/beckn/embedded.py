"""The network in a box: client and provider in one process, over ASGI, with no socket between them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping

from gridflex.beckn.client import Client, Clock
from gridflex.beckn.inbox import Inbox
from gridflex.beckn.line import InProcess, Line
from gridflex.beckn.parties import Buyer, Network
from gridflex.beckn.provider.desk import Desk, Provider, Served
from gridflex.beckn.signing import KeyLookup, Signer
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.errors import SignatureRefused

NAME = "embedded sandbox"
BASE_URL = "http://sandbox.gridflex.example"
CALLBACK_SECONDS = 0.05
"""In process an answer is here before its ACK is read, or never."""


def demo_signer(subscriber_id: str) -> Signer:
    """A key anyone can work out, for the embedded network only: it shows signatures, it proves nothing."""
    seed = hashlib.sha256(f"GridFlex demo key of {subscriber_id}".encode()).digest()
    return Signer(subscriber_id, "demo-key", b64encode(seed).decode())


def key_book(*signers: Signer) -> KeyLookup:
    """Look up the public keys of these signers and no others."""
    book = {(signer.subscriber_id, signer.key_id): signer.public_key() for signer in signers}

    def lookup(subscriber_id: str, key_id: str) -> bytes:
        if (subscriber_id, key_id) not in book:
            raise SignatureRefused(f"no key {key_id} of {subscriber_id} is known")
        return book[subscriber_id, key_id]

    return lookup


def embedded_client(
    provider: Provider,
    clock: Clock,
    *,
    mode: Mode = Mode.ASYNC,
    dialect: Dialect = Dialect.DEG,
    buyer: Buyer | None = None,
    inbox: Inbox | None = None,
    name: str = NAME,
    trail: Callable[[Served], None] = lambda served: None,
) -> Client:
    """A client whose network is this provider, both sides signing and verifying; ``trail`` is the provider's."""
    buyer = buyer or Buyer()
    ours, theirs = demo_signer(buyer.subscriber_id), demo_signer(provider.subscriber_id)
    keys = key_book(ours, theirs)

    async def deliver(url: str, headers: Mapping[str, str], body: bytes) -> None:
        client.receive(url.rsplit("/", 1)[-1], headers, body)

    desk = Desk(provider, clock, deliver, dialect, theirs, keys, trail)
    network = Network(
        name=name,
        base_url=f"{BASE_URL}/{'api' if mode is Mode.SYNC else 'beckn'}",
        mode=mode,
        dialect=dialect,
        signer=ours,
        keys=keys,
        bpp_id=provider.subscriber_id,
        bpp_uri=provider.uri,
    )
    line = Line(InProcess(desk.app()))
    client = Client(network, line, clock, buyer, inbox, callback_seconds=CALLBACK_SECONDS)
    return client
