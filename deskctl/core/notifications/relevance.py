"""Drop notifications that no longer apply when they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.unit import Unit
from ..messages.repository import Messages
from ..sla.clocks import ClockState
from ..sla.repository import Sla
from ..tickets.model import ACTIVE, Ticket
from ..tickets.repository import Tickets
from .model import Notification

#: The number of tickets that a "nobody" notification names; there can be more.
_NAMED = 10
_NUMBER = re.compile(r"#(\d+)\b")


def still_relevant(unit: Unit, notices: Sequence[Notification]) -> list[Notification]:
    """Return the notifications that still apply. Tickets and clocks are loaded in bulk."""
    tickets = {number for notification in notices for number in _tickets(notification)}
    Tickets.of(unit).load(tickets)
    if Sla.of(unit).book.used:
        Sla.of(unit).load(tickets)
    return [notification for notification in notices if _holds(unit, notification)]


def _tickets(notification: Notification) -> list[int]:
    """Return the tickets that a notification is about."""
    if notification.ticket is not None:
        return [notification.ticket]
    return (
        [int(number) for number in _NUMBER.findall(notification.detail or "")] if notification.about in _HOLDS else []
    )


def _holds(unit: Unit, notification: Notification) -> bool:
    holds = _HOLDS.get(notification.about)
    numbers = _tickets(notification)
    if holds is None or not numbers or (notification.about == "nobody" and len(numbers) >= _NAMED):
        return True
    found = (Tickets.of(unit).find(number) for number in numbers)
    return any(holds(unit, notification, ticket) for ticket in found if ticket is not None)


def _is_assigned(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    return ticket.assignee == notification.agent


def _concerns_agent(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    """Return True if the agent has the ticket, or can take it: a ticket that was escalated to the agent's team."""
    return ticket.assignee == notification.agent or (ticket.assignee is None and not notification.personal)


def _is_work(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    return ticket.status in ACTIVE and not ticket.spam


def _waits(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    return _is_work(unit, notification, ticket) and ticket.assignee is None


def _unanswered(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    return _is_work(unit, notification, ticket) and ticket.waiting_since is not None


def _message_exists(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    """Return True if the message still exists; a reply that was undone does not."""
    return notification.message is None or any(
        head.id == notification.message for head in Messages.of(unit).heads(ticket.number)
    )


def _done(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    return ticket.status not in ACTIVE and not ticket.spam


def _runs(unit: Unit, notification: Notification, ticket: Ticket) -> bool:
    """Find the clock by the due time in the notification, or check all clocks if none has that due time any more."""
    if not _is_work(unit, notification, ticket):
        return False
    clocks = list(Sla.of(unit).clocks(ticket.number).values())
    meant = [clock for clock in clocks if clock.due_at and _shown(unit, clock.due_at) in (notification.detail or "")]
    return any(clock.state is not ClockState.FULFILLED for clock in meant or clocks)


def _shown(unit: Unit, due: datetime) -> str:
    """Format a due time as `sla.actions` does."""
    return due.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")


#: The conditions by kind of notification; a kind that is missing always applies.
_HOLDS: dict[str, Callable[[Unit, Notification, Ticket], bool]] = {
    "new": _is_work,
    "assigned": _is_assigned,
    "routed": _is_assigned,
    "escalated": _concerns_agent,
    "nobody": _waits,
    "stuck": _waits,
    "answered": _unanswered,
    "replied": _message_exists,
    "solved": _done,
    "reopened": _is_work,
    "due_soon": _runs,
    "overdue": _runs,
}
