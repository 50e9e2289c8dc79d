"""Reactions and timers that close tickets, and that return tickets of deactivated agents to the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...i18n import _
from ..agents.targets import active_agents
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from .commands import Assign
from .events import MarkedSpam, StatusChanged, UnmarkedSpam
from .model import Status
from .repository import Tickets
from .settings import TicketSettings

#: Closes a solved ticket.
AUTO_CLOSE: Final = TimerKind("auto_close")


def schedule_auto_close(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Set the timer that closes a solved ticket; cancel it when the ticket leaves that status."""
    yield from ()
    if event.ticket is not None and isinstance(event, StatusChanged | MarkedSpam | UnmarkedSpam):
        update_auto_close(unit, event.ticket)


def update_auto_close(unit: Unit, number: int) -> None:
    """Set the timer that closes a ticket if it is solved, else cancel the timer."""
    key = f"{AUTO_CLOSE}:{number}"
    ticket = Tickets.of(unit).get(number)
    if ticket.status is Status.SOLVED:
        due = unit.now + unit.settings.of(TicketSettings).close_after
        unit.set_timer(Timer(unit.source.next_id("timers"), AUTO_CLOSE, due, key, ticket.number))
    else:
        unit.drop_timer(key)


def return_to_queue(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Return a reopened ticket to the queue if its assignee is deactivated."""
    if isinstance(event, StatusChanged) and event.new is Status.OPEN and event.ticket is not None:
        assignee = Tickets.of(unit).get(event.ticket).assignee
        if assignee is not None and assignee not in active_agents(unit):
            yield Assign(event.ticket, None)


def auto_close(unit: Unit, timer: Timer) -> Steps:
    """Handle a closing timer: close a ticket that is still solved."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None or ticket.status is not Status.SOLVED:
        return Outcome(_("nothing is due"))
    yield StatusChanged(ticket.number, ticket.status, Status.CLOSED)
    return Outcome(_("ticket {number} is closed", number=ticket.number), (ticket.number,))
