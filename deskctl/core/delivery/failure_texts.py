"""Texts for agents about the reasons why a mail was not delivered."""

from __future__ import annotations

from collections.abc import Iterable

from ...i18n import Phrases, _
from ..messages.model import ReasonClass
from .model import Delivery

_R = ReasonClass

#: The reasons for which an address accepts no mail at all and is marked. After other reasons, such as a full mailbox, a
#: refused sender or content, or a network failure, the next mail can be delivered.
ADDRESS_FAILURES = frozenset({_R.USER_UNKNOWN, _R.DISABLED, _R.HOST})

_WORDS = Phrases(
    {
        _R.USER_UNKNOWN: _("the address does not exist"),
        _R.DISABLED: _("the mailbox is disabled"),
        _R.MAILBOX_FULL: _("the mailbox is full"),
        _R.BLOCKED: _("the recipient's mail server blocks our mail or treats it as spam"),
        _R.POLICY: _("a policy of the recipient's mail server refuses it"),
        _R.AUTH: _("the recipient's mail server could not authenticate our mail"),
        _R.CONTENT: _("the content was refused"),
        _R.TOO_LARGE: _("the message is too large"),
        _R.HOST: _("the domain does not exist or accepts no mail"),
        _R.NETWORK: _("the recipient's mail server cannot be reached"),
        _R.EXPIRED: _("the mail server gave up after several attempts"),
        _R.RELAYING: _("the mail server does not relay to this address"),
        _R.TEMPORARY: _("the recipient's mail server has a temporary problem"),
        _R.OTHER: _("the report gives no clear reason"),
    }
)


def reason_text(language: str, reason_class: str | None) -> str:
    """Return the text for a reason class in `language`, else in English."""
    return _WORDS(reason_class if reason_class in set(ReasonClass) else _R.OTHER, language)


def server_answer(status: str | None, reason: str | None) -> str:
    """Return the server's answer with its status once, for example `5.1.1 no such user`; "" if there is none."""
    if status and reason and status in reason:
        return reason
    return " ".join(filter(None, (status, reason)))


def delivery_line(language: str, delivery: Delivery) -> str:
    """Return a line such as `gone@corp.example: the address does not exist (5.1.1 no such user)`."""
    answer = server_answer(delivery.status, delivery.reason)
    if delivery.reason_class is None:
        return f"{delivery.address}: {answer}" if answer else delivery.address
    return f"{delivery.address}: {reason_text(language, delivery.reason_class)}{f' ({answer})' if answer else ''}"


def delivery_lines(language: str, deliveries: Iterable[Delivery]) -> str:
    """Return one line for each recipient."""
    return "\n".join(delivery_line(language, one) for one in deliveries)
