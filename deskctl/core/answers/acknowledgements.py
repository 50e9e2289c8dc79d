"""Acknowledgements: the automatic confirmation of a new ticket, once per ticket and without mail loops."""

from __future__ import annotations

from collections.abc import Iterator

from ...i18n import Phrases, _, available, fill, preferred
from ..intake.commands import Receive
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.channels import Acknowledgement, Channels
from ..messages.events import MessageReceived
from ..messages.recipients import machine_recipient
from ..messages.reply_context import correspondence
from ..messages.repository import Messages
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .automatic_answer import Answered, may_answer, send_automatic
from .commands import Acknowledge
from .events import Acknowledged

_WORDS = Phrases(
    {
        "letter": _(
            "Hello,\n\nwe have received your message. Its number is #{number}: {subject}\n"
            "{hours_line}{within_line}\n{add_line}\n\n{desk}\n"
        ),
        "add_by_mail": _("To add something, just answer this mail."),
        "add_by_chat": _("To add something, just write it here."),
        "hours": _("Support hours: {hours}"),
        "within": _("We answer within {within}."),
    }
)


def acknowledge(unit: Unit, command: Acknowledge, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    channel = unit.settings.of(Channels).channel(ticket.channel)
    heads = [h for h in Messages.of(unit).heads(ticket.number) if h.id == command.message]
    if channel is None or channel.acknowledge is None or not channel.sends or not heads:
        return _not_acknowledged(ticket, _("the channel has no acknowledgement"))
    incoming = heads[0]
    if incoming.may_answer is False:
        return _not_acknowledged(ticket, _("the message permits no automatic answer"))
    address = machine_recipient(correspondence(unit, ticket), channel, incoming.id)
    if address is None or not may_answer(unit, address, channel):
        return _not_acknowledged(ticket, _("no address to send to"))
    entry = send_automatic(
        unit,
        channel,
        Answered(address, incoming.message_id, headers=incoming.headers),
        text(unit, ticket, channel.acknowledge, in_chat=channel.conversational),
        ticket.language or unit.settings.language,
        about="acknowledgement",
        ticket=ticket,
        heads=heads,
    )
    yield Acknowledged(ticket.number, int(entry.message or 0), entry.id)
    summary = _("ticket {number} is acknowledged to {address}", number=ticket.number, address=address)
    return Outcome(summary, (ticket.number,), {"outbox": entry.id})


def _not_acknowledged(ticket: Ticket, reason: str) -> Outcome:
    return Outcome(_("ticket {number} is not acknowledged: {reason}", number=ticket.number, reason=reason))


def text(unit: Unit, ticket: Ticket, settings: Acknowledgement, *, in_chat: bool = False) -> str:
    """Return the text in the language of the customer, else of the desk, else in English. `in_chat`: for a chat."""
    wanted = (ticket.language, unit.settings.language)
    chosen = next((k for k in wanted if k and (k in settings.texts or available(k))), "en")
    language = preferred(chosen)
    facts = {
        "number": str(ticket.number),
        "subject": ticket.subject,
        "desk": unit.settings.name,
        "hours": settings.hours,
        "within": settings.within,
        "add_line": _WORDS("add_by_chat" if in_chat else "add_by_mail", language),
        "hours_line": f"{_WORDS('hours', language, hours=settings.hours)}\n" if settings.hours else "",
        "within_line": f"{_WORDS('within', language, within=settings.within)}\n" if settings.within else "",
    }
    if chosen in settings.texts:
        return fill(settings.texts[chosen], facts)
    return _WORDS("letter", language, **facts)


def acknowledge_new_tickets(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Acknowledge the message that opened a ticket, if a person wrote it (a reaction)."""
    if not isinstance(event, MessageReceived) or not isinstance(cause, Receive) or event.automatic is not None:
        return
    number = event.ticket
    if number in Tickets.of(unit).changes.new_tickets and not (Tickets.of(unit).get(number).spam or cause.historical):
        first = min(m.id for m in Messages.of(unit).changes.messages if m.ticket == number)
        channel = unit.settings.of(Channels).channel(cause.channel)
        if first == event.message and channel is not None and channel.acknowledge:
            yield Acknowledge(number, event.message)


HANDLERS: dict[type[Command], Handler] = {Acknowledge: acknowledge}
