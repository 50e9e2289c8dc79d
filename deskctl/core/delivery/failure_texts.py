"""Why a mail did not arrive, in words for agents."""

from __future__ import annotations

from collections.abc import Iterable

from ..messages.model import ReasonClass
from .model import Delivery

_R = ReasonClass

#: Classes that say that an address takes no mail at all: it is marked. A full mailbox, a refused sender or content and
#: a broken network say nothing of the kind; the next mail may arrive.
DEAD = frozenset({_R.USER_UNKNOWN, _R.DISABLED, _R.HOST})

WORDS = {
    "en": {
        _R.USER_UNKNOWN: "the address does not exist",
        _R.DISABLED: "the mailbox is disabled",
        _R.MAILBOX_FULL: "the mailbox is full",
        _R.BLOCKED: "our mail is blocked or counts as spam there",
        _R.POLICY: "a policy of the recipient's mail server refuses it",
        _R.AUTH: "the recipient's mail server misses authentication of our mail",
        _R.CONTENT: "its content is refused",
        _R.TOO_LARGE: "the message is too large",
        _R.HOST: "the domain does not exist or accepts no mail",
        _R.NETWORK: "the recipient's mail server cannot be reached",
        _R.EXPIRED: "the mail server has given up after several attempts",
        _R.RELAYING: "the mail server does not relay to this address",
        _R.TEMPORARY: "the recipient's mail server has a temporary problem",
        _R.OTHER: "the report gives no clear reason",
    },
    "ko": {
        _R.USER_UNKNOWN: "존재하지 않는 주소입니다",
        _R.DISABLED: "사용이 중지된 사서함입니다",
        _R.MAILBOX_FULL: "사서함 용량이 초과되었습니다",
        _R.BLOCKED: "수신 서버에서 차단되었거나 스팸으로 분류되었습니다",
        _R.POLICY: "수신 서버의 정책에 따라 거부되었습니다",
        _R.AUTH: "수신 서버의 메일 인증에 실패했습니다",
        _R.CONTENT: "메일 내용이 거부되었습니다",
        _R.TOO_LARGE: "메일 크기가 제한을 초과했습니다",
        _R.HOST: "도메인이 존재하지 않거나 메일을 받지 않습니다",
        _R.NETWORK: "수신 서버에 연결할 수 없습니다",
        _R.EXPIRED: "여러 번 시도했으나 전송되지 않아 중단되었습니다",
        _R.RELAYING: "메일 서버가 이 주소로 중계하지 않습니다",
        _R.TEMPORARY: "수신 서버에 일시적인 문제가 있습니다",
        _R.OTHER: "사유를 확인할 수 없습니다",
    },
}


def why(language: str, reason_class: str | None) -> str:
    """Return the reason class in words; in English where there are none in `language`."""
    words = WORDS.get(language, WORDS["en"])
    return words[ReasonClass(reason_class)] if reason_class in set(ReasonClass) else words[_R.OTHER]


def said(status: str | None, reason: str | None) -> str:
    """Return the server's own words with its status once, `5.1.1 no such user`; "" for neither."""
    if status and reason and status in reason:
        return reason
    return " ".join(filter(None, (status, reason)))


def line(language: str, delivery: Delivery) -> str:
    """`gone@corp.example: the address does not exist (5.1.1 no such user)`."""
    answer = said(delivery.status, delivery.reason)
    if delivery.reason_class is None:
        return f"{delivery.address}: {answer}" if answer else delivery.address
    return f"{delivery.address}: {why(language, delivery.reason_class)}{f' ({answer})' if answer else ''}"


def lines(language: str, deliveries: Iterable[Delivery]) -> str:
    """One line for each recipient."""
    return "\n".join(line(language, one) for one in deliveries)
