"""Bounces: their effect on sent mail, and the reports that are not accepted."""

from __future__ import annotations

from deskctl.core.contacts.identity import address_key
from deskctl.core.contacts.repository import Contacts
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from tests.unit.core.desk import UnitDesk


def answered() -> tuple[UnitDesk, int, str]:
    """Return a desk with a sent reply, the reply's outbox number and its Message-ID."""
    desk = UnitDesk()
    desk.mail()
    desk.do(Take(1))
    facts = desk.do(Reply(1, "We are on it.")).facts
    desk.do(SettleDelivery(facts["outbox"], "sent"), Actor.system("sender"))
    return desk, facts["outbox"], facts["message_id"]


def report(original: str | None, permanent: bool = True, recipient: str = "ana@example.org") -> Bounce:
    return Bounce((recipient,), "5.1.1" if permanent else "4.4.7", permanent, "no such user", original)


def test_permanent_bounce_fails_the_reply_and_marks_the_address() -> None:
    desk, outbox, message_id = answered()
    landed = desk.mail("mailer-daemon@example.org", bounce=report(message_id))
    assert landed.facts["number"] == 1
    entry = Outbox.of(desk.unit).get(outbox)
    assert (entry.state, entry.last_error) == (OutboxState.FAILED, "bounced: 5.1.1 no such user")
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    identity = Contacts.of(desk.unit).identity(address_key("email", "ana@example.org"))
    assert identity is not None and identity.bounced == "5.1.1 no such user"
    assert "no such user" in desk.sent_to("agent1@acme.test")[-1].text
    assert Messages.of(desk.unit).changes.messages[-1].kind is MessageKind.AUTO


def test_temporary_bounce_leaves_the_reply_sent() -> None:
    desk, outbox, message_id = answered()
    desk.mail("mailer-daemon@example.org", bounce=report(message_id, permanent=False))
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT
    assert Tickets.of(desk.unit).get(1).status is Status.PENDING


def test_report_about_another_recipient_is_ordinary_mail() -> None:
    desk, outbox, message_id = answered()
    landed = desk.mail("eve@example.net", bounce=report(message_id, recipient="victim@example.com"))
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT
    assert "bounced" not in desk.kinds(landed.facts["number"])


def test_report_about_an_unknown_mail_opens_a_ticket() -> None:
    desk, outbox, _ = answered()
    landed = desk.mail("eve@example.net", bounce=report("<invented@acme.test>"))
    assert landed.facts["number"] == 2
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT


def test_mail_from_a_bounced_address_clears_its_mark() -> None:
    desk, _, message_id = answered()
    desk.mail("mailer-daemon@example.org", bounce=report(message_id))
    desk.mail()
    identity = Contacts.of(desk.unit).identity(address_key("email", "ana@example.org"))
    assert identity is not None and identity.bounced is None
