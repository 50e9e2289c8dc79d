"""What a message does to its ticket."""

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

from .desk import NOW, FirstDay


@pytest.mark.parametrize("status", ["pending", "hold"])
def test_a_customer_wakes_a_waiting_ticket(status: str) -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    desk.do(Reply(1, "Please wait."))
    desk.do(Set(1, (("status", status),)))
    desk.mail(in_reply_to=("<one@example.org>",))
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert Tickets.of(desk.unit).get(1).waiting_since == NOW


def test_a_customer_reopens_a_solved_ticket() -> None:
    desk = FirstDay()
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
def test_a_machine_is_kept_and_marked_but_wakes_nothing(signs: dict[str, Any]) -> None:
    desk = FirstDay()
    desk.mail()
    token = desk.do(Reply(1, "Done.", status="solved")).facts["message_id"]
    answer = desk.mail(in_reply_to=(token,), **signs)
    assert answer.facts["number"] == 1
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.AUTO
    assert Tickets.of(desk.unit).get(1).status is Status.SOLVED
    assert Tickets.of(desk.unit).get(1).waiting_since is None


def test_the_oldest_unanswered_word_counts() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    first = Tickets.of(desk.unit).get(1).waiting_since
    desk.mail(in_reply_to=("<one@example.org>",))
    assert Tickets.of(desk.unit).get(1).waiting_since == first
    assert desk.kinds(1).count("waiting_changed") == 1


def test_one_address_is_one_contact_whatever_its_case() -> None:
    desk = FirstDay()
    desk.mail("ana@example.org")
    desk.mail("Ana@Example.org", name="Ana Lima")
    assert Tickets.of(desk.unit).get(1).contact == Tickets.of(desk.unit).get(2).contact
    assert Contacts.of(desk.unit).get(Tickets.of(desk.unit).get(1).contact).name == "Ana Lima"


def test_a_mail_from_nobody_is_kept() -> None:
    desk = FirstDay()
    assert desk.mail(None, message_id=None).facts["number"] == 1  # type: ignore[arg-type]


def test_the_team_is_told_of_a_new_ticket_and_nobody_else() -> None:
    desk = FirstDay()
    desk.mail(name="Ana")
    assert len(desk.sent_to("agent1@acme.test")) == len(desk.sent_to("agent2@acme.test")) == 1
    assert desk.sent_to("lead@acme.test") == []
    told = desk.sent_to("agent1@acme.test")[0]
    assert told.automatic
    assert "It burns." in told.text
    assert "Ana <ana@example.org>" in told.text


def test_the_channels_team_gets_the_ticket() -> None:
    desk = FirstDay()
    desk.mail()
    assert Tickets.of(desk.unit).get(1).team == "support"
