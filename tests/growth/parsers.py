"""The functions that read text of customers and agents, each with the text at another place of its input."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deskctl import safe
from deskctl.core.intake import agent_mail, notification_text
from deskctl.core.messages import addresses, subjects
from deskctl.core.query_language import search_text, syntax
from deskctl.core.query_language.fields import BUILT_IN
from deskctl.core.values import tokens
from deskctl.errors import UsageError
from deskctl.plugins import Envelope
from deskctl.plugins import console as console_channel
from deskctl.store.search import excerpts
from deskctl_email.compose import one_line
from deskctl_email.html_alternative import html_page
from deskctl_email.parse import parse
from deskctl_kb import frontmatter, plain_text, question, terms, ticket_question
from deskctl_telegram.parse import parse as parse_update
from deskctl_telegram.split_text import split_text
from deskctl_telegram.updates import BotIdentity

_ENVELOPE = Envelope("pipe", datetime(2026, 1, 1, tzinfo=UTC))
_UPDATE_ENVELOPE = Envelope("telegram", datetime(2026, 1, 1, tzinfo=UTC), extra=BotIdentity("777", "bot").as_extra())
_NOTIFICATION = notification_text.NotificationText(
    "Printer is broken",
    ["Ana wrote:", "The printer in room 5 is on fire", "Internal: customer of high value"],
    ["The printer in room 5 is on fire"],
)
_HEADERS = (
    "Subject", "From", "To", "Cc", "Reply-To", "Sender", "References", "In-Reply-To", "Message-ID", "Date", "List-Id",
    "List-Post", "List-Unsubscribe", "Mailing-List", "Return-Path", "Delivered-To", "Authentication-Results",
    "Auto-Submitted", "Precedence", "X-Spam-Status", "X-Forefront-Antispam-Report", "MIME-Version", "X-Original-From",
    "Received", "Content-ID",
)  # fmt: skip
_PARAMETERS = (
    "Content-Type: ", "Content-Type: text/plain; ", "Content-Type: text/plain; charset=",
    "Content-Type: text/plain; name=",
    "Content-Type: multipart/mixed; boundary=", "Content-Transfer-Encoding: ",
    "Content-Disposition: attachment; filename=", "Content-Disposition: attachment; filename*=utf-8''",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parser:
    """A function, and how its input is made of a text. `html`: the text is HTML."""

    function: Callable[[Any], object]
    make: Callable[[str], Any] = lambda text: text
    html: bool = False
    words: bool = True


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _mail(headers: str, body: bytes = b"x") -> bytes:
    return b"From: Ana <ana@x.test>\r\nDate: Mon, 2 Oct 2017 12:13:43 +0200\r\n" + _bytes(headers) + b"\r\n\r\n" + body


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _mail_parser(make: Callable[[str], bytes], *, html: bool = False, words: bool = True) -> Parser:
    return Parser(lambda raw: parse(raw, _ENVELOPE), make, html, words)


def _body(headers: str, *, html: bool = False, words: bool = True) -> Parser:
    return _mail_parser(lambda text: _mail(headers, _bytes(text)), html=html, words=words)


def _alternative(text: str) -> bytes:
    page = b"<div class=gmail_quote></div>" + _bytes(text)
    body = (
        b"--q\r\n\r\n" + _bytes(text[:1_000]) + b"\r\n--q\r\nContent-Type: text/html\r\n\r\n" + page + b"\r\n--q--\r\n"
    )
    return _mail("Content-Type: multipart/alternative; boundary=q", body)


def _report(text: str) -> bytes:
    status = b"Reporting-MTA: dns;a\r\n\r\nFinal-Recipient: rfc822;a@b.test\r\nAction: failed\r\nDiagnostic-Code: smtp;"
    return _mail(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=q",
        b"--q\r\n\r\nfailed\r\n--q\r\nContent-Type: message/delivery-status\r\n\r\n"
        + status
        + _bytes(text)
        + b"\r\n--q\r\nContent-Type: message/rfc822\r\n\r\n"
        + _bytes(text)
        + b"\r\n--q--\r\n",
    )


def _calendar(text: str) -> bytes:
    event = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:" + _bytes(text)
    return _mail("Content-Type: text/calendar; charset=utf-8", event + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


def _parts(text: str) -> bytes:
    part = b"--q\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return _mail("Content-Type: multipart/mixed; boundary=q", part * (len(text) // len(part)))


def _nested_parts(text: str) -> bytes:
    level = b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n'
    levels = b"".join(level % (n, n + 1) for n in range(len(text) // len(level)))
    return _mail('Content-Type: multipart/mixed; boundary="b0"', levels)


def _rich_text(text: str) -> bytes:
    return rb"{\rtf1\ansi " + _bytes(text)


def _packed(rtf: bytes) -> bytes:
    """Return RTF in the container of a winmail.dat, without compression."""
    content = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    properties = struct.pack("<IHHII", 1, 258, 0x1009, 1, len(content)) + content + b"\0" * (-len(content) % 4)
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + b"\1"
        + struct.pack("<II", 0x00069003, len(properties))
        + properties
        + b"\0\0"
    )


def _winmail(content: bytes) -> bytes:
    return _mail("Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: 8bit", content)


def _many_winmails(text: str) -> bytes:
    """Return a mail with many winmail.dat, whose RTF is compressed to an eighth."""
    copies = b"\0\0\xff" + bytes.fromhex("0cff") * 8
    packed = struct.pack("<IIII", 10_000, 524_288, 0x75465A4C, 0) + b"\0{\\rtf1 " + copies * 500
    properties = struct.pack("<IHHII", 1, 258, 0x1009, 1, len(packed)) + packed + b"\0" * (-len(packed) % 4)
    data = struct.pack("<IH", 0x223E9F78, 1) + b"\1" + struct.pack("<II", 0x00069003, len(properties)) + properties
    part = b"--q\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data + b"\0\0\r\n"
    return _mail("Content-Type: multipart/mixed; boundary=q", part * max(1, len(text) // len(part)))


def _update(**fields: Any) -> bytes:
    message = {"message_id": 7, "date": 1772442000, "chat": {"id": 42, "type": "private"}, "from": {"id": 42}}
    return json.dumps({"update_id": 5, "message": {**message, **fields}}).encode()


def _entities(text: str) -> bytes:
    links = [
        {"type": "text_link", "offset": 2 * n, "length": 3, "url": "http://x.test/"} for n in range(len(text) // 80)
    ]
    return _update(text=text[: len(text) // 2], entities=links)


def _update_parser(make: Callable[[str], bytes]) -> Parser:
    return Parser(lambda raw: parse_update(raw, _UPDATE_ENVELOPE), make)


def _read_article(text: str) -> None:
    with suppress(UsageError):
        frontmatter.read(text)


def _parse_query(text: str) -> None:
    with suppress(UsageError):
        syntax.parse(text)


PARSERS: dict[str, Parser] = {
    "mail: plain text": _body("Content-Type: text/plain; charset=utf-8"),
    "mail: HTML": _body("Content-Type: text/html; charset=utf-8", html=True),
    "mail: alternatives": _mail_parser(_alternative, html=True),
    "mail: attached HTML": _body("Content-Type: message/rfc822\r\n\r\nContent-Type: text/html", html=True, words=False),
    "mail: format=flowed": _body("Content-Type: text/plain; format=flowed; charset=utf-8"),
    "mail: quoted-printable": _body("Content-Transfer-Encoding: quoted-printable"),
    "mail: base64": _body("Content-Transfer-Encoding: base64"),
    "mail: uuencode": _body("Content-Transfer-Encoding: x-uuencode"),
    "mail: ISO-2022-JP": _body("Content-Type: text/plain; charset=iso-2022-jp"),
    "mail: EUC-KR": _body("Content-Type: text/plain; charset=euc-kr"),
    "mail: UTF-7": _body("Content-Type: text/plain; charset=utf-7"),
    "mail: HZ": _body("Content-Type: text/plain; charset=hz-gb-2312"),
    "mail: forward": _body("Subject: Fwd: x"),
    "mail: returned": _mail_parser(
        lambda text: b"From: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\n" + _bytes(text)
    ),
    "mail: report": _mail_parser(_report),
    "mail: calendar": _mail_parser(_calendar),
    "mail: parts": _mail_parser(_parts),
    "mail: nested parts": _mail_parser(_nested_parts),
    "mail: winmail.dat": _mail_parser(lambda text: _winmail(_bytes(text))),
    "mail: RTF": _mail_parser(lambda text: _winmail(_packed(_rich_text(text)))),
    "mail: many RTF": _mail_parser(_many_winmails),
    "mail: header block": _mail_parser(_bytes),
    "mail: folded header": _mail_parser(
        lambda text: b"Subject: " + _bytes(text).replace(b"\n", b"\r\n ") + b"\r\n\r\nx"
    ),
    **{
        f"mail: {name}": _mail_parser(
            lambda text, name=name: (
                b"From: a@b.test\r\n" * (name != "From") + _bytes(f"{name}: {_one_line(text)}\r\n\r\nx")
            )
        )
        for name in _HEADERS
    },
    **{f"mail: {name}": _mail_parser(lambda text, name=name: _mail(name + _one_line(text))) for name in _PARAMETERS},
    "mail: compose HTML": Parser(html_page),
    "mail: compose header": Parser(one_line),
    "Telegram: text": _update_parser(lambda text: _update(text=text)),
    "Telegram: entities": _update_parser(_entities),
    "Telegram: any bytes": _update_parser(_bytes),
    "Telegram: split": Parser(split_text),
    "console": Parser(lambda raw: console_channel.parse(raw, _ENVELOPE), _bytes),
    "articles: file": Parser(_read_article),
    "articles: heading": Parser(frontmatter.first_heading),
    "articles: plain text": Parser(plain_text.plain_text),
    "articles: snippet": Parser(lambda text: plain_text.snippet(text, {"a"})),
    "articles: terms": Parser(terms.terms),
    "articles: question": Parser(lambda text: question.parse_question(text, "ko", ["en"])),
    "articles: questions": Parser(ticket_question.search_queries),
    "subject: reply": Parser(lambda text: subjects.numbered(text, 1)),
    "subject: numbers": Parser(subjects.numbers),
    "subject: differences": Parser(lambda text: subjects.differs(text, "x", text)),
    "addresses": Parser(addresses.split_mailboxes),
    "directives": Parser(agent_mail.parse_directives),
    "answered notification": Parser(lambda text: notification_text.strip(text, text, _NOTIFICATION)),
    "search: words": Parser(tokens.tokenize),
    "search: excerpt": Parser(
        lambda text: excerpts.snippet(excerpts.Readable(text), tokens.phrases("printer 환불")),
    ),
    "search: conditions": Parser(lambda text: search_text.split_search(text, BUILT_IN)),
    "query": Parser(_parse_query),
    "display": Parser(safe.visible),
    "display: lines": Parser(safe.visible_lines),
}
