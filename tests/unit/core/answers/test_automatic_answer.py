"""Automatic answers to customers, and the cases in which none is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.answers.commands import Answer
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import MarkSpam, Note, Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.chat import CHAT, PERSON, SETTINGS, SMS, SOLVED, Chat
from tests.unit.core.desk import MAIL

KB = Actor.system("kb")
CHOICES = (SOLVED, PERSON)


def answer(desk: Chat, ticket: int = 1, message: int = 1, text: str = "Turn it off and on.") -> object:
    return desk.do(Answer(ticket, message, text, CHOICES), KB).facts


def test_answer_begins_with_automatic_answer_notice() -> None:
    desk = Chat()
    desk.mail(language="ko")
    answer(desk, text="전원을 껐다 켜 보세요.")
    entry = desk.sent[0]
    assert entry.text.splitlines()[0] == "자동으로 보내 드리는 답변입니다."
    assert entry.automatic
    assert desk.kinds(1)[-1] == "machine_answered"


def test_channel_with_choices_gets_choices() -> None:
    desk = Chat()
    desk.write()
    answer(desk)
    assert desk.sent[0].choices == CHOICES
    assert "1:" not in desk.sent[0].text


@pytest.mark.parametrize(("at", "language", "first"), [("sms", "ko", "번호로"), ("support", "en", "Answer with")])
def test_channel_without_choices_gets_numbered_list_in_text(at: str, language: str, first: str) -> None:
    desk = Chat()
    desk.write(at=at, language=language)
    answer(desk)
    entry = desk.sent[0]
    assert entry.choices == ()
    assert entry.text.split("\n\n")[-1].splitlines() == [
        next(line for line in entry.text.splitlines() if line.startswith(first)),
        "1: This solved it",
        "2: I need a person",
    ]
    assert Messages.of(desk.unit).changes.messages[-1].choices == CHOICES


def test_automatic_answer_leaves_ticket_unanswered() -> None:
    desk = Chat()
    desk.write()
    answer(desk)
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, desk.unit.now)


def sends_no_answer(desk: Chat, ticket: int = 1, message: int = 1) -> bool:
    before = len(desk.sent)
    answer(desk, ticket, message)
    return len(desk.sent) == before


def test_ticket_gets_one_automatic_answer() -> None:
    desk = Chat()
    desk.write()
    assert not sends_no_answer(desk)
    assert sends_no_answer(desk)
    desk.write("and now?")
    assert sends_no_answer(desk, message=max(m.id for m in Messages.of(desk.unit).changes.messages))


def test_no_answer_after_reply_of_agent() -> None:
    desk = Chat()
    desk.write()
    desk.do(Note(1, "a note is no answer"))
    desk.do(Reply(1, "We are on it."))
    assert sends_no_answer(desk)


def test_no_answer_after_customer_asked_for_person() -> None:
    desk = Chat()
    desk.write()
    desk.ask("person")
    assert sends_no_answer(desk)


def test_no_answer_on_solved_ticket_and_spam() -> None:
    desk = Chat()
    for at in ("chat", "support"):
        desk.write(at=at, by="ana@example.org")
    desk.do(Solve(1))
    desk.do(MarkSpam(2))
    assert sends_no_answer(desk, 1, 1)
    assert sends_no_answer(desk, 2, 2)


def test_no_answer_to_automatic_message() -> None:
    desk = Chat()
    desk.mail(automatic="Auto-Submitted")
    assert sends_no_answer(desk)


def test_no_answer_to_own_address() -> None:
    desk = Chat()
    desk.mail("support@acme.test")
    assert sends_no_answer(desk)


@pytest.mark.parametrize("sender", ["no-reply@shop.example", "mailer-daemon@example.org"])
def test_no_answer_to_no_reply_address(sender: str) -> None:
    desk = Chat()
    desk.mail(sender)
    assert sends_no_answer(desk)


def test_no_answer_if_off_for_channel() -> None:
    desk = Chat(SETTINGS.with_features(Channels({"chat": replace(CHAT, answer=False), "support": MAIL})))
    desk.write()
    assert sends_no_answer(desk)


def test_answers_stop_at_daily_limit() -> None:
    desk = Chat()
    for number in range(1, 8):
        desk.mail(subject=f"Matter {number}")
        answer(desk, number, max(m.id for m in Messages.of(desk.unit).changes.messages if m.kind == "in"))
    assert len(desk.sent) == 5


def test_number_picks_choice_on_channel_without_buttons() -> None:
    desk = Chat(SETTINGS.with_features(Channels({"sms": replace(SMS, answer=True)})))
    desk.write(at="sms")
    answer(desk)
    desk.write("2", at="sms")
    assert "person_asked" in desk.kinds(1)
