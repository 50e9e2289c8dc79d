"""Mail addresses as recipients: reading those that an agent types, and leaving out those that are never written to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ...errors import UsageError
from ..kernel.settings import Settings

_LOCAL = r'(?:[^\s<>,;:"()\[\]\\@]+|"(?:[^"\\\r\n]|\\[^\r\n])+")'
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[,;]|[^",;<>]+|.', re.DOTALL)
_BRACKETED = re.compile(r".*<([^<>]*)>", re.DOTALL)
_ADDRESS = re.compile(rf"{_LOCAL}@[^\s<>,;:\"()\\@]+")
#: Local parts that no person reads (RFC 2142 and the usual names of senders that take no answers).
_NOBODY = re.compile(
    r"(?:.*[-_.+])?(?:no|do[-_.]?not|nicht|ne|ne[-_.]?pas)[-_.]?(?:reply|antworten|repondre|responder)(?![a-z]).*"
    r"|(?:mailer-?daemon|mail-daemon)(?![a-z]).*|(?:.+[-+_.])?bounces?(?![a-z]).*",
    re.IGNORECASE,
)


def is_nobody(address: str) -> bool:
    """Tell whether nobody reads what is sent to an address: noreply, mailer-daemon, a bounce address."""
    return _NOBODY.fullmatch(address.rpartition("@")[0]) is not None


def distinct(addresses: Iterable[str], besides: Collection[str] = ()) -> tuple[str, ...]:
    """Each address once, whatever its case, without `besides`; the first spelling stays."""
    out = {address.lower() for address in besides}
    found: dict[str, str] = {}
    for address in addresses:
        if address and address.lower() not in out:
            found.setdefault(address.lower(), address)
    return tuple(found.values())


def answerable(settings: Settings, addresses: Iterable[str], lists: Collection[str]) -> tuple[str, ...]:
    """The addresses that an answer may go to: not the desk's own, not a mailing list's, not nobody's, each once.

    `lists` are lower-cased.
    """
    return distinct(
        address
        for address in addresses
        if not settings.owns(address) and address.lower() not in lists and not is_nobody(address)
    )


def named(settings: Settings, texts: Iterable[str], option: str) -> tuple[str, ...]:
    """The bare addresses that an agent types, as in "Ana <ana@example.org>, ben@example.org"; each once.

    Raises UsageError for what is not a mail address and for an address of the desk itself. `option` names the place.
    """
    found: list[str] = []
    for text in texts:
        for address in _mailboxes(text):
            if not (_ADDRESS.fullmatch(address) and text.isprintable()):
                raise UsageError(f"not a mail address for {option}: “{text.strip()}”", "write it as ana@example.org")
            if settings.owns(address):
                raise UsageError(f"{address} is an address of this desk", f"leave it out of {option}")
            found.append(address)
        if text.strip() and not found:
            raise UsageError(f"not a mail address for {option}: “{text.strip()}”", "write it as ana@example.org")
    return distinct(found)


def _mailboxes(text: str) -> list[str]:
    """What stands between commas, quoted names apart: of "Ana <ana@example.org>" what is in brackets."""
    items = [""]
    for piece in _PIECE.findall(text):
        if piece in (",", ";"):
            items.append("")
        else:
            items[-1] += piece
    found = [match[1] if (match := _BRACKETED.fullmatch(item.strip())) else item for item in items]
    return [address.strip() for address in found if address.strip()]
