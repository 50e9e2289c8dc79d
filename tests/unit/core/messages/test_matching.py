"""Matching of mail to tickets, and mail that never matches."""

from __future__ import annotations

from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.repository import Journal
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Close
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.desk import UnitDesk


def send_reply(desk: UnitDesk, ticket: int) -> str:
    return str(desk.do(Reply(ticket, "We are on it.")).facts["message_id"])


def test_answer_to_sent_mail_matches_its_ticket() -> None:
    desk = UnitDesk()
    desk.mail()
    answer = desk.mail(subject="something else", in_reply_to=(send_reply(desk, 1),))
    assert answer.facts["number"] == 1
    assert answer.facts["how"] == "own_id"


def test_own_message_id_from_second_address_matches_unverified() -> None:
    desk = UnitDesk()
    desk.mail()
    token = send_reply(desk, 1)
    assert desk.mail("ana@private.example", in_reply_to=(token,)).facts["number"] == 1
    assert [m.verified for m in Messages.of(desk.unit).changes.messages if m.author == "ana@private.example"] == [False]
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello again.", force=True)).facts["outbox"])
    assert (entry.to, entry.cc) == (("ana@example.org",), ())


def test_reference_to_own_mail_of_customer_matches_its_ticket() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    assert desk.mail(references=("<x@x>", "<one@example.org>")).facts["number"] == 1


def test_reference_by_stranger_opens_new_ticket() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    stranger = desk.mail("eve@example.net", references=("<one@example.org>",))
    assert stranger.facts["number"] == 2
    assert "mentions" in desk.kinds(2)
    assert desk.kinds(1).count("message_received") == 1


def test_number_in_subject_matches_only_participants() -> None:
    desk = UnitDesk()
    desk.mail()
    assert desk.mail("eve@example.net", "Re: Printer [#1]").facts["number"] == 2
    assert desk.mail("ana@example.org", "Re: Printer [#1]").facts["number"] == 1


def test_subject_alone_never_matches() -> None:
    desk = UnitDesk()
    desk.mail()
    assert desk.mail(subject="Re: Printer").facts["number"] == 2


def test_number_of_unknown_ticket_is_ignored() -> None:
    desk = UnitDesk()
    assert desk.mail(subject="[#42] hello").facts["number"] == 1
    assert "mentions" not in desk.kinds(1)


def test_mail_never_matches_ticket_of_other_mailbox() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    assert desk.mail(at="sales", references=("<one@example.org>",), subject="x [#1]").facts["number"] == 2


def test_recipient_in_cc_is_participant() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>", to=("support@acme.test",), cc=("Ben@example.org",))
    assert desk.mail("ben@example.org", in_reply_to=("<one@example.org>",)).facts["number"] == 1


def test_mail_to_merged_ticket_matches_target() -> None:
    desk = UnitDesk()
    desk.mail()
    desk.mail(subject="Again")
    token = send_reply(desk, 2)
    desk.do(Merge(2, into=1))
    assert desk.mail(in_reply_to=(token,)).facts["number"] == 1


def test_mail_to_closed_ticket_opens_follow_up() -> None:
    desk = UnitDesk()
    desk.mail()
    token = send_reply(desk, 1)
    desk.do(Close(1))
    answer = desk.mail(in_reply_to=(token,))
    assert answer.facts["number"] == 2
    assert Tickets.of(desk.unit).get(2).follows == 1
    assert Tickets.of(desk.unit).get(1).status is Status.CLOSED


def test_repeated_mail_is_duplicate() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>", digest="same")
    again = desk.mail(message_id="<one@example.org>", digest="same")
    assert again.facts == {"message": 1, "duplicate": True}
    assert not again.changed
    assert [s.duplicate for s in Journal.of(desk.unit).changes.journal] == [False, True]


def test_same_message_id_with_other_content_is_second_message() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    other = desk.mail(message_id="<one@example.org>")
    assert "duplicate" not in other.facts
    assert len(Messages.of(desk.unit).changes.messages) == 2


def test_same_mail_in_two_mailboxes_is_two_messages() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>", digest="same")
    assert desk.mail(at="sales", message_id="<one@example.org>", digest="same").facts["number"] == 2
