# ruff: noqa: E501 - lines of real mail
"""Forwarded messages, spam verdicts and authentication results."""

from __future__ import annotations

import pytest

BODIES = [
    ("Fwd: Printer", ("FYI\n\n---------- Forwarded message ---------\nFrom: Bob Miller <bob@x.test>\nDate: Mon, 2 Oct 2017 at 10:00\n"
     "Subject: Fire\nTo: <a@b.test>\n\n\nIt burns.")),
    ("Printer", "Begin forwarded message:\n\nFrom: Bob Miller <bob@x.test>\nSubject: Fire\nDate: 2 October 2017\nTo: a\n\nIt burns."),
    ("FW: Printer", "FYI\n\n________________________________\nFrom: Bob Miller <bob@x.test>\nSent: Monday\nTo: a\nSubject: Fire\n\nIt burns."),
    ("FW: Printer", "-----Original Message-----\nFrom: Bob Miller [mailto:bob@x.test]\nSent: Monday\nTo: a\nSubject: Fire\n\nIt burns."),
    ("WG: Drucker", "Von: Bob Miller <bob@x.test>\nGesendet: Montag\nAn: a\nBetreff: Fire\n\nIt burns."),
    ("Drucker", "-------- Weitergeleitete Nachricht --------\nBetreff: Fire\nDatum: Mon\nVon: Bob Miller <bob@x.test>\nAn: a\n\nIt burns."),
    ("전달: 프린터", "보낸 사람: Bob Miller <bob@x.test>\n보낸 날짜: 2024년 1월 3일\n받는 사람: a\n제목: Fire\n\nIt burns."),
    ("Fwd: 프린터", "---------- 전달된 메시지 ---------\n보낸사람: Bob Miller <bob@x.test>\n날짜: 2024년 1월 3일\n제목: Fire\n받는사람: a\n\nIt burns."),
    ("TR: Imprimante", "De : Bob Miller <bob@x.test>\nEnvoyé : lundi\nÀ : a\nObjet : Fire\n\nIt burns."),
    ("转发: x", "发件人: Bob Miller <bob@x.test>\n发送时间: 2024年1月3日\n收件人: a\n主题: Fire\n\nIt burns."),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "body"), BODIES)
def test_forward_in_the_body_is_found(read, subject, body):
    message = read(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", body)
    got = message.forwarded
    assert got is not None
    assert (got.sender, got.sender_name, got.subject, got.text) == ("bob@x.test", "Bob Miller", "Fire", "It burns.")
    assert "It burns." in message.visible_text


def attached(subject: str, text: str) -> tuple[str, str]:
    inner = "From: Bob <bob@x.test>\nSubject: Fire\nDate: Mon, 2 Oct 2017 12:00:00 +0200\nMessage-ID: <1@x.test>\n\nIt burns.\n"
    parts = f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: message/rfc822\n\n{inner}--b--\n"
    return f'Subject: {subject}\nContent-Type: multipart/mixed; boundary="b"', parts


def test_attached_forward_is_found(read):
    message = read(*attached("Fwd: Fire", "See there."))
    got = message.forwarded
    assert got is not None
    assert (got.sender, got.message_id, got.text) == ("bob@x.test", "<1@x.test>", "It burns.")
    assert got.sent_at is not None
    assert got.sent_at.isoformat() == "2017-10-02T10:00:00+00:00"
    assert [one.content_type for one in message.files] == ["message/rfc822"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Subject: RE: Printer", "No.\n\nFrom: Bob <bob@x.test>\nSent: Monday\nTo: a\nSubject: Fire\n\nIt burns."),
        ("Subject: Forwarding address", "From: now on I live elsewhere.\nTo: you"),
        attached("A long letter", "My own words matter here. " * 20),
    ],
)
def test_reply_or_new_mail_is_not_a_forward(read, headers, body):
    assert read(headers, body).forwarded is None


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: YES",
        "X-Spam-Status: Yes, score=9.1 required=5.0",
        "X-Spam: Yes",
        "X-Rspamd-Action: add header",
        "X-MS-Exchange-Organization-SCL: 6",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:;SFV:SPM;CAT:SPM",
        "X-Barracuda-Spam-Flag: YES",
        "X-OVH-SPAM-STATUS: SPAM",
        "X-Spam-Level: ********************",
    ],
)
def test_spam_verdict_is_read(read, header):
    spam = read(header).spam
    assert spam is not None
    assert spam.lower().startswith(header.partition(":")[0].lower())


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: NO",
        "X-Spam-Status: No, score=4.9 required=5.0",
        "X-Rspamd-Action: no action",
        "X-Rspamd-Action: greylist",
        "X-MS-Exchange-Organization-SCL: -1",
        "X-MS-Exchange-Organization-SCL: 1",
        "X-Forefront-Antispam-Report: SFV:NSPM;SCL:1;CAT:NONE",
        "X-Spam-Level: ***",
        "X-Spam-Score: 99",
        "Subject: SPAM",
    ],
)
def test_unclear_spam_header_is_not_a_verdict(read, header):
    assert read(header).spam is None


def test_authentication_results_are_in_order(read):
    message = read("Authentication-Results: mx.acme.test;\n spf=pass\nAuthentication-Results: forged; dkim=pass")
    assert message.authentication == ("mx.acme.test; spf=pass", "forged; dkim=pass")
