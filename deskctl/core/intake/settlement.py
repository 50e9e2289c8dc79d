"""Settle the journal row of a received message: done, a duplicate, or a report without a ticket."""

from __future__ import annotations

from ...i18n import _
from ..delivery import bounces
from ..delivery.model import OutboxEntry
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from .commands import Receive
from .journal import JournalSettled, JournalState
from .repository import Journal


def settle_report(unit: Unit, command: Receive, returned: OutboxEntry | None) -> Steps:
    """Settle a report that belongs to no ticket, without opening one; the journal row keeps the raw mail."""
    bounce, confirmation = command.message.bounce, command.message.confirmation
    if returned is not None and bounce is not None:
        yield from bounces.record_bounce(unit, returned, bounce, 0)
        reason = f"delivery report about outgoing message {returned.id}"
    elif returned is not None and confirmation is not None:
        bounces.record_confirmation(unit, returned, confirmation)
        reason = f"delivery confirmation about outgoing message {returned.id}"
    elif confirmation is not None and confirmation.kind == "read":
        reason = "read receipt about an unknown message"
    else:
        reason = "delivery confirmation about an unknown message"
    message = command.message
    subject = plain_subject(message.subject)
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=message.sender, subject=subject)
    )
    return Outcome(reason, facts={"report": reason})


def settle_duplicate(unit: Unit, command: Receive, message: int) -> Outcome:
    """Settle the journal row of a duplicate of a stored message."""
    Journal.of(unit).settle(settled(command, message, duplicate=True))
    facts = {"message": message, "duplicate": True}
    return Outcome(_("duplicate of message {message}", message=message), facts=facts)


def settled(command: Receive, message: int, duplicate: bool = False) -> JournalSettled:
    """Return the result of a journal row that became a message, or that is a duplicate of one."""
    received = command.message
    subject = plain_subject(received.subject)
    return JournalSettled(
        command.journal, JournalState.DONE, message, duplicate, sender=received.sender, subject=subject
    )


def plain_subject(subject: str) -> str:
    """Return the subject on one line, with single spaces."""
    return " ".join(subject.split())
