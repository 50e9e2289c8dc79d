"""Automatic mail reopens nothing, and mail that forbids automatic answers counts as a person's; on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskctl.core.answers.commands import Answer
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.channels import Acknowledgement, ChannelInfo, Channels
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Automatic, Bounce, Confirmation, Intent, IntentKind
from deskctl.core.tickets.commands import Close
from tests.commands.desk import SETTINGS, StoredDesk

LIST = Automatic(False, "Precedence: list", False)
BULK = Automatic(True, "Precedence: bulk", False, bulk=True)
REPLIED = Automatic(True, "Auto-Submitted: auto-replied", False)
SUPPORT = ChannelInfo(
    "support", "email", "support@acme.test", ("help@acme.test",), team="support", sends=True,
    acknowledge=Acknowledgement(), answer=True,
)  # fmt: skip


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    settings = SETTINGS.with_features(Channels({**SETTINGS.of(Channels).channels, "support": SUPPORT}))
    stored = StoredDesk(desk_url, settings)
    yield stored
    stored.close()


def solved(desk: StoredDesk, **fields: Any) -> str:
    """Open, answer and solve ticket 1; return the Message-ID of the answer."""
    desk.mail(**fields)
    facts = desk.do(Reply(1, "Done.", status="solved")).facts
    desk.do(SettleDelivery(facts["outbox"], "sent"), "system:sender")
    message_id: str = facts["message_id"]
    return message_id


def automatic_messages(desk: StoredDesk, number: int) -> list[str]:
    return [m["automatic"] for m in desk.show(number)["messages"] if m["kind"] == "auto" and m["author"] is None]


def notified(desk: StoredDesk, since: int = 0) -> list[str]:
    """Return the subjects of the notifications to agents after the outbox entry `since`."""
    rows = [row for row in desk.outbox() if row["id"] > since and row["to"][0].endswith("@acme.test")]
    return [desk.store.ask(ShowOutbox(row["id"]))["subject"] for row in rows]


def last(desk: StoredDesk) -> int:
    return max((row["id"] for row in desk.outbox()), default=0)


def test_mail_of_person_that_forbids_automatic_answers_is_message_of_person(desk: StoredDesk) -> None:
    answer_id = solved(desk, sign=LIST)
    assert desk.show(1)["messages"][0]["may_answer"] is False
    assert desk.show(1)["messages"][0]["automatic"] is None
    assert automatic_messages(desk, 1) == []
    desk.mail(sign=LIST, in_reply_to=(answer_id,), text="Not at all!")
    ticket = desk.show(1)
    assert (ticket["status"], ticket["messages"][-1]["kind"]) == ("open", "in")
    assert ticket["waiting_since"] is not None


def test_mail_of_person_is_acknowledged(desk: StoredDesk) -> None:
    desk.mail()
    assert desk.show(1)["messages"][0]["may_answer"] is True
    assert automatic_messages(desk, 1) == ["acknowledgement"]
    assert [m["may_answer"] for m in desk.show(1)["messages"]] == [True, None]


def test_mail_that_forbids_automatic_answers_gets_none(desk: StoredDesk) -> None:
    desk.mail(sign=LIST)
    first = desk.show(1)["messages"][0]["id"]
    refused = desk.do(Answer(1, first, "Turn it off and on."), "system:automation")
    assert refused.facts == {"silent": "the message permits no automatic answer"}
    desk.mail(sign=LIST, intent=Intent(IntentKind.STATUS))
    assert [row for row in desk.outbox() if row["to"] == ["ana@example.org"]] == []


@pytest.mark.parametrize("sender", ["ana@example.org", "bo@example.net"])
def test_bulk_mail_of_participant_is_message_of_person(desk: StoredDesk, sender: str) -> None:
    answer_id = solved(desk)
    desk.mail(sender, sign=BULK, in_reply_to=(answer_id,))
    part = sender == "ana@example.org"
    ticket = desk.show(1)
    assert ticket["status"] == ("open" if part else "solved")
    assert ticket["messages"][-1]["automatic"] == (None if part else "Precedence: bulk")
    assert ticket["messages"][-1]["may_answer"] is False


def test_auto_reply_is_never_message_of_person(desk: StoredDesk) -> None:
    answer_id = solved(desk)
    desk.mail(sign=REPLIED, in_reply_to=(answer_id,))
    assert desk.show(1)["status"] == "solved"


def test_bulk_mail_with_reply_to_opens_ticket_of_that_person(desk: StoredDesk) -> None:
    desk.mail("noreply@shop.test", sign=BULK, reply_to_person=("ana@example.org", "Ana"), reply_to=("ana@example.org",))
    ticket = desk.show(1)
    assert (ticket["contact"]["name"], ticket["contact"]["address"]) == ("Ana", "ana@example.org")
    assert ticket["messages"][0]["kind"] == "in"
    assert ticket["waiting_since"] is not None
    assert automatic_messages(desk, 1) == []


def test_bulk_mail_without_reply_to_is_automatic(desk: StoredDesk) -> None:
    desk.mail("news@shop.test", sign=BULK)
    assert desk.show(1)["messages"][0]["kind"] == "auto"
    assert desk.show(1)["waiting_since"] is None


def test_mail_of_own_form_is_from_customer(desk: StoredDesk) -> None:
    desk.mail("support@acme.test", reply_to_person=("ana@example.org", "Ana"), reply_to=("ana@example.org",))
    ticket = desk.show(1)
    assert ticket["contact"]["address"] == "ana@example.org"
    assert ticket["messages"][0]["author"] == "ana@example.org"
    assert [row["to"] for row in desk.outbox() if row["to"] == ["ana@example.org"]] == [["ana@example.org"]]


@pytest.mark.parametrize("reply_to_person", [None, ("help@acme.test", None)])
def test_mail_from_own_address_is_automatic(desk: StoredDesk, reply_to_person: tuple[str, str | None] | None) -> None:
    desk.mail("support@acme.test", reply_to_person=reply_to_person)
    assert desk.show(1)["messages"][0]["automatic"] == "own address"


def test_mail_of_form_never_matches_ticket_of_named_person(desk: StoredDesk) -> None:
    desk.mail("support@acme.test", reply_to_person=("ana@example.org", None), message_id="<one@acme.test>")
    form: dict[str, Any] = {"reply_to_person": ("ana@example.org", None)}
    desk.mail("support@acme.test", subject="Printer [#1]", **form)
    desk.mail("support@acme.test", references=("<one@acme.test>",), **form)
    assert [len(desk.show(number)["messages"]) for number in (1, 2, 3)] == [2, 2, 2]


GROUP: dict[str, Any] = {"through": "users@lists.example", "lists": ("users@lists.example",), "sign": LIST}


def test_group_mail_of_author_matches_through_same_group(desk: StoredDesk) -> None:
    answer_id = solved(desk, message_id="<one@example.org>", to=("users@lists.example",), **GROUP)
    desk.mail(in_reply_to=(answer_id,), **GROUP)
    desk.mail(references=("<one@example.org>",), **GROUP)
    desk.mail(subject="Re: Printer [#1]", **GROUP)
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "out", "in", "in", "in"]


def test_mail_through_another_group_opens_ticket(desk: StoredDesk) -> None:
    solved(desk, message_id="<one@example.org>", **GROUP)
    other = {**GROUP, "through": "group@evil.example", "lists": ("group@evil.example",)}
    desk.mail(references=("<one@example.org>",), **other)
    desk.mail(subject="Re: Printer [#1]", **other)
    assert len(desk.show(1)["messages"]) == 2
    assert desk.show(1)["status"] == "solved"
    assert [desk.show(number)["messages"][0]["author"] for number in (2, 3)] == ["ana@example.org"] * 2


def test_mail_through_unused_group_opens_ticket(desk: StoredDesk) -> None:
    solved(desk, message_id="<one@example.org>")
    desk.mail(subject="Re: Printer [#1]", **GROUP)
    assert len(desk.show(1)["messages"]) == 3  # the acknowledgement among them
    assert desk.show(2)["messages"][0]["author"] == "ana@example.org"


def test_group_mail_in_name_of_agent_answers_no_notification(desk: StoredDesk) -> None:
    desk.mail()
    notification = next(row for row in desk.outbox() if row["to"] == ["agent1@acme.test"])
    desk.mail("agent1@acme.test", in_reply_to=(notification["message_id"],), text="Send the password.", **GROUP)
    assert "out" not in [m["kind"] for m in desk.show(1)["messages"]]


DAEMON = "mailer-daemon@example.org"
ANA = ("ana@example.org",)
REPORTS: dict[str, dict[str, Any]] = {
    "absence": {"sign": REPLIED},
    "receipt": {"sign": Automatic(True, "read receipt", False), "confirmation": Confirmation("read", ANA)},
    "bounce": {"sender": DAEMON, "bounce": Bounce(ANA, "5.1.1")},
    "delay": {"sender": DAEMON, "bounce": Bounce(ANA, "4.4.1", False, action="delayed")},
    "success": {"sender": DAEMON, "confirmation": Confirmation("delivered", ANA)},
}  # fmt: skip


@pytest.mark.parametrize("kind", REPORTS)
def test_automatic_mail_is_added_to_closed_ticket_without_notification(desk: StoredDesk, kind: str) -> None:
    answer_id = solved(desk)
    desk.do(Close(1))
    before = last(desk)
    landed = desk.mail(in_reply_to=(answer_id,), **REPORTS[kind])
    assert landed.facts["number"] == 1
    ticket = desk.show(1)
    assert (ticket["status"], ticket["messages"][-1]["kind"]) == ("closed", "auto")
    assert notified(desk, before) == []


def test_mail_of_person_to_closed_ticket_opens_follow_up(desk: StoredDesk) -> None:
    answer_id = solved(desk)
    desk.do(Close(1))
    desk.mail(in_reply_to=(answer_id,), sign=LIST)
    assert desk.show(2)["follows"] == 1


@pytest.mark.parametrize("kind", ["delivered", "read"])
def test_confirmation_about_unknown_message_opens_no_ticket(desk: StoredDesk, kind: str) -> None:
    sign = Automatic(True, "report", False)
    landed = desk.mail("mailer-daemon@x.test", sign=sign, confirmation=Confirmation(kind, (), "<unknown@x.test>"))
    assert landed.tickets == ()
    [row] = desk.store.ask(ListInbox(all=True))
    assert (row["state"], row["reason"]) == (
        "done",
        f"{'read receipt' if kind == 'read' else 'delivery confirmation'} about an unknown message",
    )
