"""Mail of ours that came back: shown on what was sent, never as a customer's words."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace

from .events import Bounced, DeliverySettled, Event, StatusChanged
from .identity import address_key
from .messages import Bounce, InboundMessage
from .outbox import OutboxEntry, OutboxKind, OutboxState
from .tickets import Status
from .unit import Unit


def returned(unit: Unit, channel: str, message: InboundMessage) -> OutboxEntry | None:
    """What a report speaks of: a mail that we sent through this channel, to one of those it names.

    The Message-ID alone would do (it is random), but who merely received our mail shall not be able to
    report for others that it did not arrive.
    """
    bounce = message.bounce
    if bounce is None:
        return None
    ids = [i for i in (bounce.original_message_id, *message.in_reply_to, *message.references) if i]
    for message_id in dict.fromkeys(ids):
        entry = unit.sent(message_id)
        if entry is not None and entry.channel == channel and _concerns(entry, bounce.recipients):
            return entry
    return None


def _concerns(entry: OutboxEntry, recipients: Iterable[str]) -> bool:
    wrote_to = {address.lower() for address in (*entry.to, *entry.cc, *entry.bcc)}
    named = {address.lower() for address in recipients}
    return not named or bool(named & wrote_to)


def record(unit: Unit, entry: OutboxEntry, bounce: Bounce, message: int) -> Generator[Event, None, None]:
    """Late mail is only noted. For good: the entry failed, its owner is told, and the address is marked."""
    reason = " ".join(filter(None, (bounce.status, bounce.reason))) or "no reason given"
    yield Bounced(entry.ticket, message, entry.id, bounce.permanent, bounce.status)
    if not bounce.permanent:
        unit.put_outbox(replace(entry, last_error=f"delayed: {reason}"))
        return
    kind = unit.settings.channel(entry.channel)
    for address in bounce.recipients or entry.to:
        unit.mark_bounced(address_key(kind.kind if kind else "email", address), reason)
    if entry.state is OutboxState.FAILED:
        return
    unit.put_outbox(replace(entry, state=OutboxState.FAILED, due_at=None, last_error=f"bounced: {reason}"))
    if entry.ticket is None or entry.kind is not OutboxKind.REPLY:
        return
    yield DeliverySettled(entry.ticket, entry.id, entry.message, OutboxState.FAILED.value, f"bounced: {reason}")
    ticket = unit.ticket(entry.ticket)
    if ticket.status is Status.PENDING:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)
