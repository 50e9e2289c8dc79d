"""The state of a ticket as the fold of its events. Nothing else changes a ticket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from ..kernel.event import Event
from .events import (
    ApprovalAsked,
    ApprovalDecided,
    ApprovalWithdrawn,
    Assigned,
    CallbackChanged,
    FieldChanged,
    FollowerAdded,
    FollowerRemoved,
    FormerAssignee,
    LanguageChanged,
    MarkedSpam,
    PriorityChanged,
    RequesterChanged,
    StatusChanged,
    SubjectChanged,
    Tagged,
    TeamChanged,
    TicketGivenBack,
    TierChanged,
    UnmarkedSpam,
    WaitingChanged,
)
from .model import FINAL, REOPENED, Status, Ticket
from .queue_order import virtual_due

#: The statuses that a command can set, by the present status. Undo is not restricted.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED, Status.CLOSED}),
    Status.OPEN: frozenset({Status.PENDING, Status.HOLD, Status.SOLVED, Status.CLOSED}),
    Status.PENDING: frozenset({Status.OPEN, Status.HOLD, Status.SOLVED, Status.CLOSED}),
    Status.HOLD: frozenset({Status.OPEN, Status.PENDING, Status.SOLVED, Status.CLOSED}),
    Status.SOLVED: frozenset({Status.OPEN, Status.PENDING, Status.HOLD, Status.CLOSED}),
    Status.CLOSED: frozenset(),
    Status.MERGED: frozenset(),
}

E = TypeVar("E", bound=Event)

#: How events of other features change a ticket, by class; `applies` fills it.
_APPLIED: dict[type[Event], Callable[[Ticket, Any, datetime], Ticket]] = {}


def applies(
    kind: type[E],
) -> Callable[[Callable[[Ticket, E, datetime], Ticket]], Callable[[Ticket, E, datetime], Ticket]]:
    """Declare how an event of another feature, at a time, changes its ticket. The function returns the new ticket."""

    def declare(function: Callable[[Ticket, E, datetime], Ticket]) -> Callable[[Ticket, E, datetime], Ticket]:
        _APPLIED[kind] = function
        return function

    return declare


def evolve(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    """Return the ticket after `event`, which happened at `at` (aware, UTC). The function is pure and total."""
    after = _apply(ticket, event, at)
    if event.is_quiet():
        return after
    return replace(after, updated_at=max(at, ticket.updated_at))


def _apply(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    match event:
        case StatusChanged(new=new, back=None):
            return _reopened(with_status(ticket, new, at), ticket.status, at)
        case StatusChanged(new=new, since=since):
            return with_queue_position(replace(with_status(ticket, new, at), open_since=since))
        case PriorityChanged(new=priority):
            return with_queue_position(replace(ticket, priority=priority))
        case WaitingChanged(new=since):
            return with_queue_position(replace(ticket, waiting_since=since))
        case Assigned(new=None):
            return replace(ticket, assignee=None)
        case Assigned(new=agent):
            return replace(ticket, assignee=agent, waits=None, declined=None, former=None)
        case TeamChanged(new=team):
            return replace(ticket, team=team)
        case LanguageChanged(new=language):
            return replace(ticket, language=language)
        case SubjectChanged(kept=kept) if kept is not None:
            return replace(ticket, subject=kept["new"])
        case FieldChanged(field=name, value=value):
            others = {field: set_ for field, set_ in ticket.fields.items() if field != name}
            return replace(ticket, fields=others if value is None else {**others, name: value})
        case RequesterChanged(new=contact):
            return replace(ticket, contact=contact)
        case CallbackChanged(new=callback):
            return replace(ticket, callback_at=callback)
        case FollowerAdded(agent=agent):
            return replace(ticket, followers=ticket.followers | {agent})
        case FollowerRemoved(agent=agent):
            return replace(ticket, followers=ticket.followers - {agent})
        case Tagged(added=added, removed=removed):
            return replace(ticket, tags=(ticket.tags | frozenset(added)) - frozenset(removed))
        case MarkedSpam():
            return replace(with_status(ticket, Status.CLOSED, at), spam=True, waiting_since=None)
        case UnmarkedSpam(new=status):
            return replace(with_status(ticket, status, at), spam=False)
        case _:
            return _apply_other(ticket, event, at)


def _apply_other(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    """Apply an event of escalation, approval or another feature."""
    match event:
        case TicketGivenBack(agent=agent):
            return replace(ticket, declined=agent)
        case FormerAssignee(agent=agent):
            return replace(ticket, former=agent)
        case TierChanged(new=tier):
            return replace(ticket, tier=tier)
        case ApprovalAsked(asker=asker):
            return replace(ticket, approval=asker)
        case ApprovalDecided() | ApprovalWithdrawn():
            return replace(ticket, approval=None)
        case _:
            change = _APPLIED.get(type(event))
            return ticket if change is None else change(ticket, event, at)


def with_queue_position(ticket: Ticket) -> Ticket:
    """Return the ticket with its queue position: its due time, or else a virtual one by waiting time and priority."""
    since = ticket.waiting_since or ticket.open_since or ticket.created_at
    return replace(ticket, queue_at=ticket.due_at or virtual_due(since, ticket.priority))


def _reopened(ticket: Ticket, before: Status, at: datetime) -> Ticket:
    """Restart the waiting time in the queue for a ticket that was pending, on hold or solved and is open again."""
    if before in REOPENED and ticket.status is Status.OPEN:
        return with_queue_position(replace(ticket, open_since=at))
    return ticket


def with_status(ticket: Ticket, status: Status, at: datetime) -> Ticket:
    """Return the ticket with a status. Only solved and final tickets have a `solved_at`."""
    if status is Status.SOLVED:
        return replace(ticket, status=status, solved_at=at)
    if status in FINAL:
        return replace(ticket, status=status)
    return replace(ticket, status=status, solved_at=None)
