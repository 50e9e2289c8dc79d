"""Matching of messages in chats, where messages rarely have references."""

from __future__ import annotations

from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.journal import JournalState
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Close, Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.chat import Chat


def test_next_message_belongs_to_the_same_ticket() -> None:
    desk = Chat()
    assert [desk.write(text).facts["number"] for text in ("It burns.", "Still.", "불이 났어요")] == [1, 1, 1]
    assert Messages.of(desk.unit).changes.messages[-1].verified


def test_each_sender_and_channel_has_a_separate_ticket() -> None:
    desk = Chat()
    assert desk.write(by="ana").facts["number"] == 1
    assert desk.write(by="bob").facts["number"] == 2
    assert desk.write(by="ana", at="sms").facts["number"] == 3
    assert desk.write(by="ana").facts["number"] == 1


def test_subject_of_a_chat_ticket_is_its_first_line() -> None:
    desk = Chat()
    desk.write("\n카드 결제가 안 돼요  \n어제부터요")
    assert Tickets.of(desk.unit).get(1).subject == "카드 결제가 안 돼요"


def test_message_belongs_to_the_ticket_discussed_last() -> None:
    desk = Chat()
    desk.write("one")
    desk.write("two", by="ana", message_id="<2@chat>")
    desk.ask("new", text="another matter")
    assert desk.write("and").facts["number"] == 2
    desk.do(Reply(1, "About the first one.", force=True))
    assert desk.write("yes").facts["number"] == 1


def test_answer_to_a_message_belongs_to_its_ticket() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    desk.ask("new", text="another matter")
    assert desk.write("about that", in_reply_to=("<1:1@chat>",)).facts["number"] == 1


def test_answer_to_a_message_of_another_customer_opens_a_ticket() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    assert desk.write("me too", by="eve", in_reply_to=("<1:1@chat>",)).facts["number"] == 2


def test_message_reopens_a_solved_ticket() -> None:
    desk = Chat()
    desk.write()
    desk.do(Solve(1))
    assert desk.write("not yet").facts["number"] == 1
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN


def test_message_after_a_closed_ticket_opens_a_new_one() -> None:
    desk = Chat()
    desk.write()
    desk.do(Close(1))
    assert desk.write().facts["number"] == 2


def test_answer_to_a_closed_ticket_opens_a_follow_up() -> None:
    desk = Chat()
    desk.write(message_id="<1:1@chat>")
    desk.do(Close(1))
    assert desk.write("but", in_reply_to=("<1:1@chat>",)).facts["number"] == 2
    assert Tickets.of(desk.unit).get(2).follows == 1


def test_answer_to_a_merged_ticket_goes_to_the_target() -> None:
    desk = Chat()
    desk.write("one", message_id="<1:1@chat>")
    desk.ask("new", text="the same matter")
    desk.do(Merge(1, 2))
    assert desk.write("that", in_reply_to=("<1:1@chat>",)).facts["number"] == 2


def test_request_for_a_new_ticket_without_text_is_asked_for_the_subject() -> None:
    desk = Chat()
    desk.write("one")
    desk.ask("new", text="/new")
    assert (desk.settled.state, desk.settled.message) == (JournalState.DONE, None)
    assert desk.settled.reason == "asked for new"
    assert "new ticket" in desk.sent[-1].text
    assert desk.write("two").facts["number"] == 2
    assert desk.write("more of two").facts["number"] == 2


def test_automatic_chat_message_opens_a_ticket_without_an_answer() -> None:
    desk = Chat()
    desk.ask("status", text="/status", automatic="bot")
    assert desk.sent == []
    assert Messages.of(desk.unit).changes.messages[0].automatic == "bot"


def test_edit_changes_the_message() -> None:
    desk = Chat()
    desk.write("It burnz.", message_id="<1:1@chat>")
    told = len(Outbox.of(desk.unit).changes.outbox)
    desk.write("It burns.", message_id="<1:1e@chat>", edits="<1:1@chat>")
    assert len(Messages.of(desk.unit).changes.messages) == 1
    assert Messages.of(desk.unit).changes.edited[1].text == "It burns."
    assert desk.kinds(1)[-1] == "message_edited"
    assert (desk.settled.reason, len(Outbox.of(desk.unit).changes.outbox)) == ("changed message 1", told)


def test_edit_of_another_senders_message_is_a_new_message() -> None:
    desk = Chat()
    desk.write("mine", message_id="<1:1@chat>")
    desk.write("yours now", by="eve", edits="<1:1@chat>")
    assert Messages.of(desk.unit).changes.edited == {}
    assert [m.text for m in Messages.of(desk.unit).changes.messages] == ["mine", "yours now"]


def test_edit_of_an_unknown_message_is_a_new_message() -> None:
    desk = Chat()
    assert desk.write("It burns.", edits="<gone@chat>").facts["number"] == 1
