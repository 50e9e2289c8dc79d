"""What agents do with a ticket short of answering it: note, solve, close, reopen; and what every verb shares."""

from __future__ import annotations

from collections.abc import Generator

from ...errors import Refused
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from . import commands as c
from .events import StatusChanged, WaitingChanged
from .lifecycle import TRANSITIONS
from .model import FINAL, Status, Ticket
from .repository import Tickets


def workable(unit: Unit, number: int) -> Ticket:
    """The ticket, if anything may still be done with it. Raises NotFound and Refused."""
    ticket = Tickets.of(unit).get(number)
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


def solve(unit: Unit, command: c.Solve, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status is Status.SOLVED:
        return Outcome(f"ticket {ticket.number} is solved already", (ticket.number,))
    yield from to_status(ticket, Status.SOLVED)
    return Outcome(f"ticket {ticket.number} is solved", (ticket.number,))


def close(unit: Unit, command: c.Close, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    if ticket.status is Status.CLOSED:
        return Outcome(f"ticket {ticket.number} is closed already", (ticket.number,))
    yield from to_status(workable(unit, command.ticket), Status.CLOSED)
    return Outcome(f"ticket {ticket.number} is closed", (ticket.number,))


def reopen(unit: Unit, command: c.Reopen, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status in (Status.OPEN, Status.NEW):
        return Outcome(f"ticket {ticket.number} is {ticket.status} already", (ticket.number,))
    yield from to_status(ticket, Status.OPEN)
    return Outcome(f"ticket {ticket.number} is open again", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {c.Solve: solve, c.Close: close, c.Reopen: reopen}
