"""Record the results of delivery attempts; retry and cancel outgoing messages."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

from ...errors import Refused
from ...i18n import _
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..messages.repository import Messages
from ..tickets.events import StatusChanged
from ..tickets.model import Status
from ..tickets.repository import Tickets
from . import bounces
from .commands import CancelOutbox, RetryOutbox, SettleDelivery
from .events import DeliverySettled
from .model import DUE_STATES, GIVE_UP_AFTER, RETRY_AFTER, STATE_NAMES, OutboxEntry, OutboxKind, OutboxState
from .notification_mail import resend_by_mail
from .repository import Outbox

_RETRIABLE = frozenset({OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.RETRY, OutboxState.CANCELLED})


def record_result(unit: Unit, command: SettleDelivery, actor: Actor) -> Steps:
    """Record the result of an attempt.

    The delay after `try_later` grows with each attempt; the message fails after four days. `deferred` is not counted
    as an attempt.
    """
    entry = Outbox.of(unit).get(command.outbox)
    tried = replace(entry, attempts=entry.attempts + 1, last_error=command.reason)
    match command.result:
        case "sent":
            after = replace(tried, state=OutboxState.SENT, sent_at=unit.now, due_at=None, last_error=None)
        case "deferred":
            wait = _retry_after(command.retry_after) or timedelta(seconds=1)
            after = replace(entry, state=OutboxState.QUEUED, due_at=unit.now + wait, last_error=command.reason)
        case "try_later" if unit.now - entry.created_at < GIVE_UP_AFTER:
            wait = RETRY_AFTER[min(entry.attempts, len(RETRY_AFTER) - 1)]
            wait = max(wait, _retry_after(command.retry_after) or wait)
            after = replace(tried, state=OutboxState.RETRY, due_at=unit.now + wait)
        case "uncertain":
            after = replace(tried, state=OutboxState.UNCERTAIN, due_at=None)
        case _:
            after = replace(tried, state=OutboxState.FAILED, due_at=None)
    Outbox.of(unit).put(after)
    if after.state not in DUE_STATES:
        yield from _record_on_ticket(unit, after)
        resend_by_mail(unit, after)
    if after.state is OutboxState.SENT:
        _enqueue_copy(unit, after)
        if command.refused:
            yield from bounces.record_bounce(unit, after, bounces.refusal_report(command.refused), after.message or 0)
        if after.message is not None:
            Messages.of(unit).changes.known_as.update(dict.fromkeys(command.ids, after.message))
    return Outcome(
        _("outgoing message {message} is {state}", message=entry.id, state=STATE_NAMES[after.state]),
        facts={"outbox": entry.id, "state": after.state.value},
    )


def _retry_after(seconds: float | None) -> timedelta | None:
    """Return the delay that the server named, at most `GIVE_UP_AFTER`; None if it is not a usable number."""
    if seconds is None or not 0 < seconds < 10**9:  # also excludes NaN
        return None
    return timedelta(seconds=min(seconds, GIVE_UP_AFTER.total_seconds()))


def _enqueue_copy(unit: Unit, entry: OutboxEntry) -> None:
    """Enqueue the copy for the mailbox's folder of sent mail. If the copy fails, the reply itself is not sent again."""
    channel = unit.settings.of(Channels).channel(entry.channel)
    if entry.kind is OutboxKind.REPLY and channel is not None and channel.copies:
        number = unit.source.next_id("outbox")
        Outbox.of(unit).add(
            replace(
                entry,
                id=number,
                kind=OutboxKind.COPY,
                message=None,
                state=OutboxState.QUEUED,
                created_at=unit.now,
                due_at=unit.now,
                attempts=0,
                sent_at=None,
                last_error=None,
                deliveries=(),
            )
        )


def _record_on_ticket(unit: Unit, entry: OutboxEntry) -> Generator[Event, None, None]:
    """Record the state of a reply on its ticket, and reopen the ticket if the reply failed."""
    if entry.ticket is None or entry.kind is not OutboxKind.REPLY:
        return
    yield DeliverySettled(entry.ticket, entry.id, entry.message, entry.state.value, entry.last_error)
    yield from _reopen_ticket(unit, entry)


def _reopen_ticket(unit: Unit, entry: OutboxEntry) -> Generator[Event, None, None]:
    """Reopen a pending ticket whose reply failed or was cancelled."""
    if entry.ticket is None or entry.kind is not OutboxKind.REPLY:
        return
    ticket = Tickets.of(unit).get(entry.ticket)
    if entry.state in (OutboxState.FAILED, OutboxState.CANCELLED) and ticket.status is Status.PENDING:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)


def _changed_by_person(entry: OutboxEntry, state: OutboxState) -> DeliverySettled:
    """Return the event that someone changed the state of a message; it is on the ticket if the message is a reply."""
    ticket = entry.ticket if entry.kind is OutboxKind.REPLY else None
    return DeliverySettled(ticket, entry.id, entry.message, state.value, old=entry.state.value)


def retry(unit: Unit, command: RetryOutbox, actor: Actor) -> Steps:
    entry = Outbox.of(unit).get(command.outbox)
    if entry.state not in _RETRIABLE:
        raise Refused(
            _("outgoing message {message} is {state}", message=entry.id, state=STATE_NAMES[entry.state]),
            _("only failed, waiting, cancelled or uncertain messages can be sent again"),
        )
    Outbox.of(unit).put(replace(entry, state=OutboxState.QUEUED, due_at=unit.now, deliveries=()))
    yield _changed_by_person(entry, OutboxState.QUEUED)
    return Outcome(_("outgoing message {message} queued again", message=entry.id), facts={"outbox": entry.id})


def cancel(unit: Unit, command: CancelOutbox, actor: Actor) -> Steps:
    entry = Outbox.of(unit).get(command.outbox)
    if entry.state not in DUE_STATES:
        raise Refused(
            _("outgoing message {message} is {state}", message=entry.id, state=STATE_NAMES[entry.state]),
            _("only waiting messages can be cancelled"),
        )
    after = replace(entry, state=OutboxState.CANCELLED, due_at=None)
    Outbox.of(unit).put(after)
    yield _changed_by_person(entry, OutboxState.CANCELLED)
    yield from _reopen_ticket(unit, after)
    return Outcome(_("outgoing message {message} cancelled", message=entry.id), facts={"outbox": entry.id})


HANDLERS: dict[type[Command], Handler] = {
    SettleDelivery: record_result,
    RetryOutbox: retry,
    CancelOutbox: cancel,
}
