"""A new ticket: written down by hand, or made room for by intake."""

from __future__ import annotations

from ..errors import NotFound, UsageError
from . import targets
from .commands import Command
from .commands import tickets as c
from .conversation import Message
from .events import MessageReceived, Tagged, TicketCreated, WaitingChanged
from .fields import parse_priority, parse_tag
from .handling import Handler, Said, Steps
from .identity import contact_for
from .messages import MessageKind
from .people import Actor
from .queue import virtual_due
from .suggest import did_you_mean
from .tickets import Priority, Ticket
from .unit import Unit
from .work import words


def create(unit: Unit, command: c.Create, actor: Actor) -> Steps:
    """Write down what a customer said elsewhere: their words, kind `in`; nothing is sent."""
    channel = unit.settings.channel(command.channel)
    if channel is None:
        names = [*unit.settings.channels, "phone", "manual"]
        raise NotFound(
            f"there is no channel “{command.channel}”{did_you_mean(command.channel, names)}",
            f"the channels are {', '.join(names)}",
        )
    team = channel.team
    if command.team is not None:
        team = targets.resolve(unit, f"team:{command.team}").handle
    sender = command.sender.strip()
    if not sender or any(ch in sender for ch in "\r\n\0"):
        raise UsageError("say who the customer is: --from ADDRESS or --from NUMBER")
    kind = "email" if "@" in sender else channel.kind if channel.kind != "manual" else "phone"
    contact = contact_for(unit, kind, sender, command.sender_name)
    ticket = open_ticket(
        unit,
        subject=command.subject,
        channel=channel.name,
        contact=contact.id,
        team=team,
        priority=Priority.NORMAL if command.priority is None else parse_priority(command.priority),
    )
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.IN,
        channel=channel.name,
        author=sender,
        sent_at=unit.now,
        created_at=unit.now,
        subject=command.subject,
        text=words(command.text),
        visible_text=words(command.text),
        contact=contact.id,
    )
    unit.add_message(message)
    if kind == "email":
        unit.add_participants(ticket.number, (sender,))
    yield created(ticket)
    yield MessageReceived(ticket.number, message.id)
    yield WaitingChanged(ticket.number, None, unit.now)
    if command.tags:
        yield Tagged(ticket.number, tuple(sorted({parse_tag(t) for t in command.tags})))
    facts = {"number": ticket.number, "message": message.id}
    return Said(f"ticket {ticket.number} is open for {sender}", (ticket.number,), facts)


def open_ticket(
    unit: Unit,
    *,
    subject: str,
    channel: str,
    contact: int,
    team: str | None,
    priority: Priority = Priority.NORMAL,
    language: str | None = None,
    follows: int | None = None,
) -> Ticket:
    """A new ticket in the working set; the event that speaks of it is the caller's (`created`)."""
    ticket = Ticket(
        number=unit.source.next_id("tickets"),
        subject=subject.strip(),
        channel=channel,
        contact=contact,
        created_at=unit.now,
        updated_at=unit.now,
        queue_at=virtual_due(unit.now, priority),
        priority=priority,
        team=team,
        language=language,
        follows=follows,
        token=unit.source.token(),
    )
    unit.add_ticket(ticket)
    return ticket


def created(ticket: Ticket) -> TicketCreated:
    return TicketCreated(
        ticket.number,
        channel=ticket.channel,
        contact=ticket.contact,
        team=ticket.team,
        priority=ticket.priority,
        language=ticket.language,
        follows=ticket.follows,
    )


HANDLERS: dict[type[Command], Handler] = {c.Create: create}
