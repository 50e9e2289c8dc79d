"""What agents do with a ticket short of answering it: note, solve, close, reopen; and what every verb shares."""

from __future__ import annotations

from collections.abc import Generator

from ..errors import Refused, UsageError
from .commands import Command
from .commands import tickets as c
from .conversation import Message
from .events import Event, NoteAdded, StatusChanged, WaitingChanged
from .handling import Handler, Said, Steps
from .lifecycle import TRANSITIONS
from .messages import MessageKind
from .people import Actor
from .tickets import FINAL, Status, Ticket
from .unit import Unit


def workable(unit: Unit, number: int) -> Ticket:
    """The ticket, if anything may still be done with it. Raises NotFound and Refused."""
    ticket = unit.ticket(number)
    if ticket.status is Status.MERGED:
        raise Refused(f"ticket {number} was merged into {ticket.merged_into}", f"name {ticket.merged_into} instead")
    if ticket.status in FINAL:
        raise Refused(f"ticket {number} is closed", "a new message of the customer opens a follow-up ticket")
    return ticket


def to_status(ticket: Ticket, new: Status) -> Generator[Event, None, None]:
    """Change the status, if it is another. Raises Refused for a way that does not exist."""
    if ticket.status is new:
        return
    if new not in TRANSITIONS[ticket.status]:
        raise Refused(f"ticket {ticket.number} is {ticket.status} and cannot become {new}")
    yield StatusChanged(ticket.number, ticket.status, new)
    if new in (Status.SOLVED, Status.CLOSED) and ticket.waiting_since is not None:
        yield WaitingChanged(ticket.number, ticket.waiting_since, None)


def note(unit: Unit, command: c.Note, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    message = write_note(unit, ticket, command.text, actor)
    yield NoteAdded(ticket.number, message)
    return Said(f"noted on ticket {ticket.number}", (ticket.number,), {"message": message})


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
    unit.add_message(message)
    return message.id


def words(text: str, hint: str = "say it with -m TEXT, a file or standard input") -> str:
    """The text, if there is any. Raises UsageError."""
    if not text.strip():
        raise UsageError("there is no text", hint)
    return text


def solve(unit: Unit, command: c.Solve, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status is Status.SOLVED:
        return Said(f"ticket {ticket.number} is solved already", (ticket.number,))
    yield from to_status(ticket, Status.SOLVED)
    return Said(f"ticket {ticket.number} is solved", (ticket.number,))


def close(unit: Unit, command: c.Close, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    if ticket.status is Status.CLOSED:
        return Said(f"ticket {ticket.number} is closed already", (ticket.number,))
    yield from to_status(workable(unit, command.ticket), Status.CLOSED)
    return Said(f"ticket {ticket.number} is closed", (ticket.number,))


def reopen(unit: Unit, command: c.Reopen, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status in (Status.OPEN, Status.NEW):
        return Said(f"ticket {ticket.number} is {ticket.status} already", (ticket.number,))
    yield from to_status(ticket, Status.OPEN)
    return Said(f"ticket {ticket.number} is open again", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {c.Note: note, c.Solve: solve, c.Close: close, c.Reopen: reopen}
