"""Email addresses as recipients: parse those that agents type, and drop those that cannot be recipients."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ...errors import UsageError
from ...i18n import _
from ..kernel.settings import Settings
from .channels import Channels

_LOCAL = r'(?:[^\s<>,;:"()\[\]\\@]+|"(?:[^"\\\r\n]|\\[^\r\n])+")'
_PIECE = re.compile(r'"(?:[^"\\]|\\.){0,300}+"|<[^<>]*>|[,;]|[^",;<>]+|.', re.DOTALL)
_BRACKETED = re.compile(r".*<([^<>]*)>", re.DOTALL)
_ADDRESS = re.compile(rf"{_LOCAL}@[^\s<>,;:\"()\\@]+")
#: Local parts that no person reads (RFC 2142 and the usual names of senders that take no answers).
_UNATTENDED = re.compile(
    r"(?:.*[-_.+])?(?:no|do[-_.]?not|nicht|ne|ne[-_.]?pas)[-_.]?(?:reply|antworten|repondre|responder)(?![a-z]).*"
    r"|(?:mailer-?daemon|mail-daemon)(?![a-z]).*|(?:.+[-+_.])?bounces?(?![a-z]).*",
    re.IGNORECASE,
)


def is_unattended(address: str) -> bool:
    """Return True if no one reads mail to an address: noreply, mailer-daemon, a bounce address."""
    return _UNATTENDED.fullmatch(address.rpartition("@")[0]) is not None


def distinct(addresses: Iterable[str], besides: Collection[str] = ()) -> tuple[str, ...]:
    """Return each address once, ignoring case, without `besides`. The first spelling is kept."""
    out = {address.lower() for address in besides}
    found: dict[str, str] = {}
    for address in addresses:
        if address and address.lower() not in out:
            found.setdefault(address.lower(), address)
    return tuple(found.values())


def answerable(settings: Settings, addresses: Iterable[str], lists: Collection[str]) -> tuple[str, ...]:
    """Return each address once that can get an answer: not one of the desk, a mailing list or an unattended mailbox.

    `lists` are lower-cased.
    """
    return distinct(
        address
        for address in addresses
        if not settings.of(Channels).owns(address) and address.lower() not in lists and not is_unattended(address)
    )


def parse_addresses(settings: Settings, texts: Iterable[str], option: str) -> tuple[str, ...]:
    """Return the bare addresses that an agent types, as in "Ana <ana@example.org>, ben@example.org"; each once.

    `option` names the option for errors. Raises UsageError for text that is not an email address, and for an address of
    the desk itself.
    """
    found: list[str] = []
    for text in texts:
        for address in split_mailboxes(text):
            if not (_ADDRESS.fullmatch(address) and text.isprintable()):
                raise _not_an_address(text, option)
            if settings.of(Channels).owns(address):
                raise UsageError(
                    _("{address} is an address of this desk", address=address),
                    _("leave it out of {option}", option=option),
                )
            found.append(address)
        if text.strip() and not found:
            raise _not_an_address(text, option)
    return distinct(found)


def _not_an_address(text: str, option: str) -> UsageError:
    what = _('not an email address for {option}: "{value}"', option=option, value=text.strip())
    return UsageError(what, _("write it as ana@example.org"))


def split_mailboxes(text: str) -> list[str]:
    """Split the text at commas outside quotes. Return the address in brackets of "Ana <ana@example.org>"."""
    items = [""]
    for piece in _PIECE.findall(text):
        if piece in (",", ";"):
            items.append("")
        else:
            items[-1] += piece
    found = [match[1] if (match := _BRACKETED.fullmatch(item.strip())) else item for item in items]
    return [address.strip() for address in found if address.strip()]
