"""Bounces in standard and free form, and mail from people that is not a bounce."""

from __future__ import annotations

import pytest

COPY = (
    "\n\nReturn-Path: <support@acme.test>\nMessage-ID: <42@acme.test>\nTo: ana@nowhere.test\nSubject: Printer\n\n"
    "It burns.\n"
)

FREE_FORM = {
    "qmail": (
        "From: MAILER-DAEMON@mx.test\nTo: support@acme.test\nSubject: failure notice",
        ("Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message to "
        "the following "
        "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ana@nowhere.test>:\n"
        "192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown user\n\n--- Below this line "
        "is a copy of "
        "the message."),
        True, "5.1.1",
    ),
    "Exim": (
        ("From: Mail Delivery System <Mailer-Daemon@mx.test>\nTo: support@acme.test\nX-Failed-Recipients: "
        "ana@nowhere.test\nSubject: Mail delivery failed: returning message to sender"),
        ("This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        "  ana@nowhere.test\n    SMTP error from remote mail server after RCPT TO:<ana@nowhere.test>:\n    "
        "host mx [192.0.2.1]"
        ": 550 no such user\n\n------ This is a copy of the message, including all the headers. ------"),
        True, None,
    ),
    "Exim, delayed": (
        ("From: Mail Delivery System <Mailer-Daemon@mx.test>\nTo: support@acme.test\nSubject: Warning: message "
        "1abc delayed "
        "24 hours"),
        ("This message was created automatically by mail delivery software.\nA message that you sent has not yet been "
        "delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\nThe address to "
        "which the "
        "message has not yet been delivered is:\n\n  ana@nowhere.test\n\nNo action is required on your part. Delivery "
        "attempts will continue for some time."),
        False, None,
    ),
    "Postfix, text only": (
        ("From: MAILER-DAEMON@mx.test (Mail Delivery System)\nTo: support@acme.test\nSubject: Undelivered Mail "
        "Returned to "
        "Sender"),
        ("This is the mail system at host mx.test.\n\nI'm sorry to have to inform you that your message could not\nbe "
        "delivered to one or more recipients.\n\n<ana@nowhere.test>: Host or domain name not found. Name "
        "service error\n"
        "   for name=nowhere.test type=A: Host not found (5.4.4)\n"),
        True, "5.4.4",
    ),
    "Sendmail": (
        ("From: Mail Delivery Subsystem <MAILER-DAEMON@mx.test>\nTo: support@acme.test\nSubject: Returned mail: "
        "see transcript"
        " for details"),
        ("The original message was received at Mon, 2 Oct 2017 10:00:00 +0200\nfrom localhost\n\n   ----- The "
        "following "
        "addresses had permanent fatal errors -----\n<ana@nowhere.test>\n\n   ----- Transcript of session "
        "follows -----\n"
        "... while talking to nowhere.test.:\n>>> RCPT To:<ana@nowhere.test>\n<<< 550 5.1.1 User unknown\n"),
        True, "5.1.1",
    ),
    "Exchange": (
        "From: System Administrator <postmaster@mx.test>\nTo: support@acme.test\nSubject: Undeliverable: Printer",
        ("Your message\n\n  To:      ana@nowhere.test\n  Subject: Printer\n  Sent:    Mon, 2 Oct 2017\n\ndid "
        "not reach the "
        "following recipient(s):\n\nana@nowhere.test on Mon, 2 Oct 2017 10:00\n    The e-mail account does not "
        "exist at the "
        "organization this message was sent to.\n    <mx.test #5.1.1>\n"),
        True, "5.1.1",
    ),
    "Office 365, German": (
        "From: postmaster@acme.onmicrosoft.test\nTo: support@acme.test\nSubject: Unzustellbar: Drucker",
        ("Ihre Nachricht an ana@nowhere.test konnte nicht zugestellt werden.\n\nana wurde unter nowhere.test "
        "nicht gefunden.\n\n"
        "Remoteserver hat '550 5.1.10 RESOLVER.ADR.RecipientNotFound' zurückgegeben"),
        True, "5.1.10",
    ),
    "Office 365, Korean": (
        ("From: postmaster@acme.onmicrosoft.test\nTo: support@acme.test\nSubject: 배달되지 않음: 프린터\nContent-Type: "
        "text/plain; charset=utf-8"),
        ("ana@nowhere.test에게 보낸 메시지를 배달할 수 없습니다.\n\n원격 서버에서 '550 5.1.1 User unknown'을 "
        "반환했습니다."),
        True, "5.1.1",
    ),
    "Gmail": (
        ("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: support@acme.test\nSubject: Delivery "
        "Status "
        "Notification (Failure)"),
        ("Delivery to the following recipient failed permanently:\n\n     ana@nowhere.test\n\nTechnical details "
        "of permanent "
        "failure:\nGoogle tried to deliver your message, but it was rejected. The error that the other server "
        "returned was:"
        "\n550 550 5.1.1 no such user\n\n----- Original message -----\n"),
        True, "5.1.1",
    ),
    "Yahoo": (
        "From: MAILER-DAEMON@yahoo.com\nTo: support@acme.test\nSubject: Failure Notice",
        ("Sorry, we were unable to deliver your message to the following address.\n\n<ana@nowhere.test>:\n552: "
        "5.2.2 mailbox "
        "over quota\n\n--- Below this line is a copy of the message.\n"),
        True, "5.2.2",
    ),
    "Domino": (
        ("From: <>\nTo: support@acme.test\nReturn-Path: <>\nSubject: DELIVERY FAILURE: User ana "
        "(ana@nowhere.test) not listed "
        "in Domino Directory"),
        ("Your message\n\n  Subject: Printer\n\nwas not delivered to:\n\n  ana@nowhere.test\n\nbecause:\n\n  User ana "
        "(ana@nowhere.test) not listed in Domino Directory\n"),
        True, None,
    ),
    "GroupWise": (
        "From: Mailer-Daemon@mx.test\nTo: support@acme.test\nSubject: Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\tana@nowhere.test (user not found)\n",
        True, None,
    ),
    "Naver": (
        ("From: 메일 시스템 <postmaster@naver.test>\nTo: support@acme.test\nSubject: [발송실패 안내] "
        "ana@nowhere.test로 "
        "메일이 전송되지 못했습니다.\nContent-Type: text/plain; charset=utf-8"),
        ("메일 발송 실패 안내\n\n받는사람: ana@nowhere.test\n발송 실패 사유: 존재하지 않는 메일 주소입니다.\n"
        "550 5.1.1 No such user\n"),
        True, "5.1.1",
    ),
    "Japanese": (
        ("From: MAILER-DAEMON@mx.test\nTo: support@acme.test\nSubject: 配信不能通知\nContent-Type: text/plain; "
        "charset=utf-8"),
        "以下の宛先へメールを配信できませんでした。\n\n<ana@nowhere.test>: 550 宛先が見つかりません\n",
        True, None,
    ),
    "Chinese": (
        "From: postmaster@qq.test\nTo: support@acme.test\nSubject: 系统退信\nContent-Type: text/plain; charset=utf-8",
        "抱歉，您的邮件被退回来了……\n收件人邮件地址：ana@nowhere.test\n退信原因：550 Mailbox not found\n",
        True, None,
    ),
    "an old gateway": (
        "From: Postmaster@gw.test\nTo: support@acme.test\nSubject: Undeliverable Mail",
        "Reason: No such user\n\nFailed addresses follow:\nana@nowhere.test\n\nMessage text follows:\n",
        True, None,
    ),
    "temporary by its code": (
        "From: MAILER-DAEMON@mx.test\nTo: support@acme.test\nSubject: Delivery Status Notification (Delay)",
        ("This is an automatically generated Delivery Status Notification.\n\nTHIS IS A WARNING MESSAGE "
        "ONLY.\n\nYOU DO NOT "
        "NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipients has been delayed.\n\n       "
        "ana@nowhere.test\n"),
        False, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FREE_FORM)
def test_freeform_report_is_a_bounce(read, kind):
    headers, body, permanent, status = FREE_FORM[kind]
    message = read(headers, body + COPY)
    assert message.bounce is not None
    got = message.bounce
    assert (got.recipients, got.permanent, got.status) == (("ana@nowhere.test",), permanent, status)
    assert got.original_message_id == "<42@acme.test>"
    assert message.automatic.automatic
    assert "\n" not in (message.bounce.reason or "")


REPORT = (
    'Content-Type: multipart/report; report-type={kind}; boundary="b"\nFrom: MAILER-DAEMON@mx.test\n'
    "To: support@acme.test\n"
    "Subject: Undelivered Mail Returned to Sender"
)


def report(*parts: str) -> str:
    return "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"


def test_report_with_returned_headers_only_is_a_bounce(read):
    message = read(
        REPORT.format(kind="delivery-status"),
        report(
            "Content-Type: text/plain\n\nIt did not arrive.",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; "
            "ana@nowhere.test\n"
            "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such\n user",
            "Content-Type: text/rfc822-headers\n\nMessage-ID: <42@acme.test>\nTo: ana@nowhere.test",
        ),
    )
    assert message.bounce is not None
    assert message.bounce.recipients == ("ana@nowhere.test",)
    assert message.bounce.reason == "550 5.1.1 no such user"
    assert message.bounce.original_message_id == "<42@acme.test>"


def test_international_report_is_a_bounce(read):
    message = read(
        REPORT.format(kind="global-delivery-status") + "\nMIME-Version: 1.0",
        report(
            "Content-Type: text/plain\n\nIt did not arrive.",
            "Content-Type: message/global-delivery-status; charset=utf-8\n\nReporting-MTA: dns; "
            "mx.test\n\nFinal-Recipient: "
            "utf-8; 아나@nowhere.test\nAction: failed\nStatus: 5.1.1",
        ),
    )
    assert message.bounce is not None
    assert message.bounce.recipients == ("아나@nowhere.test",)


def test_delay_is_not_a_failure(read):
    message = read(
        REPORT.format(kind="delivery-status"),
        report(
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; "
            "ana@nowhere.test\n"
            "Action: delayed\nStatus: 4.4.1",
        ),
    )
    assert message.bounce is not None
    assert not message.bounce.permanent


def test_success_report_is_not_a_bounce(read):
    message = read(
        REPORT.format(kind="delivery-status"),
        report(
            "Content-Type: text/plain\n\nYour message was successfully delivered.",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; "
            "ana@nowhere.test\n"
            "Action: delivered\nStatus: 2.0.0",
        ),
    )
    assert message.bounce is None


def test_report_without_machine_readable_part_is_a_bounce(read):
    message = read(
        REPORT.format(kind="delivery-status"),
        report(
            "Content-Type: text/plain\n\nYour message to ana@nowhere.test could not be delivered.",
            "Content-Type: message/rfc822\n\nMessage-ID: <42@acme.test>\nTo: ana@nowhere.test\n\nIt burns.",
        ),
    )
    assert message.bounce is not None
    assert (message.bounce.recipients, message.bounce.original_message_id) == (("ana@nowhere.test",), "<42@acme.test>")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Subject: Undelivered mail", "My mail to you could not be delivered: 550 5.1.1 user unknown. What can I do?"),
        ("Subject: Fwd: Undelivered Mail Returned to Sender", FREE_FORM["Postfix, text only"][1]),
        ("Subject: Re: Delivery failure", "The parcel was not delivered. Delivery failed twice."),
        ("From: Postmaster <postmaster@acme.test>\nSubject: Maintenance on Sunday", "The server is down then."),
        ("From: noreply@shop.test\nSubject: Your parcel", "Your parcel could not be delivered to ana@nowhere.test."),
        ("From: noreply@shop.test\nSubject: Delivery delayed", "Your order 550 is delayed."),
        ("Return-Path: <>\nSubject: Out of office", "I am away until Monday and not reachable. Ask bob@acme.test."),
        ("Return-Path: <>\nAuto-Submitted: auto-replied\nSubject: 부재중 자동 응답", "휴가 중. bob@acme.test"),
        (
            'From: Ana <ana@example.org>\nSubject: look\nContent-Type: multipart/mixed; boundary="b"',
            report(
                "Content-Type: text/plain\n\nThis came back, what does it say?",
                "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@nowhere.test\nAction: "
                "failed\nStatus: 5.0.0",
            ),
        ),
        (
            ("Subject: Read: Printer\nReturn-Path: <>\n"
            'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"'),
            report("Content-Type: text/plain\n\nYour message was displayed."),
        ),
    ],
)  # fmt: skip
def test_mail_from_a_person_is_not_a_bounce(read, headers, body):
    assert (
        read(headers + "\nContent-Type: text/plain; charset=utf-8" * ("Content-Type" not in headers), body).bounce
        is None
    )
