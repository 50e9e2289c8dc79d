"""Journal keys. A repeated delivery has the same key, so the journal stores it once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def content_key(recipients: Iterable[str], raw: bytes) -> str:
    """Return the key of mail received by SMTP, LMTP or a pipe: a hash of the envelope recipients and the raw bytes.

    The order and case of recipients do not matter. A sender that got no reply sends the same bytes again.
    """
    digest = hashlib.sha256("\n".join(sorted({address.lower() for address in recipients})).encode("utf-8", "replace"))
    digest.update(b"\0")
    digest.update(raw)
    return f"sha256:{digest.hexdigest()}"


def mailbox_name(account: str, folder: str) -> str:
    """Return the name of a mailbox in the channel's state and messages."""
    return f"{account}|{folder}"


def mailbox_key(account: str, folder: str, uidvalidity: int, uid: int) -> str:
    """Return the key of fetched mail: folder, UIDVALIDITY and UID identify it permanently (RFC 3501, 2.3.1.1)."""
    return f"{account}|{folder}|{uidvalidity}|{uid}"
