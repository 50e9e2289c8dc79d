"""The mails of the customers, as other programs create them, some of them malformed."""

from __future__ import annotations

import base64
from email.message import Message
from email.utils import formatdate
from typing import NamedTuple

DESK = "support@acme.test"


class Mail(NamedTuple):
    """A raw mail and its description."""

    kind: str
    sender: str
    message_id: str
    raw: bytes


def _mail(kind: str, sender: str, id: str, headers: str, body: bytes) -> Mail:
    message_id = f"<{id}@{sender.partition('@')[2]}>"
    head = f"To: {DESK}\nMessage-ID: {message_id}\nDate: {formatdate()}\n{headers}MIME-Version: 1.0\n"
    text = head.encode("ascii") + body
    return Mail(kind, sender, message_id, text.replace(b"\n", b"\r\n"))


PLAIN = _mail(
    "plain text",
    "ana@example.org",
    "printer-1",
    "From: Ana Silva <ana@example.org>\nSubject: Printer on fire\n",
    b"Content-Type: text/plain; charset=utf-8\n\n"
    b"Hello,\nsmoke comes out of the printer on the second floor. What should I do?\n\nAna\n",
)

THREAD = _mail(
    "a reply in a thread",
    "ana@example.org",
    "printer-2",
    f"From: Ana Silva <ana@example.org>\nSubject: Re: Printer on fire\nIn-Reply-To: {PLAIN.message_id}\n"
    f"References: {PLAIN.message_id}\n",
    b"Content-Type: text/plain; charset=utf-8\n\nIt stopped smoking, but now it prints everything in black.\n\n"
    b"On Sat, 21 Nov 2026, Ana Silva wrote:\n> smoke comes out of the printer on the second floor.\n",
)

HTML = _mail(
    "HTML only",
    "ben@example.net",
    "invoice-1",
    "From: Ben Okafor <ben@example.net>\nSubject: Invoice 4711 is wrong\n",
    b"Content-Type: text/html; charset=utf-8\n\n"
    b"<html><body><p>Dear team,</p><p>the invoice lists <b>two</b> licences, we ordered <b>one</b>:</p>"
    b"<ul><li>Order 4711</li><li>Paid on 3 November</li></ul><p>Ben</p></body></html>\n",
)

KOREAN = _mail(
    "Korean in EUC-KR",
    "minsu@example.kr",
    "refund-1",
    "From: =?euc-kr?B?" + base64.b64encode("김민수".encode("euc-kr")).decode() + "?= <minsu@example.kr>\n"
    "Subject: =?euc-kr?B?" + base64.b64encode("환불 요청드립니다".encode("euc-kr")).decode() + "?=\n",
    b"Content-Type: text/plain; charset=euc-kr\nContent-Transfer-Encoding: 8bit\n\n"
    + "안녕하세요. 지난주에 결제한 상품을 환불받고 싶습니다.\n주문 번호는 20261114-003입니다. 감사합니다.\n".encode(
        "euc-kr"
    ),
)

ATTACHMENT = _mail(
    "with an attachment",
    "carla@example.com",
    "photo-1",
    "From: Carla <carla@example.com>\nSubject: Damaged parcel\n",
    b'Content-Type: multipart/mixed; boundary="b1"\n\n--b1\nContent-Type: text/plain\n\nThe parcel came like this.\n'
    b'--b1\nContent-Type: image/png; name="parcel.png"\nContent-Disposition: attachment; filename="parcel.png"\n'
    b"Content-Transfer-Encoding: base64\n\n"
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\n--b1--\n",
)

BROKEN = _mail(
    "broken in five ways",
    "dora@example.org",
    "broken-1",
    'From: "Dora <dora@example.org>\nSubject: =?klingon?Q?nuqneH?= my screen is \x1b[31mred\n',
    b'Content-Type: multipart/mixed; boundary="never closed"\n\n--never closed\n'
    b"Content-Type: text/plain; charset=no-such-charset\nContent-Transfer-Encoding: base6\n\n"
    b"Everything is red.\x00 \xff\xfe Please help.\n--never clos",
)


def out_of_office(answer_id: str) -> Mail:
    """Return an automatic reply of Ana's mail server to the reply of the desk."""
    return _mail(
        "an out-of-office",
        "ana@example.org",
        "away-1",
        f"From: Ana Silva <ana@example.org>\nSubject: Automatic reply: Printer on fire\nIn-Reply-To: {answer_id}\n"
        f"References: {answer_id}\nAuto-Submitted: auto-replied\n",
        b"Content-Type: text/plain\n\nI am out of the office until Monday.\n",
    )


def customer_reply(answer_id: str, references: str) -> Mail:
    """Return a reply of Ana to the reply of the desk."""
    return _mail(
        "Ana's reply",
        "ana@example.org",
        "printer-3",
        f"From: Ana Silva <ana@example.org>\nSubject: Re: Printer on fire\nIn-Reply-To: {answer_id}\n"
        f"References: {references} {answer_id}\n",
        b"Content-Type: text/plain; charset=utf-8\n\nYes, it is unplugged now. When does someone come?\n\n"
        b"On Sat, 21 Nov 2026, Acme Support wrote:\n> We are on it. Please unplug it.\n",
    )


QUESTION = _mail(
    "a question that an article answers",
    "emma@example.net",
    "question-1",
    "From: Emma <emma@example.net>\nSubject: Refund\n",
    b"Content-Type: text/plain; charset=utf-8\n\nHello,\nhow do I get a refund for my order?\n\nEmma\n",
)


def solved_confirmation(answer_id: str) -> Mail:
    """Return Emma's reply that chooses the first option of the automatic answer."""
    return _mail(
        "Emma's reply, “1”",
        "emma@example.net",
        "question-2",
        f"From: Emma <emma@example.net>\nSubject: Re: Refund\nIn-Reply-To: {answer_id}\n"
        f"References: {QUESTION.message_id} {answer_id}\n",
        b"Content-Type: text/plain; charset=utf-8\n\n1\n\n"
        b"On Sat, 21 Nov 2026, Acme Support wrote:\n> This is an automatic answer.\n",
    )


def plain(mail: Message) -> str:
    """Return the plain text of a received mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(content, bytes) else ""
    return ""
