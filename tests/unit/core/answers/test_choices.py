"""Choices of customers in answer to an automatic message."""

from __future__ import annotations

import pytest

from deskctl.core.answers.choices import parse_pick
from deskctl.core.answers.commands import Answer
from deskctl.core.answers.events import ChoiceMade
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Choice
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Close, Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.chat import PERSON, SOLVED, Chat

KOREAN = (Choice("solved", "해결되었습니다"), Choice("person", "상담원을 원합니다"))


@pytest.mark.parametrize(
    "text", ["1", "1.", "1)", " 1 \n", "(1)", "#1", "１", "1번", "1번이요", "①", "1: 해결되었습니다"]
)
def test_number_is_read_in_common_spellings(text: str) -> None:
    pick = parse_pick(text, KOREAN)
    assert pick is not None
    assert (pick.choice.key, pick.more) == ("solved", False)


@pytest.mark.parametrize("text", ["해결되었습니다", "해결되었습니다.", " 해결되었습니다! ", "해결 되었습니다"])
def test_label_is_read_as_a_choice(text: str) -> None:
    pick = parse_pick(text, KOREAN)
    assert pick is not None
    assert pick.choice.key == "solved"


@pytest.mark.parametrize(
    "text", ["", "3", "0", "12", "1 of them is broken", "1.5", "I have 2 printers", "\n\n", "x" * 5000]
)
def test_other_text_is_not_a_choice(text: str) -> None:
    assert parse_pick(text, (SOLVED, PERSON)) is None


def offered(at: str = "support", choices: tuple[Choice, ...] = (SOLVED, PERSON)) -> tuple[Chat, str]:
    """Return a desk with an automatic answer to the first message, and the id of that answer."""
    desk = Chat()
    desk.write(at=at, by="ana@example.org")
    desk.do(Answer(1, 1, "Turn it off and on.", choices), Actor.system("kb"))
    return desk, desk.sent[0].message_id


def made(desk: Chat) -> list[str]:
    return [r.event.key for r in desk.unit.changes.events if isinstance(r.event, ChoiceMade)]


def answered(desk: Chat, own_id: str, text: str, by: str = "ana@example.org") -> None:
    desk.write(text, at="support", by=by, in_reply_to=(own_id,))


def test_choice_solved_by_mail_solves_the_ticket() -> None:
    desk, own_id = offered()
    answered(desk, own_id, "1")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.waiting_since, made(desk)) == (Status.SOLVED, None, ["solved"])
    assert [m.text for m in Messages.of(desk.unit).changes.messages if m.kind == "in"] == ["It burns.", "1"]
    assert "#1 is solved" in desk.sent[-1].text


def test_choice_person_by_mail_asks_for_a_person() -> None:
    desk, own_id = offered(choices=KOREAN)
    answered(desk, own_id, "2번이요")
    assert made(desk) == ["person"]
    assert Tickets.of(desk.unit).get(1).waiting_since is not None
    assert "person_asked" in desk.kinds(1)


def test_choice_solved_with_more_text_does_not_solve() -> None:
    desk, own_id = offered()
    answered(desk, own_id, "1\n\nBut it burns again.")
    assert made(desk) == ["solved"]
    assert Tickets.of(desk.unit).get(1).status is Status.NEW


def test_choice_solved_does_not_solve_an_assigned_ticket() -> None:
    desk, own_id = offered()
    desk.do(Take(1))
    answered(desk, own_id, "1")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.OPEN, ["solved"])


def test_other_choice_is_only_recorded() -> None:
    desk, own_id = offered(choices=(Choice("article:3", "Tell me more"),))
    answered(desk, own_id, "Tell me more!")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.NEW, ["article:3"])
    assert len(desk.sent) == 1


def test_number_after_a_reply_is_not_a_choice() -> None:
    desk, own_id = offered()
    desk.do(Reply(1, "How many printers have you got?"))
    answered(desk, own_id, "1")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.OPEN, [])


def test_number_from_a_stranger_is_not_a_choice() -> None:
    desk, own_id = offered()
    answered(desk, own_id, "1", by="eve@example.net")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.NEW, [])


def picks(desk: Chat, own_id: str, key: str, by: str = "ana@example.org") -> str:
    """Press a button and return the desk's answer."""
    before = len(desk.sent)
    desk.ask("choice", key, in_reply_to=(own_id,), by=by)
    [entry] = desk.sent[before:]
    return entry.text


def test_button_is_a_choice_and_not_a_message() -> None:
    desk, own_id = offered("chat")
    assert "#1 is solved" in picks(desk, own_id, "solved")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.SOLVED, ["solved"])
    assert sum(m.kind == "in" for m in Messages.of(desk.unit).changes.messages) == 1


def test_second_press_of_a_button_is_refused() -> None:
    desk, own_id = offered("chat")
    picks(desk, own_id, "solved")
    assert "already" in picks(desk, own_id, "person")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.SOLVED, ["solved"])


def test_button_on_a_closed_ticket_is_refused() -> None:
    desk, own_id = offered("chat")
    desk.do(Close(1))
    assert "no longer" in picks(desk, own_id, "solved")
    assert made(desk) == []


def test_button_pressed_by_a_stranger_is_refused() -> None:
    desk, own_id = offered("chat")
    assert "not available to you" in picks(desk, own_id, "solved", by="eve@example.net")
    assert (Tickets.of(desk.unit).get(1).status, made(desk)) == (Status.NEW, [])


@pytest.mark.parametrize("key", ["", "no-such-key"])
def test_unknown_button_is_refused(key: str) -> None:
    desk, own_id = offered("chat")
    assert "no longer" in picks(desk, own_id, key)
    assert "no longer" in picks(desk, "<unknown@chat>", "solved")
    assert made(desk) == []
