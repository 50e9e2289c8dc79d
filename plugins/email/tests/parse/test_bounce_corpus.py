"""Recognition rates of bounces, measured with bounces of many mail systems and mail that resembles them."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from deskctl.plugins import InboundMessage, ReasonClass
from deskctl_email.bounce_reasons import classify_reason

_SPEC = importlib.util.spec_from_file_location("bounce_corpus", Path(__file__).with_name("bounce_corpus.py"))
assert _SPEC is not None and _SPEC.loader is not None
bounce_corpus = sys.modules["bounce_corpus"] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bounce_corpus)
ANA, SAMPLES, LOOKALIKES = bounce_corpus.ANA, bounce_corpus.SAMPLES, bounce_corpus.LOOKALIKES
#: Replies of mail servers, by reason class.
ANSWERS = {
    "user_unknown": [
        "550 Requested action not taken: mailbox unavailable", "550 #5.1.0 Address rejected.", "551 not our customer",
        "550 5.1.1 unknown or illegal alias: ana@nowhere.test", "511 sorry, no mailbox here by that name",
        "550 RCPT ERROR. Mailbox doesn't exist", "550-Callout verification failed: 550 User not found",
        "550 5.7.1 <ana@nowhere.test>... Recipient not found in directory", "550 cuda_nsu ana@nowhere.test",
        "550 5.4.1 [ana@nowhere.test]: Recipient address rejected: Access denied", "553 ... Addressee unknown",
    ],
    "mailbox_full": [
        "552 RCPT TO:<ana@nowhere.test> Mailbox disk quota exceeded", "550 user quota exceeded", "account is full",
        "452 4.2.2 The email account that you tried to reach is over quota", "ana@nowhere.test: mail quota exceeded",
        "552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full.",
        "User's mailbox is too full", "maildir has overdrawn his diskspace quota, please try again later",
    ],
    "blocked": [
        "550 Dynamic/zombied/spam IPs blocked", "550 5.7.1 Mail from 192.0.2.1 refused, see RBL server bl.spamcop.net",
        "550 SC-001 Unfortunately, messages from 192.0.2.1 weren't sent, part of their network is on our block list.",
        "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
        "550 5.7.1 Message rejected as spam by Content Filtering.", "550 Message was blocked by server",
    ],
    "policy": [
        "550 5.7.1 Message rejected due to local policy. Please visit", "5.7.1 Delivery not authorized, message refused",
        "554 Message not allowed - [PH01] Email not accepted for policy reasons.",
        "554 5.7.1 <ana@nowhere.test>: Sender address rejected: Access denied",
    ],
    "content": [
        "552 5.7.0 Our system detected an illegal attachment on your message.", "554 5.6.1 Eight bit data not allowed",
        "550 message contains a virus", "550 RFC2822 compliance: your message has an invalid header",
    ],
    "too_large": ["552 size limit exceeded", "554 Sorry, the message size exceeds the maximum allowed"],
    "host": [
        "550 5.1.2 Host unknown (Name server: nowhere.test: host not found)", "nowhere.test: Non-existent domain",
        "550 Domain does not exist; please check your spelling", "The domain nowhere.test is unknown",
    ],
    "network": [
        "421 4.4.2 Connection timed out", "Connection refused by mx.nowhere.test", "554 5.4.6 Too many hops",
        "connect to mx.nowhere.test[192.0.2.1]:25: No route to host", "5.4.14 Hop count exceeded - possible mail loop",
    ],
    "expired": [
        "Message expired, unable to deliver in 840 minutes.<421 4.4.1 Connection timed out>",
        "4.4.7 Delivery time expired", "Unable to deliver message for 5 days",
    ],
    "relaying": ["550 5.7.1 Unable to relay for ana@nowhere.test", "550 relay not permitted", "550 we do not relay nowhere.test"],
    "auth": [
        "550 5.7.1 Unauthenticated email from acme.test is not accepted due to domain's DMARC policy.",
        "550 SPF check failed: 192.0.2.1 is not allowed to send mail from acme.test", "535 5.7.8 Authentication failed",
        "530 5.7.0 Must issue a STARTTLS command first",
    ],
    "temporary": [
        "451 4.7.1 Greylisting in action, please come back later", "452 4.3.1 Insufficient system storage",
        "421 Too many concurrent SMTP connections", "450 4.7.1 Error: too much mail from 192.0.2.1",
    ],
    "disabled": [
        "550 5.2.1 This account is inactive", "554 Mailbox no longer in use", "554 5.7.1 Account ana is locked",
        "The user has been suspended.",
    ],
    "other": ["554 5.3.0 unknown mailer error 1", "550 5.0.0 ana@nowhere.test... Can't create output", ""],
}  # fmt: skip


@pytest.fixture
def parsed(read_raw):
    """Parse a mail with LF line ends: `parsed(raw)`."""
    return lambda raw: read_raw(raw.replace("\n", "\r\n").encode())


def test_corpus_is_large_enough():
    assert len({one.name for one in SAMPLES}) == len(SAMPLES) >= 100
    assert len({name for name, _ in LOOKALIKES}) == len(LOOKALIKES) >= 60
    assert {one.reason for one in SAMPLES} == set(ReasonClass)


def test_each_bounce_has_recipient_and_original(parsed):
    def is_right(message: InboundMessage) -> bool:
        bounce = message.bounce
        return (
            bounce is not None
            and (bounce.recipients, bounce.original_message_id) == ((ANA,), "<42@acme.test>")
            and [one.address for one in bounce.reports] == [ANA]
            and message.automatic.automatic
            and not message.automatic.may_answer
        )

    assert [one.name for one in SAMPLES if not is_right(parsed(one.raw))] == []


def test_each_bounce_has_its_reason_class(parsed):
    bounces = {one.name: parsed(one.raw).bounce for one in SAMPLES}
    assert {one.name: (one.reason, one.action) for one in SAMPLES} == {
        name: (bounce.reason_class, "delayed" if bounce.delayed else "failed") for name, bounce in bounces.items()
    }


def test_lookalikes_are_not_bounces(parsed):
    assert [name for name, raw in LOOKALIKES if parsed(raw).bounce is not None] == []


@pytest.mark.parametrize(("reason", "answer"), [(reason, one) for reason, said in ANSWERS.items() for one in said])
def test_reply_text_gives_reason_class(reason, answer):
    assert classify_reason(answer) == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [("5.1.1", "user_unknown"), ("5.2.1", "disabled"), ("5.2.2", "mailbox_full"), ("5.3.4", "too_large"), ("5.1.2", "host"),
     ("5.4.4", "host"), ("4.4.1", "network"), ("4.4.7", "expired"), ("5.7.1", "policy"), ("5.7.26", "auth"),
     ("5.7.606", "blocked"), ("5.6.0", "content"), ("4.3.0", "temporary"), ("5.0.0", "other"), ("5.4.317", "network")],
)  # fmt: skip
def test_status_gives_reason_class(status, reason):
    assert classify_reason("", status) == reason


def test_each_recipient_has_its_own_report(parsed):
    groups = "\n\n".join(
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}"
        for address, action, status in [
            ("ana@nowhere.test", "delivered", "2.0.0"),
            ("gone@nowhere.test", "failed", "5.1.1"),
            ("full@nowhere.test", "failed", "5.2.2"),
            ("late@nowhere.test", "delayed", "4.4.1"),
        ]
    )
    bounce = parsed(
        "From: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n{groups}\n--b--\n"
    ).bounce
    assert [(one.address.partition("@")[0], one.action, one.reason_class) for one in bounce.reports] == [
        ("ana", "delivered", None),
        ("gone", "failed", "user_unknown"),
        ("full", "failed", "mailbox_full"),
        ("late", "delayed", "network"),
    ]
    assert bounce.recipients == ("gone@nowhere.test", "full@nowhere.test", "late@nowhere.test")
    assert (bounce.action, bounce.permanent) == ("failed", True)


def test_expired_mail_is_a_temporary_failure(parsed):
    expired = next(one for one in SAMPLES if one.name == "Exchange: expired")
    bounce = parsed(expired.raw).bounce
    assert (bounce.delayed, bounce.permanent, bounce.reason_class) == (False, False, "expired")


def test_rejection_by_disposition_notification_is_a_bounce(parsed):
    bounce = parsed(
        "From: Mail Delivery Subsystem <postmaster@mx.test>\nSubject: Automatically rejected mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nYour message to <{ANA}> was automatically rejected:\nQuota exceeded\n"
        f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {ANA}\n"
        "Original-Message-ID: <42@acme.test>\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--b--\n"
    ).bounce
    assert (bounce.recipients, bounce.reason_class) == ((ANA,), "mailbox_full")
    assert bounce.original_message_id == "<42@acme.test>"


def test_recognition_rates_meet_their_targets(parsed):
    """The targets are 99 % recognition, 0.5 % false positives and 85 % correct reason classes."""
    found = [parsed(one.raw).bounce for one in SAMPLES]
    counts = Counter(
        recognised=sum(bounce is not None for bounce in found),
        classes=sum(b is not None and b.reason_class == one.reason for b, one in zip(found, SAMPLES, strict=True)),
        alarms=sum(parsed(raw).bounce is not None for _, raw in LOOKALIKES),
    )
    assert counts["recognised"] >= 0.99 * len(SAMPLES)
    assert counts["classes"] >= 0.85 * len(SAMPLES)
    assert counts["alarms"] <= 0.005 * len(LOOKALIKES)
