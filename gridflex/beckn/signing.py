"""Signatures of the exact bytes: Ed25519 over a BLAKE2b-512 digest, in the Authorization header.

Source: BECKN-006 "Signing Beckn APIs over HTTP" and the ONIX signer and validator. The label
in the signing string is ``BLAKE-512`` whatever the hash is called.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gridflex.domain.halfhours import require_utc
from gridflex.errors import InputError, SignatureRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VALID_FOR = timedelta(minutes=5)
"""As ONIX: a signature expires 300 s after it was made."""

CLOCK_SKEW = timedelta(seconds=5)
"""How far in the future a peer may have signed; ONIX 2026."""

ALGORITHM = "ed25519"
COVERED = "(created) (expires) digest"

KeyLookup = Callable[[str, str], bytes]
"""Public key (32 bytes) of a subscriber id and key id. Raises SignatureRefused for an unknown one."""

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def digest(body: bytes) -> str:
    """Base64 of the 64-byte BLAKE2b digest of a body."""
    return b64encode(hashlib.blake2b(body, digest_size=64).digest()).decode()


def signing_string(body: bytes, created: int, expires: int) -> str:
    """What is signed: three lines, no newline at the end; times in Unix seconds."""
    return f"(created): {created}\n(expires): {expires}\ndigest: BLAKE-512={digest(body)}"


@dataclass(frozen=True)
class Signer:
    """Signs for one subscriber. ``seed`` is the 32-byte private key, base64 (64 bytes: seed and public key)."""

    subscriber_id: str
    key_id: str
    seed: str

    def header(self, body: bytes, now: datetime, valid_for: timedelta = VALID_FOR) -> str:
        """The Authorization header for exactly these bytes."""
        created = int(require_utc(now).timestamp())
        expires = created + int(valid_for.total_seconds())
        signature = self._key().sign(signing_string(body, created, expires).encode())
        return (
            f'Signature keyId="{self.subscriber_id}|{self.key_id}|{ALGORITHM}",algorithm="{ALGORITHM}",'
            f'created="{created}",expires="{expires}",headers="{COVERED}",signature="{b64encode(signature).decode()}"'
        )

    def public_key(self) -> bytes:
        """The 32 bytes that verify what this signer signs."""
        return self._key().public_key().public_bytes_raw()

    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(_decoded(self.seed)[:32])


def _decoded(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise InputError("the signing key is not base64") from None
    if len(raw) not in (32, 64):
        raise InputError(f"the signing key has {len(raw)} bytes; it must have 32, or 64 with the public key")
    return raw


@dataclass(frozen=True)
class Verified:
    """Whose signature it is, and when it was made."""

    subscriber_id: str
    key_id: str
    created: datetime


def verify(header: str | None, body: bytes, now: datetime, lookup: KeyLookup, sender: str | None = None) -> Verified:
    """Check a signature over exactly these bytes. Raises SignatureRefused with what is wrong.

    ``sender`` is the subscriber the message says it is from; the key must be that subscriber's.
    """
    fields = _parameters(header)
    subscriber, key_id = _key_id(fields, sender)
    created, expires = _moments(fields)
    moment = require_utc(now).timestamp()
    if created > moment + CLOCK_SKEW.total_seconds():
        raise SignatureRefused("the signature was made in the future")
    if expires < moment or expires < created:
        raise SignatureRefused("the signature has expired")
    _check(fields["signature"], signing_string(body, created, expires), lookup(subscriber, key_id))
    return Verified(subscriber, key_id, datetime.fromtimestamp(created, tz=require_utc(now).tzinfo))


def _parameters(header: str | None) -> dict[str, str]:
    if not header:
        raise SignatureRefused("the message is not signed")
    if not header.startswith("Signature "):
        raise SignatureRefused("the header is not a signature")
    fields = dict(_PARAMETER.findall(header))
    missing = {"keyId", "algorithm", "created", "expires", "headers", "signature"} - fields.keys()
    if missing:
        raise SignatureRefused(f"the signature lacks {', '.join(sorted(missing))}")
    if fields["headers"] != COVERED:
        raise SignatureRefused("the signature covers other headers than created, expires and digest")
    return fields


def _key_id(fields: dict[str, str], sender: str | None) -> tuple[str, str]:
    parts = fields["keyId"].split("|")
    if len(parts) != 3 or not all(parts):
        raise SignatureRefused("the key id is not subscriber|key|algorithm")
    subscriber, key_id, algorithm = parts
    if algorithm != ALGORITHM or fields["algorithm"] != ALGORITHM:
        raise SignatureRefused("the algorithm is not ed25519 in both places")
    if sender is not None and subscriber != sender:
        raise SignatureRefused(f"signed by {subscriber}, but the message says it is from {sender}")
    return subscriber, key_id


def _moments(fields: dict[str, str]) -> tuple[int, int]:
    created, expires = fields["created"], fields["expires"]
    if not all(text.isascii() and text.isdigit() and len(text) <= 11 for text in (created, expires)):
        raise SignatureRefused("created and expires are not Unix seconds")
    return int(created), int(expires)


def _check(signature: str, text: str, public_key: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, Base64Error, ValueError):
        raise SignatureRefused("the signature does not fit these bytes") from None
