"""Taking back: one command of an agent and what followed from it, as long as nobody outside has seen it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ..errors import DeskctlError, NotFound, Refused
from . import contacts
from . import customer_events as ce
from . import events as e
from . import joining_events as je
from .commands import Command
from .commands import tickets as c
from .handling import Handler, Said, Steps
from .outbox import DUE_STATES, OutboxState
from .people import Actor
from .ports import CommandRecord, RecordedEvent
from .routing import events as ro
from .routing.waking import ROUTING
from .sla.events import LevelEvent
from .spam import pattern_of
from .targets import active_agents
from .tickets import REOPENED, Status
from .unit import Unit

#: What follows by itself stands in nobody's way.
_NO_TOUCH = (e.AgentTold, e.Undone, ce.ContactChanged, LevelEvent)


def undo(unit: Unit, command: c.Undo, actor: Actor) -> Steps:
    record = _record(unit, command.command, actor)
    events = unit.source.events_of_command(record.id)
    tickets = sorted({r.event.ticket for r in events if r.event.ticket is not None})
    _nobody_touched(unit, record, tickets, events)
    for outbox in _outgoing(events):
        _take_out(unit, outbox)
    for recorded in reversed(events):
        yield from _inverse(unit, recorded)
    for number in tickets:
        yield e.Undone(number, record.id)
    unit.mark_undone(record.id)
    names = ", ".join(str(n) for n in tickets)
    where = f" on ticket {names}" if names else ""
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", record.name).lower()
    return Said(f"took back: {name}{where}", tuple(tickets), {"undone": record.id})


def _record(unit: Unit, number: int | None, actor: Actor) -> CommandRecord:
    if number is None:
        found = unit.source.last_command(actor)
        if found is None:
            raise DeskctlError("there is nothing of yours to take back")
        return found
    found = unit.source.command(number)
    if found is None:
        raise NotFound(f"there is no command {number}", "deskctl log TICKET shows them")
    if found.actor != actor:
        raise Refused(f"command {number} is not yours")
    if found.undone or not found.undoable:
        raise Refused(f"command {number} {'was taken back already' if found.undone else 'cannot be taken back'}")
    return found


def _nobody_touched(unit: Unit, record: CommandRecord, tickets: Sequence[int], events: Sequence[RecordedEvent]) -> None:
    """What was done after it, and not taken back itself, stands in the way."""
    last = max((r.id for r in events), default=0)
    for number in tickets:
        for later in unit.source.events_since(number, last):
            if later.command == record.id or later.actor == ROUTING or isinstance(later.event, _NO_TOUCH):
                continue
            other = unit.source.command(later.command)
            if other is not None and other.name == "FireTimer" and not isinstance(later.event, e.SpamPurged):
                continue  # a timer is nobody
            if other is not None and not other.undone and other.name != "Undo":
                raise Refused(
                    f"ticket {number} was touched since ({later.event.kind.replace('_', ' ')} by {later.actor})",
                    f"deskctl log {number} shows what happened",
                )


def _outgoing(events: Sequence[RecordedEvent]) -> Iterator[int]:
    return (r.event.outbox for r in events if isinstance(r.event, e.ReplyAdded) and r.event.outbox is not None)


def _take_out(unit: Unit, outbox: int) -> None:
    entry = unit.outbox(outbox)
    if entry.state is OutboxState.CANCELLED:
        return
    if entry.state not in DUE_STATES:
        raise Refused(f"the mail to {', '.join(entry.to)} is {entry.state} and cannot be taken back")
    unit.put_outbox(replace(entry, state=OutboxState.CANCELLED, due_at=None))


def _open_since(unit: Unit, number: int, before: int) -> datetime | None:
    """When a ticket had last been taken up again before an event, by what was not taken back itself."""
    past = unit.source.events_since(number, 0)
    undone = {r.event.command for r in past if isinstance(r.event, e.Undone)}
    since = None
    for recorded in past:
        change = recorded.event
        if recorded.id < before and isinstance(change, e.StatusChanged) and recorded.command not in undone:
            if change.back:
                since = change.since
            elif change.old in REOPENED and change.new is Status.OPEN:
                since = recorded.at
    return since


def _inverse(unit: Unit, recorded: RecordedEvent) -> Iterator[e.Event]:
    """What takes one event back. Those that only tell (mentions, escalated, …) need nothing."""
    event = recorded.event
    number = event.ticket
    match event:
        case e.StatusChanged(old=old, new=new) if number is not None:
            yield e.StatusChanged(number, new, old, back=True, since=_open_since(unit, number, recorded.id))
        case e.PriorityChanged(old=old_priority, new=new_priority):
            yield e.PriorityChanged(number, new_priority, old_priority)
        case e.Assigned(old=old_agent) if number is not None:
            there = old_agent if old_agent in active_agents(unit) else None
            yield e.Assigned(number, unit.ticket(number).assignee, there)  # it may have been routed on since
        case ro.TierChanged(old=old_tier, new=new_tier):
            yield ro.TierChanged(number, new_tier, old_tier)
        case ro.ApprovalAsked(asker=asker, message=message):
            unit.withdraw(message)
            yield ro.ApprovalWithdrawn(number, asker)
        case ro.ApprovalWithdrawn(asker=asker, asked=int(asked)):
            yield ro.ApprovalAsked(number, asker, asked)
        case ro.ApprovalDecided(asker=asker, asked=asked, message=answer):
            if answer is not None:
                unit.withdraw(answer)
                yield e.MessageWithdrawn(number, answer)
            yield ro.ApprovalAsked(number, asker, asked or 0)
        case e.TeamChanged(old=old_team, new=new_team):
            yield e.TeamChanged(number, new_team, old_team)
        case e.LanguageChanged(old=old_language, new=new_language):
            yield e.LanguageChanged(number, new_language, old_language)
        case e.WaitingChanged(old=old_since, new=new_since):
            yield e.WaitingChanged(number, new_since, old_since)
        case e.CallbackChanged(old=old_call, new=new_call):
            yield e.CallbackChanged(number, new_call, old_call)
        case ce.ContactMerged(contact=merged, into=into):
            yield from contacts.take_back_merge(unit, merged, into)
        case ce.ContactUnmerged(contact=merged, into=into):
            yield from contacts.take_back_unmerge(unit, merged, into)
        case e.FollowerAdded(agent=agent):
            yield e.FollowerRemoved(number, agent)
        case e.FollowerRemoved(agent=agent):
            yield e.FollowerAdded(number, agent)
        case e.Tagged(added=added, removed=removed):
            yield e.Tagged(number, removed, added)
        case je.Merged(into=into, old=status):
            yield je.Unmerged(number, into, status)
        case e.MarkedSpam(old=before):
            yield e.UnmarkedSpam(number, before)
        case e.UnmarkedSpam(new=before):
            yield e.MarkedSpam(number, before)
        case e.SenderBlocked(blocked=blocked, place=int(place), domain=bool(domain)) if number is not None:
            if pattern := pattern_of(unit, unit.ticket(number).contact, place, domain):
                unit.block(pattern, not blocked)
                yield e.SenderBlocked(number, not blocked, place, domain)
        case je.Absorbed(other=other):
            yield je.Released(number, other)
        case je.SplitFrom(origin=origin, messages=moved) if number is not None:
            unit.move(moved, number, origin)
        case je.SplitOff(into=into, messages=moved):
            yield je.Rejoined(number, into, moved)
        case e.ReplyAdded(message=message) | e.NoteAdded(message=message) | e.Escalated(message=message):
            unit.withdraw(message)
            yield e.MessageWithdrawn(number, message)
        case e.TicketCreated() if number is not None:
            # A number is never given twice, so the ticket stays, closed and empty.
            yield e.StatusChanged(number, unit.ticket(number).status, Status.CLOSED)
        case e.MessageReceived(message=message):
            unit.withdraw(message)
            yield e.MessageWithdrawn(number, message)
        case e.AgentTold(outbox=outbox):
            entry = unit.outbox(outbox)
            if entry.state in DUE_STATES:
                unit.put_outbox(replace(entry, state=OutboxState.CANCELLED, due_at=None))


HANDLERS: dict[type[Command], Handler] = {c.Undo: undo}
