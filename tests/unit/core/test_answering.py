"""What a machine says to a customer, and where it had better be silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.answers.commands import Answer
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.commands import MarkSpam, Note, Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets

from .chat import CHAT, PERSON, SETTINGS, SMS, SOLVED, Chat
from .desk import MAIL

KB = Actor.system("kb")
CHOICES = (SOLVED, PERSON)


def answer(desk: Chat, ticket: int = 1, message: int = 1, text: str = "Turn it off and on.") -> object:
    return desk.do(Answer(ticket, message, text, CHOICES), KB).facts


def test_it_says_first_that_a_machine_speaks() -> None:
    desk = Chat()
    desk.mail(language="ko")
    answer(desk, text="전원을 껐다 켜 보세요.")
    entry = desk.said[0]
    assert entry.text.splitlines()[0] == "자동으로 보내 드리는 답변입니다."
    assert entry.automatic
    assert desk.kinds(1)[-1] == "machine_answered"


def test_what_can_be_picked_is_shown_by_the_channel_that_can() -> None:
    desk = Chat()
    desk.write()
    answer(desk)
    assert desk.said[0].choices == CHOICES
    assert "1:" not in desk.said[0].text


@pytest.mark.parametrize(("at", "language", "first"), [("sms", "ko", "번호로"), ("support", "en", "Answer with")])
def test_elsewhere_it_stands_in_the_text(at: str, language: str, first: str) -> None:
    desk = Chat()
    desk.write(at=at, language=language)
    answer(desk)
    entry = desk.said[0]
    assert entry.choices == ()
    assert entry.text.split("\n\n")[-1].splitlines() == [
        next(line for line in entry.text.splitlines() if line.startswith(first)),
        "1: This solved it",
        "2: I need a person",
    ]
    assert Messages.of(desk.unit).changes.messages[-1].choices == CHOICES


def test_it_is_no_answer_of_a_person() -> None:
    desk = Chat()
    desk.write()
    answer(desk)
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, desk.unit.now)


def silent(desk: Chat, ticket: int = 1, message: int = 1) -> bool:
    before = len(desk.said)
    answer(desk, ticket, message)
    return len(desk.said) == before


def test_it_answers_once_on_a_ticket() -> None:
    desk = Chat()
    desk.write()
    assert not silent(desk)
    assert silent(desk)
    desk.write("and now?")
    assert silent(desk, message=max(m.id for m in Messages.of(desk.unit).changes.messages))


def test_it_is_silent_where_a_person_has_answered() -> None:
    desk = Chat()
    desk.write()
    desk.do(Note(1, "a note is no answer"))
    desk.do(Reply(1, "We are on it."))
    assert silent(desk)


def test_it_is_silent_where_a_person_was_asked_for() -> None:
    desk = Chat()
    desk.write()
    desk.ask("person")
    assert silent(desk)


def test_it_is_silent_where_nothing_is_left_to_do() -> None:
    desk = Chat()
    for at in ("chat", "support"):
        desk.write(at=at, by="ana@example.org")
    desk.do(Solve(1))
    desk.do(MarkSpam(2))
    assert silent(desk, 1, 1)
    assert silent(desk, 2, 2)


def test_a_machine_is_never_answered_by_one() -> None:
    desk = Chat()
    desk.mail(automatic="Auto-Submitted")
    assert silent(desk)


def test_our_own_words_are_never_answered() -> None:
    desk = Chat()
    desk.mail("support@acme.test")
    assert silent(desk)


@pytest.mark.parametrize("sender", ["no-reply@shop.example", "mailer-daemon@example.org"])
def test_nobody_is_never_answered(sender: str) -> None:
    desk = Chat()
    desk.mail(sender)
    assert silent(desk)


def test_it_is_silent_unless_the_channel_wants_it() -> None:
    desk = Chat(replace(SETTINGS, channels={"chat": replace(CHAT, answer=False), "support": MAIL}))
    desk.write()
    assert silent(desk)


def test_it_stops_after_a_few_mails_a_day() -> None:
    desk = Chat()
    for number in range(1, 8):
        desk.mail(subject=f"Matter {number}")
        answer(desk, number, max(m.id for m in Messages.of(desk.unit).changes.messages if m.kind == "in"))
    assert len(desk.said) == 5


def test_a_channel_without_buttons_numbers_what_it_is_given() -> None:
    desk = Chat(replace(SETTINGS, channels={"sms": replace(SMS, answer=True)}))
    desk.write(at="sms")
    answer(desk)
    desk.write("2", at="sms")
    assert "person_asked" in desk.kinds(1)
