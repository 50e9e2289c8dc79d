"""Journal keys: the same delivery twice has the same key, and the journal keeps it once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def of_bytes(recipients: Iterable[str], raw: bytes) -> str:
    """For mail that is pushed (SMTP, LMTP, a pipe): the envelope's recipients and the bytes as received.

    The order and case of recipients do not matter. A sender who got no answer offers the same bytes again.
    """
    digest = hashlib.sha256("\n".join(sorted({address.lower() for address in recipients})).encode("utf-8", "replace"))
    digest.update(b"\0")
    digest.update(raw)
    return f"sha256:{digest.hexdigest()}"


def name_of(account: str, folder: str) -> str:
    """A mailbox, as the channel's state and its messages call it."""
    return f"{account}|{folder}"


def of_mailbox(account: str, folder: str, uidvalidity: int, uid: int) -> str:
    """For mail that is fetched (RFC 3501, 2.3.1.1: folder, UIDVALIDITY and UID name a message for ever)."""
    return f"{account}|{folder}|{uidvalidity}|{uid}"
