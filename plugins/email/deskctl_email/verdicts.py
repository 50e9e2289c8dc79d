"""The verdicts of upstream servers about a mail: spam, and the authentication of the sender's domain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import headers as field
from .mime import Part

SCL_SPAM = 5
"""The lowest of Microsoft's spam confidence levels at which mail goes to the junk folder."""
LEVEL_SPAM = 15
"""Stars in X-Spam-Level that ordinary mail does not have; fewer are not a verdict, as each site sets its own limit."""
MAX_RESULTS = 20

HEADERS = frozenset((
    "x-spam-flag", "x-spam-status", "x-spam-level", "x-spam", "x-spam-action", "x-rspamd-action", "x-spamd-result",
    "x-ms-exchange-organization-scl", "x-microsoft-antispam", "x-forefront-antispam-report", "x-barracuda-spam-flag",
    "x-barracuda-spam-status", "x-ovh-spam-status", "x-vr-spamstate", "x-spam-detected", "x-suspected-spam",
    "x-dspam-result", "x-bogosity", "x-mailscanner-spamcheck", "x-amavis-alert-spam", "x-gnd-spam", "x-gmx-antispam",
    "x-web-de-antispam",
))  # fmt: skip
"""The headers (lower case) that `spam_verdict` uses."""

_YES = re.compile(r"\s*(?:yes|true|spam|reject|1\b)", re.IGNORECASE)
_SCL = re.compile(r"\bSCL:\s*(-?\d{1,2})", re.IGNORECASE)
_SFV = re.compile(r"\bSFV:\s*(?:SPM|SKB|SKS)\b", re.IGNORECASE)
_CATEGORY = re.compile(r"\bCAT:\s*(?:SPM|HSPM|PHSH|HPHSH|HPHISH|MALW)\b", re.IGNORECASE)


def spam_verdict(headers: Mapping[str, str]) -> str | None:
    """Return the header with a clear spam verdict, as `name: value`; None if there is none.

    A score alone is not a verdict, because each site chooses its own threshold.
    """
    if HEADERS.isdisjoint(headers):
        return None
    for name in sorted(HEADERS & headers.keys()):
        value = headers[name]
        if _is_spam(name, value):
            return f"{name}: {value[:200]}"
    return None


def _is_spam(name: str, value: str) -> bool:
    match name:
        case "x-spam-flag" | "x-spam-status" | "x-spam" | "x-barracuda-spam-flag" | "x-barracuda-spam-status":
            return bool(_YES.match(value))
        case "x-spam-detected" | "x-suspected-spam" | "x-amavis-alert-spam" | "x-gnd-spam" | "x-bogosity":
            return bool(_YES.match(value))
        case "x-spam-level":
            return len(value) - len(value.lstrip("*+xs")) >= LEVEL_SPAM
        case "x-rspamd-action" | "x-spam-action":
            action = value.strip().lower()
            return action.startswith(("add header", "add_header", "rewrite subject", "reject", "quarantine", "discard"))
        case "x-spamd-result":
            return bool(re.match(r"\s*\w+:\s*True\b", value))
        case "x-ms-exchange-organization-scl":
            return _level(value) >= SCL_SPAM
        case "x-forefront-antispam-report" | "x-microsoft-antispam":
            level = _SCL.search(value)
            return bool(_SFV.search(value) or _CATEGORY.search(value)) or bool(level and int(level[1]) >= SCL_SPAM)
        case "x-ovh-spam-status" | "x-vr-spamstate":
            return value.strip().upper().startswith("SPAM")
        case "x-dspam-result":
            return value.strip().lower() in ("spam", "blacklisted", "blocklisted", "virus")
        case "x-mailscanner-spamcheck":
            return bool(re.match(r"\s*spam\b", value, re.IGNORECASE))
        case "x-gmx-antispam" | "x-web-de-antispam":
            return _level(value) > 0
        case _:
            return False


def _level(value: str) -> int:
    match = re.match(r"\s*(-?\d{1,4})\b", value)
    return int(match[1]) if match else 0


def authentication_results(root: Part) -> tuple[str, ...]:
    """Return the values of Authentication-Results, with the topmost header (of the nearest relay) first.

    Anyone can write such a header: only the topmost one, which the desk's own relay added, can be trusted.
    """
    if "authentication-results" not in root.first:
        return ()
    values = [value for name, value in root.headers if name == "authentication-results"][:MAX_RESULTS]
    return tuple(field.text(value[:4_000]) for value in values)
