"""Parsing of any bytes: the result is always clean text, and valid mail is parsed like the standard library does."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deskctl.plugins import Envelope, InboundMessage
from deskctl_email.json_document import mail_document
from deskctl_email.parse import parse
from deskctl_email.visible_text import visible_text

ENVELOPE = Envelope("smtp", datetime(2026, 1, 2, tzinfo=UTC), sender="a@x.org")
SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)

pytestmark = pytest.mark.timeout(120)

NAMES = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "In-Reply-To",
    "Content-Type",
    "Content-Disposition",
    "Content-Transfer-Encoding",
    "Content-ID",
    "Auto-Submitted",
    "Return-Path",
    "X-Failed-Recipients",
]
SNIPPETS = st.sampled_from(
    [
        b"multipart/mixed; boundary=b",
        b"multipart/report; boundary=b",
        b"message/rfc822",
        b"message/delivery-status",
        b"text/html",
        b"text/plain; charset=",
        b"utf-8",
        b"euc-kr",
        b"utf-16",
        b"utf-7",
        b"iso-2022-kr",
        b"\x00",
        b"\xff",
        b"=?utf-8?B?",
        b"?=",
        b"=?euc-kr?Q?=C8",
        b"filename*0*=",
        b"''%",
        b"<",
        b">",
        b'"',
        b"(",
        b"@",
        b",",
        b";",
        b":",
        b"\r\n",
        b"\n",
        b"\r",
        b"--b\r\n",
        b"--b--\r\n",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"begin 644 x\n",
        b"\x1b$)C\x0e",
        b"<p>",
        b"<meta charset=x>",
        b"<table><tr><td colspan=99999999>",
        b"> ",
        b"On 1 wrote:",
        b"-- \n",
        "환불".encode(),
        "환불".encode("cp949"),
        b"\xed\xa0\x80",
        b"99999999999",
        b"+2AA-",
        b"Action: failed\r\n",
        b"Final-Recipient: rfc822;",
        b"-----Original Message-----\n",
    ]
)
NOISE = st.lists(st.one_of(SNIPPETS, st.binary(max_size=12)), max_size=12).map(b"".join)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Return bytes that resemble a mail, so that they reach most of the parser."""
    fields = draw(st.lists(st.tuples(st.sampled_from(NAMES), NOISE), max_size=8))
    head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    return (
        head
        + draw(st.sampled_from([b"\r\n", b"", b"\n\n"]))
        + draw(st.lists(NOISE, max_size=4).map(b"\r\n--b\r\n".join))
    )


def texts(message: InboundMessage) -> list[str]:
    names = [file.filename or "" for file in message.files] + [file.content_id or "" for file in message.files]
    return [
        message.sender or "",
        message.sender_name or "",
        message.subject,
        message.text,
        message.visible_text,
        message.html or "",
        message.message_id or "",
        *message.to,
        *message.cc,
        *message.reply_to,
        *message.in_reply_to,
        *message.references,
        *message.headers.values(),
        *message.problems,
        message.automatic.why,
        *names,
        *((*message.bounce.recipients, message.bounce.reason or "") if message.bounce else ()),
    ]


def assert_clean(raw: bytes) -> None:
    message = parse(raw, ENVELOPE)
    for text in texts(message):
        assert "\0" not in text
        text.encode("utf-8")  # no lone surrogates
    for text in (
        message.subject,
        message.text,
        message.sender_name or "",
        *(file.filename or "" for file in message.files),
    ):
        assert unicodedata.is_normalized("NFC", text)
    assert "\n" not in message.subject + (message.sender_name or "") + "".join(message.to)
    assert message.sent_at is None or message.sent_at.tzinfo is UTC
    assert message.message_id
    assert not any("could not be parsed" in problem for problem in message.problems), message.problems
    json.dumps(mail_document("a.eml", message), ensure_ascii=False).encode()


@SLOW
@given(st.binary(max_size=400))
@example(b"")
@example(b"\r\n")
@example(b":")
@example(b"\x00" * 100)
@example(b"Content-Type: text/html\n\n<?xml version='1.0' encoding='utf-8'?><p>x")
@example(b"Content-Type: text/html\n\n<table><tr><td rowspan=-1 colspan=x>y")
def test_any_bytes_give_a_message(raw):
    assert_clean(raw)


@SLOW
@given(mails())
def test_any_mail_gives_a_message(raw):
    assert_clean(raw)


@SLOW
@given(mails(), st.data())
def test_damaged_mail_gives_a_message(raw, data):
    at = data.draw(st.integers(0, len(raw)))
    assert_clean(raw[:at] + data.draw(st.binary(max_size=3)) + raw[at + data.draw(st.integers(0, 5)) :])


@SLOW
@given(mails())
def test_parse_is_deterministic(raw):
    assert parse(raw, ENVELOPE) == parse(raw, ENVELOPE)


@SLOW
@given(st.text(max_size=300))
def test_visible_text_consists_of_lines_of_the_text(text):
    shown = visible_text(text)
    assert set(map(str.strip, shown.split("\n"))) <= set(map(str.strip, text.split("\n")))
    assert shown or not text.strip()


WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\u2028\u2029\x85"),
        min_size=1,
        max_size=60,
    )
    .map(lambda text: unicodedata.normalize("NFC", " ".join(text.split())))
    .filter(lambda text: text.strip("-_=*~.#|•· ") != "")  # a drawn line does not count as text
)
FILES = st.lists(
    st.tuples(st.text("abc환불é", min_size=1, max_size=12), st.binary(min_size=1, max_size=90)), max_size=3
)


@SLOW
@given(WORDS, WORDS, st.booleans(), FILES)
def test_valid_mail_is_parsed_exactly(subject, text, html, files):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@x.org", "b@x.org", subject, "<1@x.org>"
    mail.set_content(text)
    if html:
        mail.add_alternative("<p>rich</p>", subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="x-thing", filename=f"{name}.bin")
    message = parse(mail.as_bytes(), ENVELOPE)
    assert message.subject == subject
    assert message.text == text
    assert [(file.filename, file.content) for file in message.files] == [
        (unicodedata.normalize("NFC", f"{name}.bin"), content) for name, content in files
    ]
    there = [
        part for part in message_from_bytes(mail.as_bytes()).walk() if part.get_content_disposition() == "attachment"
    ]
    assert [part.get_payload(decode=True) for part in there] == [file.content for file in message.files]
