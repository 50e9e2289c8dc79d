"""Creation of tickets, by agents and for intake."""

from __future__ import annotations

from collections.abc import Generator
from zoneinfo import ZoneInfo

from ...errors import NotFound, UsageError
from ...i18n import _
from ..agents import targets
from ..contacts.events import CallLogged
from ..contacts.identity import address_owner, contact_for
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..messages.events import MessageReceived, ReplyAdded
from ..messages.model import MessageKind
from ..messages.notes import require_text
from ..messages.repository import Messages
from ..messages.thread import Message, Trust
from ..values.moments import format_moment
from ..values.suggestions import did_you_mean
from .calls import parse_call
from .commands import Create
from .events import Assigned, CallbackChanged, StatusChanged, Tagged, TicketCreated, WaitingChanged
from .fields import set_initial
from .model import Priority, Status, Ticket, parse_priority
from .queue_order import virtual_due
from .repository import Tickets
from .special_fields import callback_moment
from .tags import parse_tag

#: The maximum number of characters of a subject that is taken from a text.
LONGEST = 60


def create(unit: Unit, command: Create, actor: Actor) -> Steps:
    """Create a ticket with the customer's message (kind `in`). Nothing is sent.

    The message of an outgoing call is of kind `out`: the agent who called becomes the assignee, and the ticket is
    pending.
    """
    channel = unit.settings.of(Channels).channel(command.channel)
    if channel is None:
        names = [*unit.settings.of(Channels).channels, "phone", "manual"]
        raise NotFound(
            _(
                'no channel "{channel}"{suggestion}',
                channel=command.channel,
                suggestion=did_you_mean(command.channel, names),
            ),
            _("the channels are {channels}", channels=", ".join(names)),
        )
    team = channel.team
    if command.team is not None:
        team = targets.resolve(unit, f"team:{command.team}").handle
    sender = command.sender.strip()
    if not sender or any(ch in sender for ch in "\r\n\0"):
        raise UsageError(_("the customer is missing; use --from ADDRESS or --from NUMBER"))
    kind = "email" if "@" in sender else channel.kind if channel.kind != "manual" else "phone"
    call = parse_call(command, channel)
    outgoing = call is not None and call.direction == "out"
    text = require_text(command.text)
    contact = contact_for(unit, kind, sender, command.sender_name)
    owner = address_owner(unit, kind, sender, contact)
    ticket = open_ticket(
        unit,
        subject=command.subject if command.subject.strip() else first_line(text),
        channel=channel.name,
        contact=owner,
        team=team,
        priority=Priority.NORMAL if command.priority is None else parse_priority(command.priority),
    )
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.OUT if outgoing else MessageKind.IN,
        channel=channel.name,
        author=(actor.handle or str(actor)) if outgoing else sender,
        sent_at=unit.now,
        created_at=unit.now,
        subject=ticket.subject,
        text=text,
        visible_text=text,
        contact=None if outgoing else owner,
        to=(sender,) if outgoing else (),
        call=call,
        trust=None if outgoing else Trust.FIRST,
    )
    Messages.of(unit).add(message)
    if kind == "email":
        Tickets.of(unit).add_participants(ticket.number, (sender,))
    yield creation_event(ticket)
    if call is not None:
        yield CallLogged(ticket.number, message.id, call.direction, call.seconds)
    if outgoing:
        yield from _outgoing_call(unit, ticket, message, actor)
    else:
        yield MessageReceived(ticket.number, message.id)
        yield WaitingChanged(ticket.number, None, unit.now)
    if command.callback is not None:
        at = callback_moment(unit, command.callback)
        yield CallbackChanged(ticket.number, None, at)
        summary = _(
            "ticket {number} is open for {sender}; call back by {time}",
            number=ticket.number,
            sender=sender,
            time=format_moment(at, ZoneInfo(unit.settings.timezone)),
        )
    else:
        summary = _("ticket {number} is open for {sender}", number=ticket.number, sender=sender)
    if command.tags:
        yield Tagged(ticket.number, tuple(sorted({parse_tag(t) for t in command.tags})))
    yield from set_initial(unit, ticket, command.fields)
    facts = {"number": ticket.number, "message": message.id}
    return Outcome(summary, (ticket.number,), facts)


def _outgoing_call(unit: Unit, ticket: Ticket, message: Message, actor: Actor) -> Generator[Event, None, None]:
    """Yield the events of a call that an agent made: the reply, the assignment and the status."""
    yield ReplyAdded(ticket.number, message.id)
    if actor.handle is not None:
        yield Assigned(ticket.number, None, actor.handle)
    yield StatusChanged(ticket.number, ticket.status, Status.PENDING)


def first_line(text: str) -> str:
    """Return the subject of a ticket that has none: the first line of its text, cut at a blank if possible."""
    line = " ".join(text.strip().splitlines()[0].split())
    if len(line) <= LONGEST:
        return line
    short = line[:LONGEST].rpartition(" ")[0] or line[:LONGEST]
    return short.rstrip(" ,.;:") + "…"


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
    """Add a new ticket to the unit and return it. The caller yields its event (`creation_event`)."""
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
    Tickets.of(unit).add(ticket)
    return ticket


def creation_event(ticket: Ticket) -> TicketCreated:
    """Return the event of a new ticket."""
    return TicketCreated(
        ticket.number,
        channel=ticket.channel,
        contact=ticket.contact,
        team=ticket.team,
        priority=ticket.priority,
        language=ticket.language,
        follows=ticket.follows,
    )


HANDLERS: dict[type[Command], Handler] = {Create: create}
