"""The effect of a received message on its ticket."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.contacts.repository import Contacts
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Set, Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.desk import NOW, UnitDesk


@pytest.mark.parametrize("status", ["pending", "hold"])
def test_message_of_customer_reopens_waiting_ticket(status: str) -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    desk.do(Reply(1, "Please wait."))
    desk.do(Set(1, (("status", status),)))
    desk.mail(in_reply_to=("<one@example.org>",))
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert Tickets.of(desk.unit).get(1).waiting_since == NOW


def test_message_of_customer_reopens_solved_ticket() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    desk.do(Solve(1))
    assert set(desk.unit.changes.timers) == {"auto_close:1"}
    desk.mail(in_reply_to=("<one@example.org>",))
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert Tickets.of(desk.unit).get(1).solved_at is None
    assert "auto_close:1" not in desk.unit.changes.timers


@pytest.mark.parametrize(
    "signs", [{"automatic": "auto-submitted"}, {"bounce": Bounce()}, {"sender": "support@acme.test"}]
)
def test_automatic_message_is_kept_and_marked_and_reopens_nothing(signs: dict[str, Any]) -> None:
    desk = UnitDesk()
    desk.mail()
    token = desk.do(Reply(1, "Done.", status="solved")).facts["message_id"]
    answer = desk.mail(in_reply_to=(token,), **signs)
    assert answer.facts["number"] == 1
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.AUTO
    assert Tickets.of(desk.unit).get(1).status is Status.SOLVED
    assert Tickets.of(desk.unit).get(1).waiting_since is None


def test_waiting_since_is_oldest_unanswered_message() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    first = Tickets.of(desk.unit).get(1).waiting_since
    desk.mail(in_reply_to=("<one@example.org>",))
    assert Tickets.of(desk.unit).get(1).waiting_since == first
    assert desk.kinds(1).count("waiting_changed") == 1


def test_address_in_different_case_is_same_contact() -> None:
    desk = UnitDesk()
    desk.mail("ana@example.org")
    desk.mail("Ana@Example.org", name="Ana Lima")
    assert Tickets.of(desk.unit).get(1).contact == Tickets.of(desk.unit).get(2).contact
    assert Contacts.of(desk.unit).get(Tickets.of(desk.unit).get(1).contact).name == "Ana Lima"


def test_mail_without_sender_is_kept() -> None:
    desk = UnitDesk()
    assert desk.mail(None, message_id=None).facts["number"] == 1  # type: ignore[arg-type]


def test_new_ticket_notifies_only_team() -> None:
    desk = UnitDesk()
    desk.mail(name="Ana")
    assert len(desk.sent_to("agent1@acme.test")) == len(desk.sent_to("agent2@acme.test")) == 1
    assert desk.sent_to("lead@acme.test") == []
    notification = desk.sent_to("agent1@acme.test")[0]
    assert notification.automatic
    assert "It burns." in notification.text
    assert "Ana <ana@example.org>" in notification.text


def test_ticket_gets_team_of_channel() -> None:
    desk = UnitDesk()
    desk.mail()
    assert Tickets.of(desk.unit).get(1).team == "support"
