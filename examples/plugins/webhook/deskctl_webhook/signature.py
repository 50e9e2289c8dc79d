"""Signatures of the Standard Webhooks specification (https://www.standardwebhooks.com), version 1.

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
#: Characters of an id; it becomes a key in the journal.
LONGEST_ID: Final = 200


class BadSignature(Exception):
    """Why a request is not believed; for its sender."""


def signed(secret: str, identity: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of a request."""
    stamp = str(int(at.timestamp()))
    return {ID: identity, TIMESTAMP: stamp, SIGNATURE: f"v1,{_digest(secret, identity, stamp, body)}"}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime, window: timedelta) -> str:
    """The id of a request that whoever knows the secret has sent just now. Raises BadSignature.

    The same request again within the window is no attack: its id is the key under which it is kept once.
    """
    identity, stamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (identity and stamp and given):
        missing = ", ".join(name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name))
        raise BadSignature(f"missing header: {missing}")
    if len(identity) > LONGEST_ID or not identity.isascii() or not identity.isprintable():
        raise BadSignature(f"{ID} must be up to {LONGEST_ID} printable ASCII characters")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise BadSignature(f"{TIMESTAMP} must be seconds since 1970")
    # Whoever sends this is not known yet: numbers are compared, as most of them are no date that Python has.
    if abs(now.timestamp() - int(stamp)) > window.total_seconds():
        raise BadSignature(f"{TIMESTAMP} is more than {int(window.total_seconds())} seconds off")
    expected = _digest(secret, identity, stamp, body).encode()
    matches = [
        hmac.compare_digest(value.encode("utf-8", "replace"), expected)
        for version, _, value in (each.partition(",") for each in given.split(" ")[:10])
        if version == "v1"
    ]
    if not any(matches):
        raise BadSignature(f"{SIGNATURE} does not fit the secret and the body")
    return identity


def key_of(secret: str) -> bytes:
    """The bytes to sign with. Raises ValueError for a secret that anybody could guess."""
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise ValueError("what follows whsec_ is not base64") from None
    else:
        key = secret.encode()
    if len(key) < 24:
        raise ValueError("it is shorter than 24 bytes")
    return key


def _digest(secret: str, identity: str, stamp: str, body: bytes) -> str:
    said = f"{identity}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key_of(secret), said, hashlib.sha256).digest()).decode()
