""""""

from __future__ import annotations

from ...errors import UsageError
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .commands import Note
from .events import NoteAdded
from .model import MessageKind
from .repository import Messages
from .thread import Message


def note(unit: Unit, command: Note, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    message = write_note(unit, ticket, command.text, actor)
    yield NoteAdded(ticket.number, message)
    return Outcome(f"noted on ticket {ticket.number}", (ticket.number,), {"message": message})


def write_note(unit: Unit, ticket: Ticket, text: str, actor: Actor) -> int:
    """A note's text on the ticket; the event that speaks of it is the caller's. The message's id."""
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.NOTE,
        channel=ticket.channel,
        author=actor.handle or str(actor),
        sent_at=unit.now,
        created_at=unit.now,
        subject=ticket.subject,
        text=words(text),
        visible_text=words(text),
    )
    Messages.of(unit).add(message)
    return message.id


def words(text: str, hint: str = "say it with -m TEXT, a file or standard input") -> str:
    """The text, if there is any. Raises UsageError."""
    if not text.strip():
        raise UsageError("there is no text", hint)
    return text


HANDLERS: dict[type[Command], Handler] = {Note: note}
