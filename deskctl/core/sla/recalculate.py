"""Keeping a ticket's clocks: after whatever happened to it, and when one of them reaches a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Said, Steps
from ..kernel.records import RecordedEvent
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..messages.events import NoteAdded
from ..notifications.events import AgentTold
from ..routing import events as re
from ..tickets.events import Assigned, FollowerAdded, FollowerRemoved, Mentions, SpamPurged, StatusChanged
from ..tickets.model import FINAL, Status, Ticket
from . import events as le
from .clocks import Clock, ClockState, work_out
from .conditions import Facts
from .pauses import DONE
from .policy import BREACH
from .thresholds import LATE_AFTER, is_late, passed, steps_of, to_come, warnings_of, with_next
from .ticket_history import KINDS, Life, read

#: What says nothing that a clock or a policy could ask for.
_IGNORED = (
    *(AgentTold, Assigned, FollowerAdded, FollowerRemoved, Mentions, NoteAdded, SpamPurged),
    *(re.Routed, re.HandedOn, re.FormerOwner),
    le.LevelEvent,
)
#: To clocks these are alike.
_WORKED_ON = frozenset({Status.NEW, Status.OPEN})


#: How many tickets follow a changed book in one transaction.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class KeepClocks(Command):
    """Something happened to these tickets. `undone`: it was taken back, so what was fired may fire again."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    tickets: tuple[int, ...]
    undone: bool = False


def following(unit: Unit, recorded: Sequence[RecordedEvent], undone: bool) -> Command | None:
    """What is to be done about clocks once the dust of a command has settled; nothing where no desk has any."""
    touched = {r.event.ticket: None for r in recorded if _says_something(r.event)}
    numbers = tuple(number for number in touched if number is not None)
    if not numbers or not unit.levels.book.used:
        return None
    return KeepClocks(numbers, undone)


def _says_something(event: Event) -> bool:
    if isinstance(event, StatusChanged) and {event.old, event.new} <= _WORKED_ON:
        return False
    return not isinstance(event, _IGNORED)


def keep(unit: Unit, command: KeepClocks, actor: Actor) -> Steps:
    unit.levels.load(command.tickets, KINDS)
    for number in command.tickets:
        yield from keep_ticket(unit, number, undone=command.undone)
    return Said("the clocks are right", command.tickets)


def keep_ticket(unit: Unit, number: int, *, undone: bool = False, fired: bool = False) -> Iterator[Event]:
    """Let a ticket's clocks follow from its life as it now is; what changed of them, as events. `fired`: its timer has
    gone off, and is to be set again."""
    ticket = unit.find_ticket(number)
    if ticket is None:
        return
    life = read(unit.levels.history(number, KINDS))
    if life is not None and ticket.status not in FINAL:
        policy = unit.levels.book.match(facts_of(unit, ticket))
        if policy != life.policy:
            version = None if policy is None else unit.levels.book.policies[policy][-1].version
            yield le.PolicyApplied(number, policy, version)
            life = read(unit.levels.history(number, KINDS))
    before = dict(unit.levels.clocks(number))
    after = {} if life is None else work_out(number, life, unit.levels.book, unit.now)
    for key, old in before.items():
        if key not in after:
            unit.levels.remove(old)
            yield le.Withdraw(number, *key)
    for key, clock in after.items():
        known = before.get(key)
        if known is None or known.fulfilled_at is None or _from_to(known) != _from_to(clock):
            kept = replace(clock, fired=_still_fired(clock, known, unit, undone))
            reopened = known is not None and life is not None and _reopened(known, life)
            yield from _changed(unit, known, kept, reopened)
    yield from _set_due(unit, ticket, None if fired else _next(before.values()), fired)


def _from_to(clock: Clock) -> tuple[datetime, datetime | None]:
    """What is done with stays as it was, unless what began or ended it is no longer there."""
    return clock.started_at, clock.fulfilled_at


def facts_of(unit: Unit, ticket: Ticket) -> Facts:
    contact = unit.contact(ticket.contact)
    while contact.merged_into is not None:
        contact = unit.contact(contact.merged_into)
    return Facts(
        team=ticket.team,
        channel=ticket.channel,
        priority=ticket.priority,
        tags=ticket.tags,
        tier=contact.tier,
        org=contact.org,
        language=ticket.language,
    )


def _still_fired(clock: Clock, known: Clock | None, unit: Unit, undone: bool) -> tuple[str, ...]:
    """Once per level; but what fired only because of what is now taken back has yet to come."""
    if known is None or not known.fired or not undone:
        return () if known is None else known.fired
    ahead = {str(r.level) for r in to_come(clock, unit.levels.book) if r.at > unit.now}
    return tuple(level for level in known.fired if level not in ahead)


def _reopened(known: Clock, life: Life) -> bool:
    """Whether what had settled it still stands, and the ticket went on all the same."""
    return any(state.at == known.fulfilled_at and state.value in DONE for state in life.states)


