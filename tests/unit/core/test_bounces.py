"""Mail that came back is shown on what was sent, and only by who may say so."""

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

from .desk import UnitDesk


def answered() -> tuple[UnitDesk, int, str]:
    desk = UnitDesk()
    desk.mail()
    desk.do(Take(1))
    facts = desk.do(Reply(1, "We are on it.")).facts
    desk.do(SettleDelivery(facts["outbox"], "sent"), Actor.system("sender"))
    return desk, facts["outbox"], facts["message_id"]


def report(original: str | None, permanent: bool = True, recipient: str = "ana@example.org") -> Bounce:
    return Bounce((recipient,), "5.1.1" if permanent else "4.4.7", permanent, "no such user", original)


def test_what_came_back_for_good_failed() -> None:
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


def test_what_is_only_late_changes_nothing_but_the_remark() -> None:
    desk, outbox, message_id = answered()
    desk.mail("mailer-daemon@example.org", bounce=report(message_id, permanent=False))
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT
    assert Tickets.of(desk.unit).get(1).status is Status.PENDING


def test_a_report_about_somebody_we_did_not_write_to_is_just_mail() -> None:
    desk, outbox, message_id = answered()
    landed = desk.mail("eve@example.net", bounce=report(message_id, recipient="victim@example.com"))
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT
    assert "bounced" not in desk.kinds(landed.facts["number"])


def test_an_invented_report_touches_nothing() -> None:
    desk, outbox, _ = answered()
    landed = desk.mail("eve@example.net", bounce=report("<invented@acme.test>"))
    assert landed.facts["number"] == 2
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.SENT


def test_an_address_that_writes_again_works_again() -> None:
    desk, _, message_id = answered()
    desk.mail("mailer-daemon@example.org", bounce=report(message_id))
    desk.mail()
    identity = Contacts.of(desk.unit).identity(address_key("email", "ana@example.org"))
    assert identity is not None and identity.bounced is None
