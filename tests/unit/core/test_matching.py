"""Which ticket a mail belongs to, and who never gets in."""

from __future__ import annotations

from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.repository import Journal
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Close, Merge
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets

from .desk import FirstDay


def own_id(desk: FirstDay, ticket: int) -> str:
    return str(desk.do(Reply(ticket, "We are on it.")).facts["message_id"])


def test_an_answer_to_our_own_mail_lands_on_its_ticket() -> None:
    desk = FirstDay()
    desk.mail()
    answer = desk.mail(subject="something else", in_reply_to=(own_id(desk, 1),))
    assert answer.facts["number"] == 1
    assert answer.facts["how"] == "own_id"


def test_our_id_from_a_second_address_is_taken_in_but_not_trusted() -> None:
    desk = FirstDay()
    desk.mail()
    token = own_id(desk, 1)
    assert desk.mail("ana@private.example", in_reply_to=(token,)).facts["number"] == 1
    assert [m.verified for m in Messages.of(desk.unit).changes.messages if m.author == "ana@private.example"] == [False]
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello again.", force=True)).facts["outbox"])
    assert (entry.to, entry.cc) == (("ana@example.org",), ())


def test_a_customer_who_refers_to_their_own_mail_lands_on_its_ticket() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    assert desk.mail(references=("<x@x>", "<one@example.org>")).facts["number"] == 1


def test_a_stranger_who_invents_references_gets_a_ticket_of_their_own() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    stranger = desk.mail("eve@example.net", references=("<one@example.org>",))
    assert stranger.facts["number"] == 2
    assert "mentions" in desk.kinds(2)
    assert desk.kinds(1).count("message_received") == 1


def test_the_number_in_the_subject_opens_no_door_to_a_stranger() -> None:
    desk = FirstDay()
    desk.mail()
    assert desk.mail("eve@example.net", "Re: Printer [#1]").facts["number"] == 2
    assert desk.mail("ana@example.org", "Re: Printer [#1]").facts["number"] == 1


def test_the_subject_alone_never_matches() -> None:
    desk = FirstDay()
    desk.mail()
    assert desk.mail(subject="Re: Printer").facts["number"] == 2


def test_the_number_of_a_ticket_that_does_not_exist_is_just_text() -> None:
    desk = FirstDay()
    assert desk.mail(subject="[#42] hello").facts["number"] == 1
    assert "mentions" not in desk.kinds(1)


def test_mailboxes_do_not_leak_into_each_other() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    assert desk.mail(at="sales", references=("<one@example.org>",), subject="x [#1]").facts["number"] == 2


def test_someone_in_copy_takes_part() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>", to=("support@acme.test",), cc=("Ben@example.org",))
    assert desk.mail("ben@example.org", in_reply_to=("<one@example.org>",)).facts["number"] == 1


def test_mail_to_a_merged_ticket_follows_the_pointer() -> None:
    desk = FirstDay()
    desk.mail()
    desk.mail(subject="Again")
    token = own_id(desk, 2)
    desk.do(Merge(2, into=1))
    assert desk.mail(in_reply_to=(token,)).facts["number"] == 1


def test_mail_to_a_closed_ticket_opens_a_follow_up() -> None:
    desk = FirstDay()
    desk.mail()
    token = own_id(desk, 1)
    desk.do(Close(1))
    answer = desk.mail(in_reply_to=(token,))
    assert answer.facts["number"] == 2
    assert Tickets.of(desk.unit).get(2).follows == 1
    assert Tickets.of(desk.unit).get(1).status is Status.CLOSED


def test_the_same_mail_twice_is_one_message() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>", digest="same")
    again = desk.mail(message_id="<one@example.org>", digest="same")
    assert again.facts == {"message": 1, "duplicate": True}
    assert not again.changed
    assert [s.duplicate for s in Journal.of(desk.unit).changes.journal] == [False, True]


def test_the_same_id_with_other_content_is_a_second_message() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>")
    other = desk.mail(message_id="<one@example.org>")
    assert "duplicate" not in other.facts
    assert len(Messages.of(desk.unit).changes.messages) == 2


def test_the_same_mail_in_two_mailboxes_is_a_message_in_each() -> None:
    desk = FirstDay()
    desk.mail(message_id="<one@example.org>", digest="same")
    assert desk.mail(at="sales", message_id="<one@example.org>", digest="same").facts["number"] == 2
