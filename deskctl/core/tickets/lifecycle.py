"""How events make a ticket what it is: the state is the fold of its events, and nothing else changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from ..kernel.event import Event
from . import events as e
from . import merge_events as je
from .events import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, FormerAssignee, TicketGivenBack, TierChanged
from .model import FINAL, REOPENED, Status, Ticket
from .queue_order import virtual_due

#: Which state may follow which when somebody asks for it. Undo goes back whatever it took to get there.
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
_APPLIED: dict[type[Event], Callable[[Ticket, Any], Ticket]] = {}


def applies(kind: type[E]) -> Callable[[Callable[[Ticket, E], Ticket]], Callable[[Ticket, E], Ticket]]:
    """Declare how an event of another feature changes its ticket. The function returns the ticket after the event."""

    def declare(function: Callable[[Ticket, E], Ticket]) -> Callable[[Ticket, E], Ticket]:
        _APPLIED[kind] = function
        return function

    return declare


def evolve(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    """The ticket after `event`, which happened at `at` (aware, UTC). Pure and total."""
    after = _apply(ticket, event, at)
    if event.is_quiet():
        return after
    return replace(after, updated_at=max(at, ticket.updated_at))


def _apply(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    match event:
        case e.StatusChanged(new=new, back=None):
            return _taken_up(_with_status(ticket, new, at), ticket.status, at)
        case e.StatusChanged(new=new, since=since):
            return queued(replace(_with_status(ticket, new, at), open_since=since))
        case e.PriorityChanged(new=priority):
            return queued(replace(ticket, priority=priority))
        case e.WaitingChanged(new=since):
            return queued(replace(ticket, waiting_since=since))
        case e.Assigned(new=None):
            return replace(ticket, assignee=None)
        case e.Assigned(new=agent):
            return replace(ticket, assignee=agent, waits=None, declined=None, former=None)
        case e.TeamChanged(new=team):
            return replace(ticket, team=team)
        case e.LanguageChanged(new=language):
            return replace(ticket, language=language)
        case e.SubjectChanged(kept=kept) if kept is not None:
            return replace(ticket, subject=kept["new"])
        case e.RequesterChanged(new=contact):
            return replace(ticket, contact=contact)
        case e.CallbackChanged(new=callback):
            return replace(ticket, callback_at=callback)
        case e.FollowerAdded(agent=agent):
            return replace(ticket, followers=ticket.followers | {agent})
        case e.FollowerRemoved(agent=agent):
            return replace(ticket, followers=ticket.followers - {agent})
        case e.Tagged(added=added, removed=removed):
            return replace(ticket, tags=(ticket.tags | frozenset(added)) - frozenset(removed))
        case je.Merged(into=into):
            return replace(_with_status(ticket, Status.MERGED, at), merged_into=into)
        case je.Unmerged(new=status):
            return replace(_with_status(ticket, status, at), merged_into=None)
        case e.MarkedSpam():
            return replace(_with_status(ticket, Status.CLOSED, at), spam=True, waiting_since=None)
        case e.UnmarkedSpam(new=status):
            return replace(_with_status(ticket, status, at), spam=False)
        case _:
            return _escalated(ticket, event)


def _escalated(ticket: Ticket, event: Event) -> Ticket:
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
            return ticket if change is None else change(ticket, event)


def queued(ticket: Ticket) -> Ticket:
    """In its place: by the first due moment, without one by how long it waits and what it is worth."""
    since = ticket.waiting_since or ticket.open_since or ticket.created_at
    return replace(ticket, queue_at=ticket.due_at or virtual_due(since, ticket.priority))


def _taken_up(ticket: Ticket, before: Status, at: datetime) -> Ticket:
    """What waited for somebody else, or was done, and goes on is in the queue since then, not since it was created."""
    if before in REOPENED and ticket.status is Status.OPEN:
        return queued(replace(ticket, open_since=at))
    return ticket


def _with_status(ticket: Ticket, status: Status, at: datetime) -> Ticket:
    """`solved_at` is when it was last solved; a ticket at work again has none."""
    if status is Status.SOLVED:
        return replace(ticket, status=status, solved_at=at)
    if status in FINAL:
        return replace(ticket, status=status)
    return replace(ticket, status=status, solved_at=None)
