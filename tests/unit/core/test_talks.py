"""What belongs together in a chat, where nobody refers to anything."""

from __future__ import annotations

from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.journal import JournalState
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Close, Merge, Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets

from .chat import Chat


def test_what_comes_next_belongs_to_the_same_ticket() -> None:
    desk = Chat()
    assert [desk.write(text).facts["number"] for text in ("It burns.", "Still.", "불이 났어요")] == [1, 1, 1]
    assert Messages.of(desk.unit).changes.messages[-1].verified


def test_everybody_has_a_ticket_of_their_own() -> None:
    desk = Chat()
    assert desk.write(by="ana").facts["number"] == 1
    assert desk.write(by="bob").facts["number"] == 2
    assert desk.write(by="ana", at="sms").facts["number"] == 3
    assert desk.write(by="ana").facts["number"] == 1


def test_a_ticket_of_a_chat_is_called_by_its_first_words() -> None:
    desk = Chat()
    desk.write("\n카드 결제가 안 돼요  \n어제부터요")
    assert Tickets.of(desk.unit).get(1).subject == "카드 결제가 안 돼요"


def test_it_belongs_to_what_was_talked_about_last() -> None:
    desk = Chat()
    desk.write("one")
    desk.write("two", by="ana", message_id="<2@chat>")
    desk.ask("new", text="another matter")
    assert desk.write("and").facts["number"] == 2
    desk.do(Reply(1, "About the first one.", force=True))
    assert desk.write("yes").facts["number"] == 1


def test_an_answer_to_one_message_belongs_to_its_ticket() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    desk.ask("new", text="another matter")
    assert desk.write("about that", in_reply_to=("<1:1@chat>",)).facts["number"] == 1


def test_who_answers_what_somebody_else_was_told_stays_on_their_own() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    assert desk.write("me too", by="eve", in_reply_to=("<1:1@chat>",)).facts["number"] == 2


def test_a_solved_ticket_is_work_again() -> None:
    desk = Chat()
    desk.write()
    desk.do(Solve(1))
    assert desk.write("not yet").facts["number"] == 1
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN


def test_after_a_closed_ticket_there_is_a_new_one() -> None:
    desk = Chat()
    desk.write()
    desk.do(Close(1))
    assert desk.write().facts["number"] == 2


def test_an_answer_to_a_message_of_a_closed_ticket_continues_it() -> None:
    desk = Chat()
    desk.write(message_id="<1:1@chat>")
    desk.do(Close(1))
    assert desk.write("but", in_reply_to=("<1:1@chat>",)).facts["number"] == 2
    assert Tickets.of(desk.unit).get(2).follows == 1


def test_what_was_merged_leads_to_where_it_went() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    desk.ask("new", text="the same matter")
    desk.do(Merge(1, 2))
    assert desk.write("that", in_reply_to=("<1:1@chat>",)).facts["number"] == 2


def test_who_says_new_and_nothing_else_is_asked_what_it_is_about() -> None:
    desk = Chat()
    desk.write("one")
    desk.ask("new", text="/new")
    assert (desk.settled.state, desk.settled.message) == (JournalState.DONE, None)
    assert desk.settled.reason == "asked for new"
    assert "new ticket" in desk.said[-1].text
    assert desk.write("two").facts["number"] == 2
    assert desk.write("more of two").facts["number"] == 2


def test_a_machine_in_a_chat_opens_tickets_and_is_asked_nothing() -> None:
    desk = Chat()
    desk.ask("status", text="/status", automatic="bot")
    assert desk.said == []
    assert Messages.of(desk.unit).changes.messages[0].automatic == "bot"


def test_who_edits_a_message_says_something_else_there() -> None:
    desk = Chat()
    desk.write("It burnz.", message_id="<1:1@chat>")
    told = len(Outbox.of(desk.unit).changes.outbox)
    desk.write("It burns.", message_id="<1:1e@chat>", edits="<1:1@chat>")
    assert len(Messages.of(desk.unit).changes.messages) == 1
    assert Messages.of(desk.unit).changes.edited[1].text == "It burns."
    assert desk.kinds(1)[-1] == "message_edited"
    assert (desk.settled.reason, len(Outbox.of(desk.unit).changes.outbox)) == ("changed message 1", told)


def test_nobody_edits_what_somebody_else_said() -> None:
    desk = Chat()
    desk.write("mine", message_id="<1:1@chat>")
    desk.write("yours now", by="eve", edits="<1:1@chat>")
    assert Messages.of(desk.unit).changes.edited == {}
    assert [m.text for m in Messages.of(desk.unit).changes.messages] == ["mine", "yours now"]


def test_an_edit_of_what_never_arrived_is_a_message() -> None:
    desk = Chat()
    assert desk.write("It burns.", edits="<gone@chat>").facts["number"] == 1
