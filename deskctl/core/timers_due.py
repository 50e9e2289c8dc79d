"""What happens when a timer is due."""

from __future__ import annotations

from collections.abc import Sequence

from .kernel.actor import Actor
from .kernel.command import Command
from .kernel.handler import Handler, Said, Steps
from .kernel.timer_command import FireTimer
from .kernel.timers import TimerKind
from .kernel.unit import Unit
from .notifications import digests
from .routing import distribute as running
from .sla import recalculate as keeping
from .tickets.events import CallbackDue, SpamPurged, StatusChanged
from .tickets.model import Status


def preload(unit: Unit, timers: Sequence[int]) -> None:
    """Load what a batch of timers will touch, a few statements for all of it."""
    unit.load_timers(timers)
    tickets = [found.ticket for number in timers if (found := unit.timer(number)) is not None and found.ticket]
    unit.load_tickets(tickets)
    if unit.levels.book.used:
        unit.levels.load(tickets)


def fire(unit: Unit, command: FireTimer, actor: Actor) -> Steps:
    """A timer that is gone, or whose moment moved into the future, has nothing to say."""
    timer = unit.timer(command.timer)
    if timer is None or timer.due_at > unit.now:
        return Said("nothing is due")
    unit.drop_timer(timer.key)
    if timer.kind is TimerKind.SLA_BOOK:
        return (yield from keeping.keep_all(unit, timer.ticket or 0))
    if timer.kind is TimerKind.ROUTE:
        return (yield from running.fire(unit, timer))
    if timer.kind is TimerKind.DIGEST:
        return (yield from digests.fire(unit, timer))
    ticket = None if timer.ticket is None else unit.find_ticket(timer.ticket)
    if ticket is None:
        return Said("nothing is due")
    if timer.kind is TimerKind.AUTO_CLOSE and ticket.status is Status.SOLVED:
        yield StatusChanged(ticket.number, ticket.status, Status.CLOSED)
        return Said(f"ticket {ticket.number} is closed", (ticket.number,))
    if timer.kind is TimerKind.PURGE_SPAM and ticket.spam:
        unit.changes.purged.add(ticket.number)
        yield SpamPurged(ticket.number)
        return Said(f"what ticket {ticket.number} said is forgotten", (ticket.number,))
    if timer.kind is TimerKind.SLA:
        yield from keeping.fire(unit, ticket.number)
        return Said(f"a clock of ticket {ticket.number} has something to say", (ticket.number,))
    if timer.kind is TimerKind.CALLBACK and ticket.callback_at is not None:
        yield CallbackDue(ticket.number)
        return Said(f"the customer of ticket {ticket.number} waits for a call", (ticket.number,))
    return Said("nothing is due")


HANDLERS: dict[type[Command], Handler] = {FireTimer: fire}
