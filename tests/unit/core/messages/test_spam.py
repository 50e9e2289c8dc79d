"""Spam gets no answer and notifies no one, and the mark can be removed."""

from __future__ import annotations

import pytest

from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.settings import Acknowledgement, ChannelInfo, Settings
from deskctl.core.messages.commands import Block, MarkSpam, UnmarkSpam
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import Refused
from tests.unit.core.desk import MAIL, NOW, SETTINGS, UnitDesk

POLITE = Settings(
    name="Acme Support",
    channels={
        "support": ChannelInfo(
            "support", "email", "support@acme.test", team="support", sends=True, acknowledge=Acknowledgement()
        )
    },
)


def test_relay_verdict_marks_the_ticket_as_spam() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(spam="X-Spam-Flag: YES")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.spam, ticket.waiting_since) == (Status.CLOSED, True, None)
    assert not Outbox.of(desk.unit).changes.outbox
    assert desk.unit.changes.timers["purge_spam:1"].due_at == NOW + SETTINGS.keep_spam


def test_mail_of_a_participant_is_not_spam() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    answer = desk.mail(in_reply_to=("<one@example.org>",), spam="X-Spam-Flag: YES")
    assert answer.facts["number"] == 1
    assert not Tickets.of(desk.unit).get(1).spam


def test_mail_of_a_blocked_sender_or_domain_is_spam() -> None:
    desk = UnitDesk()
    desk.mail("eve@spam.example")
    desk.do(MarkSpam(1, "sender"))
    desk.mail("EVE@spam.example", "again")
    desk.mail("adam@spam.example", "me too")
    assert [Tickets.of(desk.unit).get(n).spam for n in (1, 2, 3)] == [True, True, False]
    desk.do(Block("@spam.example"))
    desk.mail("adam@spam.example", "and again")
    assert Tickets.of(desk.unit).get(4).spam


def test_unmarking_spam_makes_the_ticket_new() -> None:
    desk = UnitDesk()
    desk.mail(spam="X-Spam-Flag: YES")
    desk.do(UnmarkSpam(1))
    assert (Tickets.of(desk.unit).get(1).status, Tickets.of(desk.unit).get(1).spam) == (Status.NEW, False)
    assert "purge_spam:1" not in desk.unit.changes.timers


def test_unmarking_spam_restores_the_waiting_time() -> None:
    desk = UnitDesk()
    desk.mail()
    waiting = Tickets.of(desk.unit).get(1).waiting_since
    assert waiting is not None
    desk.do(MarkSpam(1))
    assert Tickets.of(desk.unit).get(1).waiting_since is None
    desk.do(UnmarkSpam(1))
    assert Tickets.of(desk.unit).get(1).waiting_since == waiting


def test_own_address_is_never_blocked() -> None:
    desk = UnitDesk()
    desk.mail("support@acme.test")
    with pytest.raises(Refused, match="own address"):
        desk.do(MarkSpam(1, "sender"))


def test_person_gets_one_acknowledgement_in_their_language() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(language="ko", message_id="<one@example.org>")
    said = desk.sent_to("ana@example.org")
    assert len(said) == 1
    assert said[0].automatic
    assert "접수 번호는 #1" in said[0].text
    desk.mail(in_reply_to=("<one@example.org>",))
    assert len(desk.sent_to("ana@example.org")) == 1


def test_answer_to_the_acknowledgement_matches_its_ticket() -> None:
    desk = UnitDesk(POLITE)
    desk.mail()
    acknowledgement = desk.sent_to("ana@example.org")[0]
    answer = desk.mail("ana@second.example", in_reply_to=(acknowledgement.message_id,))
    assert (answer.facts["number"], answer.facts["how"]) == (1, "own_id")


def test_automatic_mail_gets_no_acknowledgement() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(automatic="Auto-Submitted: auto-replied")
    desk.mail("no-reply@example.org")
    assert [e.to for e in Outbox.of(desk.unit).changes.outbox.values() if e.kind == "auto"] == []


def test_sender_gets_at_most_five_acknowledgements_a_day() -> None:
    desk = UnitDesk(POLITE)
    for _ in range(9):
        desk.mail("robot@example.org")
    assert len(desk.sent_to("robot@example.org")) == 5


def test_channel_without_acknowledgement_sends_none() -> None:
    assert MAIL.acknowledge is None
    desk = UnitDesk()
    desk.mail()
    assert desk.sent_to("ana@example.org") == []
