"""Signatures as defined by the Standard Webhooks specification (https://www.standardwebhooks.com), version 1.

webhook-id: msg_81
webhook-timestamp: 1767258000
webhook-signature: v1,BASE64(HMAC-SHA256(secret, "msg_81.1767258000." + body))
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
#: The longest id; it becomes a key in the journal.
MAX_ID: Final = 200


class BadSignature(Exception):
    """The reason why a signature is not valid, for the sender of the request."""


def sign(secret: str, identity: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the signature headers of a request."""
    stamp = str(int(at.timestamp()))
    return {ID: identity, TIMESTAMP: stamp, SIGNATURE: f"v1,{_digest(secret, identity, stamp, body)}"}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime, window: timedelta) -> str:
    """Check a request's signature and age, and return its id. Raises BadSignature.

    A repeated request within the window does no harm: the journal stores each id once.
    """
    identity, stamp, signature = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (identity and stamp and signature):
        missing = ", ".join(name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name))
        raise BadSignature(f"missing header: {missing}")
    if len(identity) > MAX_ID or not identity.isascii() or not identity.isprintable():
        raise BadSignature(f"{ID} must be up to {MAX_ID} printable ASCII characters")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise BadSignature(f"{TIMESTAMP} must be seconds since 1970")
    # The sender is not verified yet: compare numbers, because most of them are out of range for a Python datetime.
    if abs(now.timestamp() - int(stamp)) > window.total_seconds():
        raise BadSignature(f"{TIMESTAMP} is more than {int(window.total_seconds())} seconds off")
    expected = _digest(secret, identity, stamp, body).encode()
    matches = [
        hmac.compare_digest(value.encode("utf-8", "replace"), expected)
        for version, _, value in (each.partition(",") for each in signature.split(" ")[:10])
        if version == "v1"
    ]
    if not any(matches):
        raise BadSignature(f"{SIGNATURE} does not match the secret and the body")
    return identity


def decode_secret(secret: str) -> bytes:
    """Return the key bytes of a secret. Raises ValueError if it is malformed or easy to guess."""
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise ValueError("the part after whsec_ is not base64") from None
    else:
        key = secret.encode()
    if len(key) < 24:
        raise ValueError("shorter than 24 bytes")
    return key


def _digest(secret: str, identity: str, stamp: str, body: bytes) -> str:
    content = f"{identity}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(decode_secret(secret), content, hashlib.sha256).digest()).decode()
