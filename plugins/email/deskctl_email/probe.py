"""Probe mails: `channel test` sends one through the relay and finds it in the mailbox.

Probe mails do not become tickets. To prevent other senders from hiding mail with the probe header, it contains a token
that only this channel can create: the time of issue, random bits, and an authentication code over both.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from .state import State

HEADER: Final = "X-Deskctl-Probe"
VALID: Final = timedelta(days=7)

_LINE = re.compile(rb"(?im)^x-deskctl-probe:[ \t]*([0-9]{1,12}\.[0-9a-f]{32}\.[0-9a-f]{64})[ \t]*\r?$")


def token_in(raw: bytes) -> str | None:
    """Return the token in a mail's header, not yet verified."""
    found = _LINE.search(raw[: 64 * 1024])
    if found is None:
        return None
    body = re.search(rb"\r?\n\r?\n", raw[: found.start()])
    return None if body else found[1].decode("ascii")


def carries_probe(raw: bytes) -> bool:
    """Return True if a mail has a token in its header, verified or not. Fast."""
    return raw.find(b"X-Deskctl-Probe:", 0, 64 * 1024) >= 0 and token_in(raw) is not None


class ProbeTokens:
    """The probe tokens of a channel. Blocking: the secret is in the channel's state."""

    def __init__(self, state: State, now: Callable[[], datetime]) -> None:
        self._state = state
        self._now = now

    def issue(self) -> str:
        """Return a new token. Raises StoreUnavailable."""
        secret = self._secret()
        if secret is None:
            secret = secrets.token_bytes(32)
            self._state.put("probe", {"secret": secret.hex()})
        words = f"{int(self._now().timestamp())}.{secrets.token_hex(16)}"
        return f"{words}.{_authentication_code(secret, words)}"

    def is_own_probe(self, raw: bytes) -> bool:
        """Return True if the mail has a valid token of this channel that has not expired."""
        token = token_in(raw)
        secret = self._secret() if token is not None else None
        if token is None or secret is None:
            return False
        words, _, code = token.rpartition(".")
        if not hmac.compare_digest(code, _authentication_code(secret, words)):
            return False  # anyone can write the header; its content is used only after verification
        age = timedelta(seconds=self._now().timestamp() - int(words.partition(".")[0]))
        return timedelta(hours=-1) < age < VALID

    def _secret(self) -> bytes | None:
        kept = self._state.get("probe").get("secret")
        return bytes.fromhex(kept) if kept else None


def _authentication_code(secret: bytes, words: str) -> str:
    return hmac.new(secret, words.encode("ascii"), hashlib.sha256).hexdigest()
