"""Delivery reports: record the state of each recipient of a mail. They are not messages of the customer."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from ...i18n import preferred
from ..contacts.identity import address_key
from ..contacts.repository import Contacts
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..messages.model import Bounce, Confirmation, InboundMessage, RecipientReport
from ..tickets.events import StatusChanged
from ..tickets.model import Status
from ..tickets.repository import Tickets
from .events import Bounced, DeliverySettled
from .failure_texts import ADDRESS_FAILURES, delivery_lines, reason_text
from .model import Delivery, OutboxEntry, OutboxKind, OutboxState
from .repository import Outbox


def reported_entry(unit: Unit, channel: str, message: InboundMessage) -> OutboxEntry | None:
    """Return the mail that a report is about: one sent through this channel to a recipient that the report names.

    The random Message-ID identifies the mail. The recipient is also checked, because recipients know the Message-ID and
    must not be able to report a failure for someone else.
    """
    report = message.bounce or message.confirmation
    for message_id in reported_ids(message):
        entry = Outbox.of(unit).sent(message_id)
        if entry is not None and report is not None and entry.channel == channel and _concerns(entry, report):
            return entry
    return None


def reported_ids(message: InboundMessage) -> list[str]:
    """Return the Message-IDs of the mail that a report may be about; none if the message is not a report."""
    report = message.bounce or message.confirmation
    if report is None or (isinstance(report, Confirmation) and report.kind != "delivered"):
        return []
    ids = (report.original_message_id, *message.in_reply_to, *message.references)
    return list(dict.fromkeys(i for i in ids if i))


def _concerns(entry: OutboxEntry, report: Bounce | Confirmation) -> bool:
    """Return True if a report names a recipient of the mail, or no recipient at all."""
    named = {address.lower() for address in report.recipients}
    if isinstance(report, Bounce):
        named |= {one.address.lower() for one in report.reports}
    return not named or bool(named & set(recipients(entry)))


def recipients(entry: OutboxEntry) -> list[str]:
    """Return all recipients of a mail in lower case, each once."""
    return list(dict.fromkeys(address.lower() for address in (*entry.to, *entry.cc, *entry.bcc)))


def record_confirmation(unit: Unit, entry: OutboxEntry, confirmation: Confirmation) -> None:
    """Record a report of successful delivery to the recipients that it names, or to all if it names none."""
    named = [address.lower() for address in confirmation.recipients] or recipients(entry)
    Outbox.of(unit).put(replace(entry, deliveries=_with_reports(entry, [Delivery(one, "delivered") for one in named])))


def refusal_report(refused: Sequence[RecipientReport]) -> Bounce:
    """Return a report about the recipients that the relay refused while it accepted the mail for others."""
    first = refused[0]
    permanent = any(not (one.status or "5").startswith("4") for one in refused)
    addresses = tuple(one.address for one in refused)
    return Bounce(
        addresses,
        first.status,
        permanent,
        first.reason,
        action="failed",
        reason_class=first.reason_class,
        reports=tuple(refused),
    )


def record_bounce(unit: Unit, entry: OutboxEntry, bounce: Bounce, message: int) -> Generator[Event, None, None]:
    """Record a report about recipients of a mail.

    The mail has failed if it reached no recipient in To; otherwise it stays sent for the others. A delay is not a
    failure. Addresses that permanently accept no mail are marked.
    """
    reported = _reported_deliveries(entry, bounce)
    bad = [one for one in reported if one.state == ("delayed" if bounce.delayed else "failed")]
    entry = replace(entry, deliveries=_with_reports(entry, reported))
    lost = {one.address for one in entry.deliveries if one.state == "failed"}
    whole = not bounce.delayed and lost >= {address.lower() for address in entry.to}
    partly = bool(bad) and not bounce.delayed and not whole
    if entry.ticket is not None:
        yield Bounced(
            entry.ticket,
            message,
            entry.id,
            bounce.permanent,
            bounce.status,
            "delayed" if bounce.delayed else "failed",
            bounce.reason_class,
            partly,
        )
    reason = " ".join(filter(None, (bounce.status, bounce.reason))) or "no reason given"
    if not bounce.delayed:
        _mark_addresses(unit, entry, bounce, bad)
    if bounce.delayed:
        entry = replace(entry, last_error=f"delayed: {reason}")
    elif partly:
        entry = replace(entry, last_error=f"bounced for {', '.join(one.address for one in bad)}: {reason}")
    if not whole or entry.state is OutboxState.FAILED:
        Outbox.of(unit).put(entry)
        return
    Outbox.of(unit).put(replace(entry, state=OutboxState.FAILED, due_at=None, last_error=f"bounced: {reason}"))
    if entry.ticket is None or entry.kind is not OutboxKind.REPLY:
        return
    words = delivery_lines(preferred(unit.settings.language), bad) or f"bounced: {reason}"
    yield DeliverySettled(entry.ticket, entry.id, entry.message, OutboxState.FAILED.value, words)
    ticket = Tickets.of(unit).get(entry.ticket)
    if ticket.status is Status.PENDING:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)


def _reported_deliveries(entry: OutboxEntry, bounce: Bounce) -> list[Delivery]:
    """Return the deliveries that a report contains for recipients of the mail; for all in To if it names none."""
    known = recipients(entry)
    action = "delayed" if bounce.delayed else "failed"
    reports: Iterable[RecipientReport] = bounce.reports or (
        RecipientReport(address, action, bounce.status, bounce.reason_class, bounce.reason)
        for address in bounce.recipients or entry.to
    )
    return [
        Delivery(one.address.lower(), one.action, one.status, one.reason_class, one.reason)
        for one in reports
        if one.address.lower() in known
    ]


def _with_reports(entry: OutboxEntry, reported: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Return the deliveries of a mail with new reports. A failed one stays failed until the mail is sent again."""
    known = {one.address: one for one in entry.deliveries}
    for one in reported:
        before = known.get(one.address)
        if before is None or before.state != "failed" or one.state == "failed":
            known[one.address] = one
    return tuple(known.values())


def _mark_addresses(unit: Unit, entry: OutboxEntry, bounce: Bounce, bad: Sequence[Delivery]) -> None:
    """Mark the addresses that permanently accept no mail."""
    channel = unit.settings.of(Channels).channel(entry.channel)
    for one in bad:
        unusable = one.reason_class is None or one.reason_class in ADDRESS_FAILURES
        if unusable and bounce.permanent and not (one.status or "5").startswith("4"):
            reason = " ".join(filter(None, (one.status, one.reason)))
            words = reason_text("en", one.reason_class) if one.reason_class else ""
            mark = f"{reason} ({words})" if reason and words else reason or words or "no reason given"
            Contacts.of(unit).mark_bounced(address_key(channel.kind if channel else "email", one.address), mark)
