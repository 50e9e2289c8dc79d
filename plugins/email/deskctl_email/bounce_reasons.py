"""Reason classes of bounces, by the server's message, its enhanced status (RFC 3463) or its SMTP code, in this order.

The message comes first because many servers use one status for everything (5.0.0, 5.7.1) but a correct message.
"""

from __future__ import annotations

import re

from deskctl.plugins import ReasonClass

from .bounce_patterns import PATTERNS

MAX_TEXT = 4_000
"""Characters that are examined."""

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:/#-])([45]\d\d)(?=[ \-,;:]|\Z)(?!\d{2}:)")

_R = ReasonClass
_BY_STATUS = {
    (1, 0): _R.USER_UNKNOWN, (1, 1): _R.USER_UNKNOWN, (1, 2): _R.HOST, (1, 3): _R.USER_UNKNOWN,
    (1, 4): _R.USER_UNKNOWN, (1, 5): _R.USER_UNKNOWN, (1, 6): _R.USER_UNKNOWN, (1, 7): _R.POLICY, (1, 8): _R.POLICY,
    (1, 10): _R.USER_UNKNOWN,
    (2, 1): _R.DISABLED, (2, 2): _R.MAILBOX_FULL, (2, 3): _R.TOO_LARGE,
    (3, 1): _R.TEMPORARY, (3, 2): _R.TEMPORARY, (3, 4): _R.TOO_LARGE,
    (4, 0): _R.NETWORK, (4, 1): _R.NETWORK, (4, 2): _R.NETWORK, (4, 3): _R.NETWORK, (4, 4): _R.HOST,
    (4, 5): _R.TEMPORARY, (4, 6): _R.NETWORK, (4, 7): _R.EXPIRED, (4, 14): _R.NETWORK, (4, 300): _R.EXPIRED,
    (4, 310): _R.HOST, (4, 312): _R.HOST, (4, 316): _R.NETWORK, (4, 317): _R.NETWORK,
    (5, 3): _R.POLICY,
    (7, 3): _R.AUTH, (7, 4): _R.AUTH, (7, 5): _R.AUTH, (7, 8): _R.AUTH, (7, 9): _R.AUTH, (7, 10): _R.AUTH,
    (7, 11): _R.AUTH, (7, 20): _R.AUTH, (7, 21): _R.AUTH, (7, 22): _R.AUTH, (7, 23): _R.AUTH, (7, 24): _R.AUTH,
    (7, 25): _R.BLOCKED, (7, 26): _R.AUTH, (7, 27): _R.POLICY, (7, 28): _R.TEMPORARY, (7, 57): _R.AUTH,
    (7, 64): _R.RELAYING, (7, 509): _R.AUTH, (7, 511): _R.BLOCKED, (7, 515): _R.AUTH,
}  # fmt: skip
_BY_CODE = {
    "421": _R.TEMPORARY, "450": _R.TEMPORARY, "451": _R.TEMPORARY, "452": _R.TEMPORARY, "523": _R.TOO_LARGE,
    "530": _R.AUTH, "534": _R.AUTH, "535": _R.AUTH, "551": _R.USER_UNKNOWN, "552": _R.MAILBOX_FULL,
    "553": _R.USER_UNKNOWN, "556": _R.HOST, "571": _R.POLICY,
}  # fmt: skip


def classify_reason(words: str, status: str | None = None) -> ReasonClass:
    """Return the reason class of a server's reply or a report's text; OTHER if the reason is unknown.

    `status` is the report's own status field, RFC 3463.
    """
    text = " ".join(words[:MAX_TEXT].split())
    for reason, pattern in PATTERNS:
        if pattern.search(text):
            return reason
    for stated in (_STATUS.search(text), _STATUS.search(status or "")):
        if stated:
            found = _reason_of_status(int(stated[2]), int(stated[3]), temporary=stated[1] == "4")
            if found is not None:
                return found
    code = _CODE.search(text)
    return _BY_CODE.get(code[1], _R.OTHER) if code else _R.OTHER


def has_expired(words: str) -> bool:
    """Return True if a report says that the sender's server has given up after a time limit."""
    text = " ".join(words[:MAX_TEXT].split())
    return any(pattern.search(text) for reason, pattern in PATTERNS if reason is _R.EXPIRED)


def _reason_of_status(subject: int, detail: int, *, temporary: bool) -> ReasonClass | None:
    exact = _BY_STATUS.get((subject, detail))
    if exact is not None:
        return exact
    if subject == 7 and (600 <= detail < 760 or 500 <= detail < 509):
        return _R.BLOCKED  # Exchange Online: banned addresses, low reputation
    if subject == 7:
        return _R.POLICY
    if subject == 6:
        return _R.CONTENT
    if subject == 4 and detail >= 300:
        return _R.NETWORK
    return _R.TEMPORARY if temporary and subject in (0, 2, 3, 5) else None
