"""Spam is kept apart, tells nobody, answers nothing, and can turn out to be none."""

from __future__ import annotations

import pytest

from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.settings import Acknowledgement, ChannelInfo, Settings
from deskctl.core.messages.commands import Block, MarkSpam, UnmarkSpam
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import Refused

from .desk import MAIL, NOW, SETTINGS, UnitDesk

POLITE = Settings(
    name="Acme Support",
    channels={
        "support": ChannelInfo(
            "support", "email", "support@acme.test", team="support", sends=True, acknowledge=Acknowledgement()
        )
    },
)


def test_a_relays_verdict_keeps_a_mail_apart() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(spam="X-Spam-Flag: YES")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.spam, ticket.waiting_since) == (Status.CLOSED, True, None)
    assert not Outbox.of(desk.unit).changes.outbox
    assert desk.unit.changes.timers["purge_spam:1"].due_at == NOW + SETTINGS.keep_spam


def test_who_takes_part_is_no_spammer_whatever_a_relay_says() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    answer = desk.mail(in_reply_to=("<one@example.org>",), spam="X-Spam-Flag: YES")
    assert answer.facts["number"] == 1
    assert not Tickets.of(desk.unit).get(1).spam


def test_a_blocked_sender_and_a_blocked_domain_are_spam() -> None:
    desk = UnitDesk()
    desk.mail("eve@spam.example")
    desk.do(MarkSpam(1, "sender"))
    desk.mail("EVE@spam.example", "again")
    desk.mail("adam@spam.example", "me too")
    assert [Tickets.of(desk.unit).get(n).spam for n in (1, 2, 3)] == [True, True, False]
    desk.do(Block("@spam.example"))
    desk.mail("adam@spam.example", "and again")
    assert Tickets.of(desk.unit).get(4).spam


def test_no_spam_after_all_is_work_again() -> None:
    desk = UnitDesk()
    desk.mail(spam="X-Spam-Flag: YES")
    desk.do(UnmarkSpam(1))
    assert (Tickets.of(desk.unit).get(1).status, Tickets.of(desk.unit).get(1).spam) == (Status.NEW, False)
    assert "purge_spam:1" not in desk.unit.changes.timers


def test_who_turns_out_to_be_no_spammer_still_waits() -> None:
    desk = UnitDesk()
    desk.mail()
    waiting = Tickets.of(desk.unit).get(1).waiting_since
    assert waiting is not None
    desk.do(MarkSpam(1))
    assert Tickets.of(desk.unit).get(1).waiting_since is None
    desk.do(UnmarkSpam(1))
    assert Tickets.of(desk.unit).get(1).waiting_since == waiting


def test_the_desks_own_address_is_never_blocked() -> None:
    desk = UnitDesk()
    desk.mail("support@acme.test")
    with pytest.raises(Refused, match="own address"):
        desk.do(MarkSpam(1, "sender"))


def test_a_person_is_acknowledged_once_and_in_their_language() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(language="ko", message_id="<one@example.org>")
    said = desk.sent_to("ana@example.org")
    assert len(said) == 1
    assert said[0].automatic
    assert "접수 번호는 #1" in said[0].text
    desk.mail(in_reply_to=("<one@example.org>",))
    assert len(desk.sent_to("ana@example.org")) == 1


def test_an_answer_to_the_acknowledgement_lands_on_its_ticket() -> None:
    desk = UnitDesk(POLITE)
    desk.mail()
    acknowledgement = desk.sent_to("ana@example.org")[0]
    answer = desk.mail("ana@second.example", in_reply_to=(acknowledgement.message_id,))
    assert (answer.facts["number"], answer.facts["how"]) == (1, "own_id")


def test_a_machine_is_not_acknowledged() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(automatic="Auto-Submitted: auto-replied")
    desk.mail("no-reply@example.org")
    assert [e.to for e in Outbox.of(desk.unit).changes.outbox.values() if e.kind == "auto"] == []


def test_a_machine_that_looks_like_a_person_is_answered_five_times_a_day_at_most() -> None:
    desk = UnitDesk(POLITE)
    for _ in range(9):
        desk.mail("robot@example.org")
    assert len(desk.sent_to("robot@example.org")) == 5


def test_without_words_for_it_nobody_is_acknowledged() -> None:
    assert MAIL.acknowledge is None
    desk = UnitDesk()
    desk.mail()
    assert desk.sent_to("ana@example.org") == []
