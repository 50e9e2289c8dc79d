"""Requests of customers that are answered automatically."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.answers.automatic_answer import DAILY_CHAT_LIMIT
from deskctl.core.intake.journal import JournalState
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import Block, Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.chat import CHAT, SETTINGS, Chat


def test_status_lists_own_tickets() -> None:
    desk = Chat()
    desk.write("Printer")
    desk.ask("new", text="Scanner")
    desk.do(Reply(2, "Is it on?"))
    desk.write("Other contact", by="bob")
    desk.ask("status")
    assert desk.sent[-1].text.splitlines()[1:] == ["#2 Scanner: waiting for your answer", "#1 Printer: received"]
    assert (desk.settled.state, desk.settled.reason) == (JournalState.DONE, "asked for status")
    assert len(Tickets.of(desk.unit).changes.new_tickets) == 3


def test_answer_is_in_language_of_customer() -> None:
    desk = Chat()
    desk.write("프린터가 고장났어요", language="ko")
    desk.ask("status", language="ko")
    assert desk.sent[-1].text == "진행 중인 문의:\n#1 프린터가 고장났어요: 접수됨"


def test_status_without_tickets_opens_no_ticket() -> None:
    desk = Chat()
    desk.ask("status")
    assert "no open tickets" in desk.sent[0].text
    assert Tickets.of(desk.unit).changes.new_tickets == set()


def test_answer_goes_to_sender_on_same_channel() -> None:
    desk = Chat()
    desk.ask("help", message_id="<1:1@chat>", headers={"chat": "7"})
    entry = desk.sent[0]
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
def test_help_contains_greeting_commands_and_support_hours(language: str, first: str, last: str) -> None:
    channel = replace(CHAT, greeting={"en": "Welcome!", "ko": "어서 오세요!"}, hours="9-18")
    desk = Chat(SETTINGS.with_features(Channels({"chat": channel})))
    desk.ask("help", language=language)
    lines = desk.sent[0].text.splitlines()
    assert lines[0] == first
    assert len(lines) > 3
    assert last in lines[-1]


def test_greeting_without_language_is_used_for_all_languages() -> None:
    desk = Chat(SETTINGS.with_features(Channels({"chat": replace(CHAT, greeting={"": "Hi · 안녕"})})))
    desk.ask("help", language="ko")
    assert desk.sent[0].text.startswith("Hi · 안녕\n")


def test_request_for_person_notifies_team_once() -> None:
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
    assert [entry.ticket for entry in desk.sent] == [1, None]
    assert desk.sent[0].text != desk.sent[1].text


def test_request_for_person_notifies_assignee() -> None:
    desk = Chat()
    desk.write()
    desk.do(Take(1), "agent2")
    told = [len(desk.sent_to(f"{agent}@acme.test")) for agent in ("agent1", "agent2")]
    desk.ask("person")
    assert [len(desk.sent_to(f"{agent}@acme.test")) for agent in ("agent1", "agent2")] == [told[0], told[1] + 1]


@pytest.mark.parametrize("text", ["", "/human", "/human@acme_bot"])
def test_request_for_person_without_ticket_opens_ticket(text: str) -> None:
    desk = Chat()
    desk.ask("person", text=text, subject=text, language="ko")
    assert Tickets.of(desk.unit).get(1).subject == "상담원을 요청합니다"
    assert "person_asked" in desk.kinds(1)
    assert len(desk.sent_to("agent1@acme.test")) == 1


def test_text_with_request_for_person_is_kept() -> None:
    desk = Chat()
    desk.ask("person", text="my card is lost")
    assert [m.text for m in Messages.of(desk.unit).changes.messages if m.kind == "in"] == ["my card is lost"]
    assert desk.kinds(1).count("person_asked") == 1


def test_invalid_code_links_no_contacts() -> None:
    desk = Chat()
    desk.ask("link", "nonsense")
    assert "does not work" in desk.sent[0].text
    assert desk.settled.state is JournalState.DONE


def test_requests_beyond_daily_limit_are_not_answered() -> None:
    desk = Chat()
    for _ in range(DAILY_CHAT_LIMIT + 3):
        desk.ask("status")
    assert len(desk.sent) == DAILY_CHAT_LIMIT
    assert desk.settled.state is JournalState.DONE
    assert "not answered" in str(desk.settled.reason)


def test_request_of_blocked_sender_is_spam() -> None:
    desk = Chat()
    desk.do(Block("ana@chat.test"))
    desk.ask("status", by="ana@chat.test", text="/status")
    assert desk.sent == []
    assert Tickets.of(desk.unit).get(1).spam


def test_no_answer_on_channel_that_cannot_send() -> None:
    desk = Chat(SETTINGS.with_features(Channels({"chat": replace(CHAT, sends=False)})))
    desk.ask("help")
    assert desk.sent == []
    assert desk.settled.state is JournalState.DONE
