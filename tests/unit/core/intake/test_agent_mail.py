"""Mail of agents that answers notifications, and mail that only claims to be from an agent."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.contacts.repository import Contacts
from deskctl.core.intake.agent_mail import parse_directives
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.settings import Settings
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.events import Forwarded as ForwardedEvent
from deskctl.core.messages.model import Forwarded, IncomingFile, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Assign
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.desk import UnitDesk


def notification_id(desk: UnitDesk, agent: str = "agent1") -> str:
    return desk.sent_to(f"{agent}@acme.test")[-1].message_id


def agent_writes(desk: UnitDesk, text: str, agent: str = "agent1", **fields: Any) -> dict[str, Any]:
    fields.setdefault("in_reply_to", (notification_id(desk, agent),))
    return desk.mail(f"{agent}@acme.test", text=text, visible_text=text, **fields).facts


def test_answer_to_notification_is_public_reply() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "We are on it.", files=(IncomingFile("plan.pdf", "application/pdf", b"pdf"),))
    reply = desk.sent_to("ana@example.org")[0]
    assert reply.text == "We are on it."
    assert [f.filename for f in reply.files] == ["plan.pdf"]
    message = Messages.of(desk.unit).changes.messages[-1]
    assert (message.kind, message.author, message.raw_sha256) == (MessageKind.OUT, "agent1", "00" * 32)
    assert desk.unit.changes.events[-1].actor == "agent:agent1"
    assert Journal.of(desk.unit).changes.journal[-1].message == message.id


def test_repeated_mail_sends_no_second_reply() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "We are on it.", digest="same")
    agent_writes(desk, "We are on it.", digest="same")
    assert len(desk.sent_to("ana@example.org")) == 1
    assert Journal.of(desk.unit).changes.journal[-1].duplicate


def test_note_directive_adds_note() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "#note\nasked finance")
    assert desk.sent_to("ana@example.org") == []
    message = Messages.of(desk.unit).changes.messages[-1]
    assert (message.kind, message.visible_text) == (MessageKind.NOTE, "asked finance")


def test_directives_in_first_lines_apply() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "#assign agent2\n#solve\nDone, see you.")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.assignee, ticket.status) == ("agent2", Status.SOLVED)
    assert [e.text for e in desk.sent_to("ana@example.org")] == ["Done, see you."]


def test_refused_mail_becomes_note_and_agent_is_notified() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "#assign nobody")
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.NOTE
    assert "no agent or team is called" in desk.sent_to("agent1@acme.test")[-1].text


@pytest.mark.parametrize("stolen", ["", "<invented@acme.test>"])
def test_address_of_agent_without_notification_id_opens_ticket(stolen: str) -> None:
    desk = UnitDesk()
    desk.mail()
    facts = agent_writes(desk, "#solve", in_reply_to=(stolen,) if stolen else ())
    assert facts["number"] == 2
    assert Tickets.of(desk.unit).get(1).status is Status.NEW


def test_notification_of_another_agent_is_not_accepted() -> None:
    desk = UnitDesk()
    desk.mail()
    agent_writes(desk, "#solve", agent="agent2", in_reply_to=(notification_id(desk, "agent1"),))
    assert Tickets.of(desk.unit).get(1).status is Status.NEW


def test_auto_reply_of_agent_is_not_sent_to_customer() -> None:
    desk = UnitDesk()
    desk.mail()
    facts = agent_writes(desk, "I am away.", automatic="Auto-Submitted: auto-replied")
    assert facts["number"] == 1
    assert desk.sent_to("ana@example.org") == []
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.AUTO


def test_forward_by_agent_is_message_of_customer() -> None:
    desk = UnitDesk()
    forwarded = Forwarded("bo@example.org", "Bo", "Broken chair", "It wobbles.")
    desk.mail("agent1@acme.test", "Fwd: Broken chair", forwarded=forwarded)
    ticket = Tickets.of(desk.unit).get(1)
    assert ticket.subject == "Broken chair"
    assert Contacts.of(desk.unit).get(ticket.contact).name == "Bo"
    assert Messages.of(desk.unit).changes.messages[-1].author == "bo@example.org"
    assert "forwarded" in desk.kinds(1)


def test_forward_by_customer_is_message_of_that_customer() -> None:
    desk = UnitDesk()
    desk.mail("ana@example.org", forwarded=Forwarded("bo@example.org"))
    assert Messages.of(desk.unit).changes.messages[-1].author == "ana@example.org"


def test_forward_is_proven_only_by_trusted_mail_server() -> None:
    channel = ChannelInfo("support", "email", "support@acme.test", sends=True, authority="mx.acme.test")
    desk = UnitDesk(Settings().with_features(Channels({"support": channel})))
    forwarded = Forwarded("bo@example.org")
    for results in ("mx.acme.test; dmarc=pass header.from=acme.test", "mx.evil.test; dmarc=pass"):
        desk.mail("agent1@acme.test", forwarded=forwarded, authentication=(results,))
    proven = [r.event.proven for r in desk.unit.changes.events if isinstance(r.event, ForwardedEvent)]
    assert proven == [True, False]


def test_directives_are_parsed_only_in_first_lines() -> None:
    assert parse_directives("#solve\n\nThanks\n#close").requests == (("solve", ""),)
    assert parse_directives("Thanks\n#close").requests == ()
    assert parse_directives("#hashtag").text == "#hashtag"


def test_answer_to_merged_ticket_is_added_to_target() -> None:
    desk = UnitDesk()
    desk.mail()
    token = notification_id(desk)
    desk.mail(subject="Other")
    desk.do(Merge(1, into=2))
    desk.do(Assign(2, "agent1"))
    agent_writes(desk, "#note\nseen", in_reply_to=(token,))
    assert Messages.of(desk.unit).changes.messages[-1].ticket == 2
