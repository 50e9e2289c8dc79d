"""Spam gets no answer and notifies no one, and the mark can be removed."""

from __future__ import annotations

import pytest

from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import Acknowledgement, ChannelInfo, Channels
from deskctl.core.messages.commands import Block, MarkSpam, UnmarkSpam
from deskctl.core.messages.settings import MessageSettings
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import Refused
from tests.unit.core.desk import NOW, SETTINGS, UnitDesk

POLITE = Settings(name="Acme Support").with_features(
    Channels(
        {
            "support": ChannelInfo(
                "support", "email", "support@acme.test", team="support", sends=True, acknowledge=Acknowledgement()
            )
        }
    )
)


def test_relay_verdict_marks_the_ticket_as_spam() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(spam="X-Spam-Flag: YES")
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.spam, ticket.waiting_since) == (Status.CLOSED, True, None)
    assert not Outbox.of(desk.unit).changes.outbox
    assert desk.unit.changes.timers["purge_spam:1"].due_at == NOW + SETTINGS.of(MessageSettings).keep_spam


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
