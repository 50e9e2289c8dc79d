"""Internal notes."""

from __future__ import annotations

from ...errors import UsageError
from ...i18n import _
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
    """Add a note to a ticket."""
    ticket = Tickets.of(unit).get(command.ticket)
    message = write_note(unit, ticket, command.text, actor)
    yield NoteAdded(ticket.number, message)
    return Outcome(_("noted on ticket {number}", number=ticket.number), (ticket.number,), {"message": message})


def write_note(unit: Unit, ticket: Ticket, text: str, actor: Actor) -> int:
    """Add a note and return the id of its message. The caller yields the event."""
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.NOTE,
        channel=ticket.channel,
        author=actor.handle or str(actor),
        sent_at=unit.now,
        created_at=unit.now,
        subject=ticket.subject,
        text=require_text(text),
        visible_text=require_text(text),
    )
    Messages.of(unit).add(message)
    return message.id


def require_text(text: str, hint: str = _("give it with -m TEXT, a file or standard input")) -> str:
    """Return the text. Raises UsageError if it is empty."""
    if not text.strip():
        raise UsageError(_("the text is empty"), hint)
    return text


HANDLERS: dict[type[Command], Handler] = {Note: note}
