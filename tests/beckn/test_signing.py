from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest

from gridflex.beckn.signing import Signer, digest, signing_string, verify
from gridflex.errors import InputError, SignatureRefused

SEED = b64encode(bytes(range(32))).decode()
SIGNER = Signer("gridflex.example", "key-1", SEED)
AT = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
BODY = '{"text":"£0.102/kWh — windows"}'.encode()


def keys(subscriber: str, key_id: str) -> bytes:
    if (subscriber, key_id) != ("gridflex.example", "key-1"):
        raise SignatureRefused(f"no key {key_id} of {subscriber} is known")
    return SIGNER.public_key()


def test_the_digest_is_the_64_byte_blake2b():
    fox = digest(b"The quick brown fox jumps over the lazy dog")
    assert fox.startswith("qK3Uvd39k+SH")
    assert len(b64decode(fox)) == 64


@pytest.mark.parametrize("number", range(3))
def test_signs_and_verifies_the_published_vectors(shared, number):
    vector = json.loads((shared / "signing/test-vectors.json").read_bytes())["vectors"][number]
    body, public = vector["body_utf8"].encode(), b64decode(vector["public_key_base64"])
    made = datetime.fromtimestamp(vector["created"], tz=UTC)
    lives = timedelta(seconds=vector["expires"] - vector["created"])
    signer = Signer(vector["subscriber_id"], vector["unique_key_id"], vector["private_key_seed_base64"])
    assert len(body) == vector["body_length_bytes"]
    assert digest(body) == vector["digest_base64"]
    assert signing_string(body, vector["created"], vector["expires"]) == vector["signing_string"]
    assert signer.header(body, made, lives) == vector["authorization_header"]
    assert signer.public_key() == public
    verified = verify(vector["authorization_header"], body, made, lambda *_: public)
    assert (verified.subscriber_id, verified.created) == (vector["subscriber_id"], made)


def test_a_seed_with_its_public_key_behind_it_is_the_same_key():
    long = b64encode(bytes(range(32)) + SIGNER.public_key()).decode()
    assert Signer("gridflex.example", "key-1", long).header(BODY, AT) == SIGNER.header(BODY, AT)


@pytest.mark.parametrize("seed", ["not base64!", b64encode(b"short").decode()])
def test_a_key_of_the_wrong_size_is_said(seed):
    with pytest.raises(InputError, match="signing key"):
        Signer("a", "b", seed).header(BODY, AT)


def good() -> str:
    return SIGNER.header(BODY, AT)


REFUSALS = {
    "missing": (None, AT, "not signed"),
    "empty": ("", AT, "not signed"),
    "another scheme": ("Bearer abc", AT, "not a signature"),
    "garbage": ("Signature x", AT, "lacks"),
    "no signature field": (good().replace("signature=", "sig="), AT, "lacks signature"),
    "expired": (good(), AT + timedelta(seconds=301), "expired"),
    "future": (good(), AT - timedelta(seconds=6), "future"),
    "unknown key": (good().replace("|key-1|", "|key-2|"), AT, "no key key-2"),
    "two-part key id": (good().replace("|key-1|ed25519", "|key-1"), AT, "subscriber|key|algorithm".replace("|", r"\|")),
    "empty key id": (good().replace("|key-1|", "||"), AT, "subscriber"),
    "algorithm differs from key id": (good().replace('algorithm="ed25519"', 'algorithm="rsa"'), AT, "algorithm"),
    "key id's algorithm": (good().replace("|ed25519", "|xed25519"), AT, "algorithm"),
    "other headers covered": (good().replace("(created) (expires) digest", "(created) digest"), AT, "covers"),
    "times are words": (good().replace('created="', 'created="x'), AT, "Unix seconds"),
    "expires before created": (
        SIGNER.header(BODY, AT, timedelta(seconds=-10)),
        AT - timedelta(seconds=5),
        "expired",
    ),
    "signature not base64": (good().rsplit('signature="', 1)[0] + 'signature="***"', AT, "does not fit"),
    "signature of another body": (SIGNER.header(b"{}", AT), AT, "does not fit"),
    "created moved": (
        good().replace(f'created="{int(AT.timestamp())}"', f'created="{int(AT.timestamp()) - 1}"'),
        AT,
        "fit",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses_what_does_not_prove_the_sender(case):
    header, now, said = REFUSALS[case]
    with pytest.raises(SignatureRefused, match=said):
        verify(header, BODY, now, keys)


def test_refuses_one_changed_byte_anywhere():
    for at in range(0, len(BODY), 5):
        tampered = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        with pytest.raises(SignatureRefused, match="does not fit"):
            verify(good(), tampered, AT, keys)


def test_refuses_a_key_that_is_not_the_senders():
    with pytest.raises(SignatureRefused, match=r"says it is from bpp\.example"):
        verify(good(), BODY, AT, keys, sender="bpp.example")
    assert verify(good(), BODY, AT, keys, sender="gridflex.example").key_id == "key-1"


def test_a_public_key_of_the_wrong_size_refuses():
    with pytest.raises(SignatureRefused, match="does not fit"):
        verify(good(), BODY, AT, lambda *_: hashlib.sha256(b"").digest()[:5])


def test_spaces_after_the_commas_are_read():
    assert verify(good().replace('",', '", '), BODY, AT, keys).subscriber_id == "gridflex.example"
