"""Answers of agents to notifications, from many mail programs: no text of a notification reaches a customer."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from deskctl.core.contacts.commands import EraseContact
from deskctl.core.delivery.model import OutboxEntry
from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.commands import Receive
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Envelope, MessageKind
from deskctl.core.tickets.commands import Escalate
from deskctl_email.parse import parse
from tests.commands.desk import StoredDesk
from tests.commands.intake.notification_replies import ANSWER, FORMATS, MORE
from tests.commands.sla.test_clocks import fire

REASON = "customer already cheated us twice over the warranty, so check the serial number first"


def sent_to(desk: StoredDesk, address: str) -> list[OutboxEntry]:
    numbers = [row["id"] for row in desk.outbox() if address in row["to"]]
    return desk.store.transaction(lambda unit: [Outbox.of(unit).get(number) for number in numbers])


def receive(desk: StoredDesk, raw: bytes) -> dict[str, Any]:
    """Receive a mail by SMTP, parsed by the email channel."""
    envelope = Envelope("smtp", desk.now)
    desk.store.journal.append([JournalEntry("support", f"key-{hash(raw)}", envelope, raw)])
    row = desk.store.journal.waiting(1, 1 << 20)[0]
    message = parse(raw, envelope)
    return desk.do(Receive(row.id, "support", envelope, message, row.raw_sha256), "system:intake").facts


def answer(notification: OutboxEntry, agent: str = "lead") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"{agent}@acme.test"
    mail["To"] = "support@acme.test"
    mail["Subject"] = f"Re: {notification.subject}"
    mail["Date"] = "Mon, 02 Mar 2026 10:05:00 +0000"
    mail["Message-ID"] = "<answer@acme.test>"
    mail["In-Reply-To"] = notification.message_id
    return mail


def escalated(desk: StoredDesk, reason: str = REASON) -> OutboxEntry:
    desk.mail("ana@example.org", text="Hello,\nmy printer does not print any more since Monday.\nPlease help!")
    desk.do(Escalate(1, "lead", reason))
    return sent_to(desk, "lead@acme.test")[-1]


@pytest.mark.parametrize(
    "reason", [REASON, "hard", "환불 한도를 넘었으니 고객에게 말하지 마세요", f"no refund\n{REASON}"]
)
@pytest.mark.parametrize("name", FORMATS)
def test_reason_of_escalation_is_never_sent_to_customer(desk: StoredDesk, name: str, reason: str) -> None:
    notification = escalated(desk, reason)
    mail = answer(notification)
    FORMATS[name](mail, notification.subject, notification.text)
    receive(desk, mail.as_bytes())
    [outgoing] = sent_to(desk, "ana@example.org")
    assert outgoing.text in (ANSWER, f"{ANSWER}\n\n{MORE}")
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    assert (MORE in outgoing.text) is any(MORE in text for text in texts)


@pytest.mark.parametrize(
    "body",
    [
        f"{ANSWER} (Reason: {REASON})",
        f"Reason: {REASON} -- {ANSWER}",
        f"{ANSWER} You see: check the serial number first, please.",
        f"| Reason: client already cheated us over the warranty\n{ANSWER}",  # words that a mail program changed
        f"{ANSWER}\n| a line that no notification has",
        f"{ANSWER} Already cheated us twice over?",
    ],
)
def test_answer_that_may_contain_text_of_notification_is_not_sent(desk: StoredDesk, body: str) -> None:
    notification = escalated(desk)
    mail = answer(notification)
    mail.set_content(body)
    receive(desk, mail.as_bytes())
    assert sent_to(desk, "ana@example.org") == []
    note = desk.show(1)["messages"][-1]
    assert (note["kind"], note["author"]) == (MessageKind.NOTE, "lead")
    assert ANSWER in note["text"]
    refusal = sent_to(desk, "lead@acme.test")[-1]
    assert "contains text of the notification" in refusal.text


def test_answer_may_repeat_text_of_customer(desk: StoredDesk) -> None:
    mail = answer(escalated(desk))
    mail.set_content("Hello,\n\nsorry to hear that your printer does not print. Thank you for your help!\n")
    receive(desk, mail.as_bytes())
    [outgoing] = sent_to(desk, "ana@example.org")
    assert outgoing.text.startswith("Hello,\n\nsorry to hear that your printer does not print.")


@pytest.mark.parametrize("name", ["notification.eml", "notification.txt", "page.html"])
def test_attached_notification_is_not_sent(desk: StoredDesk, name: str) -> None:
    notification = escalated(desk)
    mail = answer(notification)
    mail.set_content(ANSWER)
    if name.endswith(".eml"):
        inner = EmailMessage()
        inner["Subject"] = notification.subject
        inner.set_content(notification.text, cte="base64")
        mail.add_attachment(inner, filename=name)
    else:
        mail.add_attachment(notification.text, filename=name, subtype=name.rpartition(".")[2].replace("txt", "plain"))
    receive(desk, mail.as_bytes())
    assert sent_to(desk, "ana@example.org") == []
    assert desk.show(1)["messages"][-1]["kind"] == MessageKind.NOTE


def test_answer_after_erasure_of_customer_is_not_sent(desk: StoredDesk) -> None:
    notification = escalated(desk)
    desk.do(EraseContact(1))
    mail = answer(notification)
    FORMATS["interleaved without marks"](mail, notification.subject, notification.text)
    receive(desk, mail.as_bytes())
    assert all(REASON not in entry.text for entry in sent_to(desk, "ana@example.org"))


@pytest.mark.parametrize(
    "body",
    [
        "Their purchase price is 3 EUR, and so we cannot lower ours.",
        "It comes on Friday. Sup <sup@supplier.example> says so.",
    ],
)
def test_text_of_non_participant_is_never_sent_to_customer(desk: StoredDesk, body: str) -> None:
    desk.mail("ana@example.org", text="Part 7 is missing.")
    desk.do(Reply(1, "We ask our supplier.", bcc=("sup@supplier.example",)), "lead")
    [ours] = sent_to(desk, "ana@example.org")
    desk.later(minutes=10)
    fire(desk)
    desk.mail(
        "sup@supplier.example",
        name="Sup",
        text="In confidence:\nour purchase price is 3 EUR, do not tell the customer.",
        in_reply_to=(ours.message_id,),
    )
    notification = sent_to(desk, "agent1@acme.test")[-1]
    assert "purchase price" in notification.text
    mail = answer(notification, "agent1")
    mail.set_content(body)
    receive(desk, mail.as_bytes())
    assert sent_to(desk, "ana@example.org") == [ours]
    assert desk.show(1)["messages"][-1]["kind"] == MessageKind.NOTE


@pytest.mark.parametrize("quoting", ["", "> "])
def test_agent_is_notified_of_mail_without_own_text(desk: StoredDesk, quoting: str) -> None:
    notification = escalated(desk)
    mail = answer(notification)
    mail.set_content("\n".join(quoting + line for line in notification.text.splitlines()))
    receive(desk, mail.as_bytes())
    assert sent_to(desk, "ana@example.org") == []
    assert desk.show(1)["messages"][-1]["kind"] == MessageKind.NOTE
    assert "no text except that of the notification" in sent_to(desk, "lead@acme.test")[-1].text


def test_directives_without_text_apply(desk: StoredDesk) -> None:
    mail = answer(escalated(desk))
    mail.set_content("#solve")
    receive(desk, mail.as_bytes())
    assert desk.show(1)["status"] == "solved"
    assert "could not be processed" not in sent_to(desk, "lead@acme.test")[-1].subject
