"""What customers ask of the desk itself, and what they hear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.answers.automatic_answer import DAILY_CHAT_LIMIT
from deskctl.core.intake.journal import JournalState
from deskctl.core.messages.commands import Block, Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets

from .chat import CHAT, SETTINGS, Chat


def test_who_asks_hears_how_their_own_tickets_stand() -> None:
    desk = Chat()
    desk.write("Printer")
    desk.ask("new", text="Scanner")
    desk.do(Reply(2, "Is it on?"))
    desk.write("Somebody else's", by="bob")
    desk.ask("status")
    assert desk.said[-1].text.splitlines()[1:] == ["#2 Scanner: waiting for your answer", "#1 Printer: received"]
    assert (desk.settled.state, desk.settled.reason) == (JournalState.DONE, "asked for status")
    assert len(Tickets.of(desk.unit).changes.new_tickets) == 3


def test_it_is_said_in_the_customers_language() -> None:
    desk = Chat()
    desk.write("프린터가 고장났어요", language="ko")
    desk.ask("status", language="ko")
    assert desk.said[-1].text == "진행 중인 문의:\n#1 프린터가 고장났어요: 접수됨"


def test_who_has_no_ticket_hears_that_and_gets_none() -> None:
    desk = Chat()
    desk.ask("status")
    assert "no open tickets" in desk.said[0].text
    assert Tickets.of(desk.unit).changes.new_tickets == set()


def test_an_answer_to_the_asking_goes_back_where_it_came_from() -> None:
    desk = Chat()
    desk.ask("help", message_id="<1:1@chat>", headers={"chat": "7"})
    entry = desk.said[0]
    assert (entry.channel, entry.to, entry.in_reply_to, entry.headers) == (
        "chat",
        ("ana",),
        "<1:1@chat>",
        {"chat": "7"},
    )
    assert entry.automatic


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [("ko", "어서 오세요!", "상담 시간: 9-18"), ("en", "Welcome!", "Support hours: 9-18"), ("fr", "Welcome!", "")],
)
def test_help_greets_says_what_can_be_done_and_when_people_are_there(language: str, first: str, last: str) -> None:
    channel = replace(CHAT, greeting={"en": "Welcome!", "ko": "어서 오세요!"}, hours="9-18")
    desk = Chat(replace(SETTINGS, channels={"chat": channel}))
    desk.ask("help", language=language)
    lines = desk.said[0].text.splitlines()
    assert lines[0] == first
    assert len(lines) > 3
    assert last in lines[-1]


def test_a_greeting_for_all_is_for_everybody() -> None:
    desk = Chat(replace(SETTINGS, channels={"chat": replace(CHAT, greeting={"": "Hi · 안녕"})}))
    desk.ask("help", language="ko")
    assert desk.said[0].text.startswith("Hi · 안녕\n")


def test_who_asks_for_a_person_has_the_team_told_once() -> None:
    desk = Chat()
    desk.write()
    desk.do(Reply(1, "Have you tried turning it off?"))
    before = len(desk.sent_to("agent1@acme.test"))
    for _ in range(2):
        desk.ask("person")
    assert desk.kinds(1).count("person_asked") == 1
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert Tickets.of(desk.unit).get(1).waiting_since == desk.unit.now
    assert len(desk.sent_to("agent1@acme.test")) == before + 1
    assert [entry.ticket for entry in desk.said] == [1, None]
    assert desk.said[0].text != desk.said[1].text


def test_who_has_an_agent_has_that_agent_told() -> None:
    desk = Chat()
    desk.write()
    desk.do(Take(1), "agent2")
    told = [len(desk.sent_to(f"{agent}@acme.test")) for agent in ("agent1", "agent2")]
    desk.ask("person")
    assert [len(desk.sent_to(f"{agent}@acme.test")) for agent in ("agent1", "agent2")] == [told[0], told[1] + 1]


@pytest.mark.parametrize("text", ["", "/human", "/human@acme_bot"])
def test_who_asks_for_a_person_first_of_all_gets_a_ticket_for_it(text: str) -> None:
    desk = Chat()
    desk.ask("person", text=text, subject=text, language="ko")
    assert Tickets.of(desk.unit).get(1).subject == "상담원을 요청합니다"
    assert "person_asked" in desk.kinds(1)
    assert len(desk.sent_to("agent1@acme.test")) == 1


def test_what_is_said_with_the_call_for_a_person_is_kept() -> None:
    desk = Chat()
    desk.ask("person", text="my card is lost")
    assert [m.text for m in Messages.of(desk.unit).changes.messages if m.kind == "in"] == ["my card is lost"]
    assert desk.kinds(1).count("person_asked") == 1


def test_a_wrong_code_ties_nobody_to_anybody() -> None:
    desk = Chat()
    desk.ask("link", "nonsense")
    assert "does not work" in desk.said[0].text
    assert desk.settled.state is JournalState.DONE


def test_who_asks_without_end_is_answered_no_more_and_nothing_is_lost() -> None:
    desk = Chat()
    for _ in range(DAILY_CHAT_LIMIT + 3):
        desk.ask("status")
    assert len(desk.said) == DAILY_CHAT_LIMIT
    assert desk.settled.state is JournalState.DONE
    assert "not answered" in str(desk.settled.reason)


def test_a_blocked_sender_asks_in_vain() -> None:
    desk = Chat()
    desk.do(Block("ana@chat.test"))
    desk.ask("status", by="ana@chat.test", text="/status")
    assert desk.said == []
    assert Tickets.of(desk.unit).get(1).spam


def test_nothing_is_said_on_a_channel_that_cannot_send() -> None:
    desk = Chat(replace(SETTINGS, channels={"chat": replace(CHAT, sends=False)}))
    desk.ask("help")
    assert desk.said == []
    assert desk.settled.state is JournalState.DONE