def _changed(unit: Unit, old: Clock | None, new: Clock, reopened: bool) -> Iterator[Event]:
    """From one state of a clock to the next."""
    number, (metric, instance) = new.ticket, new.key
    late = new.breached_at is not None and unit.now - new.breached_at > LATE_AFTER
    clock, levels = _fired(unit, new)
    if clock != old:
        unit.levels.put(clock)
    rule = {
        "due": new.due_at,
        "target": new.target.total_seconds() if new.target is not None else None,
        "policy": new.policy,
        "version": new.version,
        "calendar": new.calendar,
    }
    if old is None:
        yield le.Activate(number, metric, instance, new.started_at, **rule)  # type: ignore[arg-type]
    elif old.fulfilled_at is not None and new.fulfilled_at is None and not reopened:
        yield le.Unfulfil(number, metric, instance, new.due_at)
    elif old.state is not ClockState.RUNNING and new.state is ClockState.RUNNING:
        yield le.Resume(number, metric, instance, new.due_at)
    if old is not None and new.fulfilled_at is None and _ruled_otherwise(old, new):
        yield le.Retarget(number, metric, instance, **rule)  # type: ignore[arg-type]
    if new.breached_at is not None and (old is None or old.breached_at is None):
        yield le.Breach(number, metric, instance, new.breached_at, late)
    elif new.breached_at is None and old is not None and old.breached_at is not None:
        yield le.Unbreach(number, metric, instance)
    if new.fulfilled_at is not None:
        yield le.Fulfill(number, metric, instance, new.fulfilled_at, new.breached_at is None)
    elif new.state is ClockState.PAUSED and (old is None or old.state is not ClockState.PAUSED or old.why != new.why):
        yield le.Pause(number, metric, instance, new.why or "")
    yield from levels


def _ruled_otherwise(old: Clock, new: Clock) -> bool:
    if (old.target, old.policy, old.version, old.calendar, old.by_hand) != (
        new.target,
        new.policy,
        new.version,
        new.calendar,
        new.by_hand,
    ):
        return True
    running = old.state is new.state is ClockState.RUNNING
    return running and old.due_at != new.due_at


def _fired(unit: Unit, clock: Clock) -> tuple[Clock, list[Event]]:
    """The clock with the levels that it has passed, and what that means: for the highest alone, however many."""
    book = unit.levels.book
    reached = passed(clock, book, unit.now)
    if not reached:
        return with_next(clock, book), []
    at, level = reached[-1]
    late = is_late(clock, at, unit.now)
    done = with_next(replace(clock, fired=(*clock.fired, *(str(r.level) for r in reached))), book)
    events: list[Event] = []
    told = level if level in warnings_of(clock, book) else BREACH
    if told == level or any(r.level == BREACH for r in reached):  # of a breach people hear, whatever else has passed
        events.append(le.Warn(clock.ticket, clock.metric, clock.instance, str(told), clock.due_at, late))
    if clock.policy is not None and clock.version is not None and steps_of(clock, book, str(level)):
        step = le.Step(clock.ticket, clock.metric, clock.instance, str(level), clock.policy, clock.version, late)
        events.append(step)
    return done, events


def fire(unit: Unit, number: int) -> Iterator[Event]:
    """A timer has gone off: clocks that reached a level say so. Only what a new book may have changed is worked out
    anew, so that a thousand at once cost little."""
    clocks = list(unit.levels.clocks(number).values())
    ticket = unit.find_ticket(number)
    if ticket is None:
        return
    if any(c.edition != unit.levels.book.edition for c in clocks if c.fulfilled_at is None):
        yield from keep_ticket(unit, number, fired=True)
        return
    for clock in clocks:
        if clock.next_at is None or clock.next_at > unit.now:
            continue
        due = clock.due_at
        if due is not None and due <= unit.now and clock.breached_at is None:
            breached = max(due, clock.ruled_since, clock.since)
            clock = replace(clock, breached_at=breached)
            late = unit.now - breached > LATE_AFTER
            yield le.Breach(number, clock.metric, clock.instance, breached, late)
        done, events = _fired(unit, clock)
        unit.levels.put(done)
        yield from events
    yield from _set_due(unit, ticket, None, True)


def keep_all(unit: Unit, after: int = 0) -> Steps:
    """The book has changed: let the clocks of all active tickets follow, some now and the rest a little later."""
    numbers = unit.levels.active_after(after, AT_ONCE)
    unit.load_tickets(numbers)
    unit.levels.load(numbers, KINDS)
    for number in numbers:
        yield from keep_ticket(unit, number)
    if len(numbers) == AT_ONCE:
        key = TimerKind.SLA_BOOK.value
        unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.SLA_BOOK, unit.now, key, numbers[-1]))
    return Said(f"the clocks of {len(numbers)} tickets are right")


def _next(clocks: Iterable[Clock]) -> datetime | None:
    return min((c.next_at for c in clocks if c.next_at is not None), default=None)


def _set_due(unit: Unit, ticket: Ticket, timed: datetime | None, fired: bool) -> Iterator[Event]:
    """The ticket's place in the queue and its one timer follow its clocks. `timed`: for when the timer is set."""
    clocks = unit.levels.clocks(ticket.number).values()
    due = min((c.due_at for c in clocks if c.due_at and c.state is ClockState.RUNNING), default=None)
    following = _next(clocks)
    key = f"{TimerKind.SLA}:{ticket.number}"
    if following is None:
        if timed is not None:
            unit.drop_timer(key)
    elif fired or following != timed:
        unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.SLA, following, key, ticket.number))
    if due != ticket.due_at:
        yield le.DueChanged(ticket.number, ticket.due_at, due)


HANDLERS: dict[type[Command], Handler] = {KeepClocks: keep}
