"""What a machine wrote wakes nothing; what a machine may not answer is a person's all the same. On both stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from deskctl.core.answers.commands import Answer
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.kernel.settings import Acknowledgement, ChannelInfo
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Automatic, Bounce, Confirmation, Intent, IntentKind
from deskctl.core.tickets.commands import Close

from .desk import SETTINGS, StoredDesk

LIST = Automatic(False, "Precedence: list", False)
BULK = Automatic(True, "Precedence: bulk", False, bulk=True)
REPLIED = Automatic(True, "Auto-Submitted: auto-replied", False)
SUPPORT = ChannelInfo(
    "support", "email", "support@acme.test", ("help@acme.test",), team="support", sends=True,
    acknowledge=Acknowledgement(), answer=True,
)  # fmt: skip


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    settings = replace(SETTINGS, channels={**SETTINGS.channels, "support": SUPPORT})
    stored = StoredDesk(desk_url, settings)
    yield stored
    stored.close()


def solved(desk: StoredDesk, **fields: Any) -> str:
    """Ticket 1, answered and solved; the Message-ID of the answer."""
    desk.mail(**fields)
    facts = desk.do(Reply(1, "Done.", status="solved")).facts
    desk.do(SettleDelivery(facts["outbox"], "sent"), "system:sender")
    message_id: str = facts["message_id"]
    return message_id


def machine_words(desk: StoredDesk, number: int) -> list[str]:
    return [m["automatic"] for m in desk.show(number)["messages"] if m["kind"] == "auto" and m["author"] is None]


def told(desk: StoredDesk, since: int = 0) -> list[str]:
    """Subjects of what agents were told after the outbox entry `since`."""
    rows = [row for row in desk.outbox() if row["id"] > since and row["to"][0].endswith("@acme.test")]
    return [desk.store.ask(ShowOutbox(row["id"]))["subject"] for row in rows]


def last(desk: StoredDesk) -> int:
    return max((row["id"] for row in desk.outbox()), default=0)


def test_a_person_whose_mail_forbids_machines_is_a_person(desk: StoredDesk) -> None:
    mine = solved(desk, sign=LIST)
    assert desk.show(1)["messages"][0]["may_answer"] is False
    assert desk.show(1)["messages"][0]["automatic"] is None
    assert machine_words(desk, 1) == []
    desk.mail(sign=LIST, in_reply_to=(mine,), text="Not at all!")
    ticket = desk.show(1)
    assert (ticket["status"], ticket["messages"][-1]["kind"]) == ("open", "in")
    assert ticket["waiting_since"] is not None


def test_a_machine_may_answer_a_person(desk: StoredDesk) -> None:
    desk.mail()
    assert desk.show(1)["messages"][0]["may_answer"] is True
    assert machine_words(desk, 1) == ["acknowledgement"]
    assert [m["may_answer"] for m in desk.show(1)["messages"]] == [True, None]


def test_no_machine_answers_where_it_may_not(desk: StoredDesk) -> None:
    desk.mail(sign=LIST)
    first = desk.show(1)["messages"][0]["id"]
    refused = desk.do(Answer(1, first, "Turn it off and on."), "system:automation")
    assert refused.facts == {"silent": "the message permits no automatic answer"}
    desk.mail(sign=LIST, intent=Intent(IntentKind.STATUS))
    assert [row for row in desk.outbox() if row["to"] == ["ana@example.org"]] == []


@pytest.mark.parametrize("sender", ["ana@example.org", "bo@example.net"])
def test_bulk_mail_is_a_persons_if_its_sender_takes_part(desk: StoredDesk, sender: str) -> None:
    mine = solved(desk)
    desk.mail(sender, sign=BULK, in_reply_to=(mine,))
    part = sender == "ana@example.org"
    ticket = desk.show(1)
    assert ticket["status"] == ("open" if part else "solved")
    assert ticket["messages"][-1]["automatic"] == (None if part else "Precedence: bulk")
    assert ticket["messages"][-1]["may_answer"] is False


def test_a_machines_answer_is_never_a_persons(desk: StoredDesk) -> None:
    mine = solved(desk)
    desk.mail(sign=REPLIED, in_reply_to=(mine,))
    assert desk.show(1)["status"] == "solved"


def test_what_opens_a_ticket_for_a_person_is_that_persons(desk: StoredDesk) -> None:
    desk.mail("noreply@shop.test", sign=BULK, behind=("ana@example.org", "Ana"), reply_to=("ana@example.org",))
    ticket = desk.show(1)
    assert (ticket["contact"]["name"], ticket["contact"]["address"]) == ("Ana", "ana@example.org")
    assert ticket["messages"][0]["kind"] == "in"
    assert ticket["waiting_since"] is not None
    assert machine_words(desk, 1) == []


def test_bulk_mail_that_names_nobody_is_a_machines(desk: StoredDesk) -> None:
    desk.mail("news@shop.test", sign=BULK)
    assert desk.show(1)["messages"][0]["kind"] == "auto"
    assert desk.show(1)["waiting_since"] is None


def test_the_desks_own_form_writes_for_the_customer(desk: StoredDesk) -> None:
    desk.mail("support@acme.test", behind=("ana@example.org", "Ana"), reply_to=("ana@example.org",))
    ticket = desk.show(1)
    assert ticket["contact"]["address"] == "ana@example.org"
    assert ticket["messages"][0]["author"] == "ana@example.org"
    assert [row["to"] for row in desk.outbox() if row["to"] == ["ana@example.org"]] == [["ana@example.org"]]


@pytest.mark.parametrize("behind", [None, ("help@acme.test", None)])
def test_mail_of_the_desk_to_itself_is_a_machines(desk: StoredDesk, behind: tuple[str, str | None] | None) -> None:
    desk.mail("support@acme.test", behind=behind)
    assert desk.show(1)["messages"][0]["automatic"] == "own address"


def test_a_form_leads_into_no_ticket_of_the_person_it_names(desk: StoredDesk) -> None:
    desk.mail("support@acme.test", behind=("ana@example.org", None), message_id="<one@acme.test>")
    form: dict[str, Any] = {"behind": ("ana@example.org", None)}
    desk.mail("support@acme.test", subject="Printer [#1]", **form)
    desk.mail("support@acme.test", references=("<one@acme.test>",), **form)
    assert [len(desk.show(number)["messages"]) for number in (1, 2, 3)] == [2, 2, 2]


GROUP: dict[str, Any] = {"through": "users@lists.example", "lists": ("users@lists.example",), "sign": LIST}


def test_the_author_of_group_mail_continues_through_the_group(desk: StoredDesk) -> None:
    mine = solved(desk, message_id="<one@example.org>", to=("users@lists.example",), **GROUP)
    desk.mail(in_reply_to=(mine,), **GROUP)
    desk.mail(references=("<one@example.org>",), **GROUP)
    desk.mail(subject="Re: Printer [#1]", **GROUP)
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "out", "in", "in", "in"]


def test_another_group_names_nobody_into_a_ticket(desk: StoredDesk) -> None:
    solved(desk, message_id="<one@example.org>", **GROUP)
    other = {**GROUP, "through": "group@evil.example", "lists": ("group@evil.example",)}
    desk.mail(references=("<one@example.org>",), **other)
    desk.mail(subject="Re: Printer [#1]", **other)
    assert len(desk.show(1)["messages"]) == 2
    assert desk.show(1)["status"] == "solved"
    assert [desk.show(number)["messages"][0]["author"] for number in (2, 3)] == ["ana@example.org"] * 2


def test_a_group_that_was_never_used_names_nobody_into_a_ticket(desk: StoredDesk) -> None:
    solved(desk, message_id="<one@example.org>")
    desk.mail(subject="Re: Printer [#1]", **GROUP)
    assert len(desk.show(1)["messages"]) == 3  # the acknowledgement among them
    assert desk.show(2)["messages"][0]["author"] == "ana@example.org"


def test_a_group_that_names_an_agent_answers_no_notification(desk: StoredDesk) -> None:
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
def test_automatic_mail_stays_on_a_closed_ticket_and_nobody_is_told(desk: StoredDesk, kind: str) -> None:
    mine = solved(desk)
    desk.do(Close(1))
    before = last(desk)
    landed = desk.mail(in_reply_to=(mine,), **REPORTS[kind])
    assert landed.facts["number"] == 1
    ticket = desk.show(1)
    assert (ticket["status"], ticket["messages"][-1]["kind"]) == ("closed", "auto")
    assert told(desk, before) == []


def test_a_person_opens_a_follow_up_to_a_closed_ticket(desk: StoredDesk) -> None:
    mine = solved(desk)
    desk.do(Close(1))
    desk.mail(in_reply_to=(mine,), sign=LIST)
    assert desk.show(2)["follows"] == 1


@pytest.mark.parametrize("kind", ["delivered", "read"])
def test_a_report_that_asks_for_nothing_opens_no_ticket(desk: StoredDesk, kind: str) -> None:
    sign = Automatic(True, "report", False)
    landed = desk.mail("mailer-daemon@x.test", sign=sign, confirmation=Confirmation(kind, (), "<unknown@x.test>"))
    assert landed.tickets == ()
    [row] = desk.store.ask(ListInbox(all=True))
    assert (row["state"], row["reason"]) == (
        "done",
        f"{'read receipt' if kind == 'read' else 'delivery confirmation'} about an unknown message",
    )
