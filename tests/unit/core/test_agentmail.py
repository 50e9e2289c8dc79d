"""Agents who answer by mail, and those who only pretend to be one."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.contacts.repository import Contacts
from deskctl.core.intake.agent_mail import parse_directives
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.settings import ChannelInfo, Settings
from deskctl.core.messages.events import Forwarded as ForwardedEvent
from deskctl.core.messages.model import Forwarded, IncomingFile, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Assign, Merge
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets

from .desk import FirstDay


def told(desk: FirstDay, agent: str = "agent1") -> str:
    return desk.sent_to(f"{agent}@acme.test")[-1].message_id


def agent_writes(desk: FirstDay, text: str, agent: str = "agent1", **fields: Any) -> dict[str, Any]:
    fields.setdefault("in_reply_to", (told(desk, agent),))
    return desk.mail(f"{agent}@acme.test", text=text, visible_text=text, **fields).facts


def test_an_answer_to_a_notification_is_a_public_reply() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "We are on it.", files=(IncomingFile("plan.pdf", "application/pdf", b"pdf"),))
    reply = desk.sent_to("ana@example.org")[0]
    assert reply.text == "We are on it."
    assert [f.filename for f in reply.files] == ["plan.pdf"]
    message = Messages.of(desk.unit).changes.messages[-1]
    assert (message.kind, message.author, message.raw_sha256) == (MessageKind.OUT, "agent1", "00" * 32)
    assert desk.unit.changes.events[-1].actor == "agent:agent1"
    assert Journal.of(desk.unit).changes.journal[-1].message == message.id


def test_the_same_mail_again_sends_nothing() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "We are on it.", digest="same")
    agent_writes(desk, "We are on it.", digest="same")
    assert len(desk.sent_to("ana@example.org")) == 1
    assert Journal.of(desk.unit).changes.journal[-1].duplicate


def test_the_first_line_makes_it_a_note() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "#note\nasked finance")
    assert desk.sent_to("ana@example.org") == []
    message = Messages.of(desk.unit).changes.messages[-1]
    assert (message.kind, message.visible_text) == (MessageKind.NOTE, "asked finance")


def test_first_lines_do_what_they_say() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "#assign agent2\n#solve\nDone, see you.")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.assignee, ticket.status) == ("agent2", Status.SOLVED)
    assert [e.text for e in desk.sent_to("ana@example.org")] == ["Done, see you."]


def test_what_cannot_be_done_is_kept_and_explained() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "#assign nobody")
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.NOTE
    assert "no agent or team is called" in desk.sent_to("agent1@acme.test")[-1].text


@pytest.mark.parametrize("stolen", ["", "<invented@acme.test>"])
def test_an_agents_address_alone_is_nobody(stolen: str) -> None:
    desk = FirstDay()
    desk.mail()
    facts = agent_writes(desk, "#solve", in_reply_to=(stolen,) if stolen else ())
    assert facts["number"] == 2
    assert Tickets.of(desk.unit).get(1).status is Status.NEW


def test_another_agents_notification_is_no_key() -> None:
    desk = FirstDay()
    desk.mail()
    agent_writes(desk, "#solve", agent="agent2", in_reply_to=(told(desk, "agent1"),))
    assert Tickets.of(desk.unit).get(1).status is Status.NEW


def test_an_agents_holiday_message_reaches_no_customer() -> None:
    desk = FirstDay()
    desk.mail()
    facts = agent_writes(desk, "I am away.", automatic="Auto-Submitted: auto-replied")
    assert facts["number"] == 1
    assert desk.sent_to("ana@example.org") == []
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.AUTO


def test_what_an_agent_forwards_is_the_customers() -> None:
    desk = FirstDay()
    forwarded = Forwarded("bo@example.org", "Bo", "Broken chair", "It wobbles.")
    desk.mail("agent1@acme.test", "Fwd: Broken chair", forwarded=forwarded)
    ticket = Tickets.of(desk.unit).get(1)
    assert ticket.subject == "Broken chair"
    assert Contacts.of(desk.unit).get(ticket.contact).name == "Bo"
    assert Messages.of(desk.unit).changes.messages[-1].author == "bo@example.org"
    assert "forwarded" in desk.kinds(1)


def test_a_customers_forward_is_their_own_mail() -> None:
    desk = FirstDay()
    desk.mail("ana@example.org", forwarded=Forwarded("bo@example.org"))
    assert Messages.of(desk.unit).changes.messages[-1].author == "ana@example.org"


def test_only_our_own_mail_server_vouches_for_a_forward() -> None:
    channel = ChannelInfo("support", "email", "support@acme.test", sends=True, authority="mx.acme.test")
    desk = FirstDay(Settings(channels={"support": channel}))
    forwarded = Forwarded("bo@example.org")
    for results in ("mx.acme.test; dmarc=pass header.from=acme.test", "mx.evil.test; dmarc=pass"):
        desk.mail("agent1@acme.test", forwarded=forwarded, authentication=(results,))
    proven = [r.event.proven for r in desk.unit.changes.events if isinstance(r.event, ForwardedEvent)]
    assert proven == [True, False]


def test_directives_are_read_off_the_first_lines_only() -> None:
    assert parse_directives("#solve\n\nThanks\n#close").requests == (("solve", ""),)
    assert parse_directives("Thanks\n#close").requests == ()
    assert parse_directives("#hashtag").text == "#hashtag"


def test_a_merged_ticket_is_answered_where_it_went() -> None:
    desk = FirstDay()
    desk.mail()
    token = told(desk)
    desk.mail(subject="Other")
    desk.do(Merge(1, into=2))
    desk.do(Assign(2, "agent1"))
    agent_writes(desk, "#note\nseen", in_reply_to=(token,))
    assert Messages.of(desk.unit).changes.messages[-1].ticket == 2
