"""Split messages off a ticket into a new one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from zoneinfo import ZoneInfo

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..contacts.identity import address_key
from ..contacts.repository import Contacts
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.addresses import answerable
from ..messages.channels import Channels
from ..messages.model import MessageKind
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from ..sla.repository import Sla
from ..sla.ticket_history import HISTORY_KINDS, InteractionKind, TicketHistory, read_history, unanswered
from ..tickets.creation import creation_event, open_ticket
from ..tickets.events import WaitingChanged, field_changed
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from ..tickets.status import editable_ticket
from .commands import Split
from .events import SplitFrom, SplitOff


def split(unit: Unit, command: Split, actor: Actor) -> Steps:
    """Move messages to a new ticket in the queue of the same team, with the waiting time since the first of them.

    Replies stay on the old ticket. The new ticket has the language and a copy of the fields of the old one. Its clocks
    run as if it had been separate from the start.
    """
    ticket = editable_ticket(unit, command.ticket)
    chosen = _chosen(unit, ticket, Messages.of(unit).heads(ticket.number), command.messages)
    first = next(head for head in chosen if head.kind is MessageKind.IN)
    history = read_history(Sla.of(unit).history(ticket.number, HISTORY_KINDS))
    received_at = (
        {
            interaction.message: interaction.at
            for interaction in history.interactions
            if interaction.kind is InteractionKind.CUSTOMER_MESSAGE
        }
        if history is not None
        else {}
    )
    asked = {h.id: received_at.get(h.id, unit.now) for h in chosen if h.kind is MessageKind.IN}
    since = min(asked.values())
    other = open_ticket(
        unit,
        subject=command.subject.strip() or first.subject or ticket.subject,
        channel=first.channel,
        contact=_writer(unit, first, ticket),
        team=ticket.team,
        language=ticket.language,
    )
    numbers = tuple(head.id for head in chosen)
    Messages.of(unit).move(numbers, ticket.number, other.number)
    Tickets.of(unit).add_participants(other.number, _participants(unit, chosen))
    yield creation_event(other)
    for name, value in sorted(ticket.fields.items()):
        yield field_changed(other.number, name, None, value)
    moments = tuple(at.isoformat() for at in asked.values())
    yield SplitFrom(other.number, ticket.number, numbers, since, tuple(asked), moments)
    yield WaitingChanged(other.number, None, since)
    yield SplitOff(ticket.number, other.number, numbers)
    yield from _still_waiting(ticket, history, numbers)
    facts = {"number": other.number, "messages": list(numbers)}
    return Outcome(
        _("ticket {new} is split off ticket {number}", new=other.number, number=ticket.number),
        (ticket.number, other.number),
        facts,
    )


def _chosen(unit: Unit, ticket: Ticket, heads: Sequence[MessageHead], wanted: Sequence[int]) -> list[MessageHead]:
    """Return the messages to move, oldest first. Raises UsageError, NotFound and Refused."""
    incoming = [head for head in heads if head.kind is MessageKind.IN]
    hint = _("messages of the customer: {messages}", messages=_listed(unit, incoming))
    if not wanted:
        raise UsageError(_("no messages of ticket {number} given for the new one", number=ticket.number), hint)
    known = {head.id: head for head in heads}
    for number in wanted:
        if number not in known:
            merged = _merged_with(unit, ticket.number, number)
            if merged is not None:
                raise Refused(
                    _(
                        "message {message} is on ticket {merged}, which was merged into {number}",
                        message=number,
                        merged=merged,
                        number=ticket.number,
                    ),
                    _("deskctl undo can undo the merge if both tickets are unchanged since"),
                )
            raise NotFound(_("ticket {number} has no message {message}", number=ticket.number, message=number), hint)
        if known[number].kind is MessageKind.OUT:
            raise Refused(_("message {number} is a reply, which stays on its ticket", number=number), hint)
        if known[number].kind is MessageKind.AUTO:
            raise Refused(_("message {number} is automatic and cannot open a ticket", number=number), hint)
    chosen = sorted({number: known[number] for number in wanted}.values(), key=lambda head: head.id)
    gone = {head.id for head in chosen}
    if not any(head.id in gone for head in incoming):
        raise Refused(_("the new ticket needs a message of the customer"), hint)
    if all(head.id in gone for head in incoming):
        raise Refused(
            _("no message of the customer would be left on ticket {number}", number=ticket.number),
            _("leave at least one of them"),
        )
    return chosen


def _merged_with(unit: Unit, ticket: int, message: int) -> int | None:
    """Return the ticket that was merged into this one and has the message."""
    merged = Tickets.of(unit).merged_into(ticket)
    return next((number for number in merged if any(h.id == message for h in Messages.of(unit).heads(number))), None)


def _listed(unit: Unit, heads: Sequence[MessageHead]) -> str:
    zone = ZoneInfo(unit.settings.timezone)
    return ", ".join(f"{h.id} ({h.author or '-'}, {h.sent_at.astimezone(zone):%Y-%m-%d %H:%M %Z})" for h in heads)


def _writer(unit: Unit, head: MessageHead, ticket: Ticket) -> int:
    """Return the contact of the new ticket."""
    channel = unit.settings.of(Channels).channel(head.channel)
    kind = "email" if channel is None or "@" in (head.author or "") else channel.kind
    identity = None if head.author is None else Contacts.of(unit).identity(address_key(kind, head.author))
    return ticket.contact if identity is None else identity.contact


def _participants(unit: Unit, heads: Sequence[MessageHead]) -> list[str]:
    """Return the addresses of senders and recipients of these messages that can get answers, without strangers."""
    known = [head for head in heads if head.kind is MessageKind.IN and head.verified]
    named = (a for head in known for a in (head.author, *head.reply_to, *head.to, *head.cc) if a)
    return list(answerable(unit.settings, named, {address.lower() for head in heads for address in head.lists}))


def _still_waiting(ticket: Ticket, history: TicketHistory | None, gone: Sequence[int]) -> Generator[Event, None, None]:
    """Yield the change of the waiting time on the old ticket if messages that had no answer are moved."""
    asked = unanswered(history)
    left = [interaction.at for interaction in asked if interaction.message not in gone]
    if ticket.waiting_since is not None and len(left) < len(asked):
        waiting = min(left, default=None)
        if waiting != ticket.waiting_since:
            yield WaitingChanged(ticket.number, ticket.waiting_since, waiting)


HANDLERS: dict[type[Command], Handler] = {Split: split}
