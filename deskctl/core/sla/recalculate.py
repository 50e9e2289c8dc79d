"""Recalculate SLA clocks after a command changed tickets, after a policy changed, and when a timer is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

from ...dataclass import dataclass
from ...i18n import _, _n
from ..contacts.repository import Contacts
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.records import RecordedEvent
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..messages.events import NoteAdded
from ..notifications.events import AgentNotified
from ..routing import events as routing_events
from ..tickets.events import (
    Assigned,
    FollowerAdded,
    FollowerRemoved,
    FormerAssignee,
    Mentions,
    SpamPurged,
    StatusChanged,
    TicketGivenBack,
)
from ..tickets.model import FINAL, Status, Ticket
from ..tickets.repository import Tickets
from . import events as sla_events
from .clocks import Clock, ClockState, calculate_clocks
from .conditions import TicketFacts
from .policy import BREACH
from .repository import Sla
from .spans import DONE
from .thresholds import (
    LATE_AFTER,
    actions_at,
    due_thresholds,
    is_late,
    upcoming,
    warning_thresholds,
    with_next_threshold,
)
from .ticket_history import HISTORY_KINDS, TicketHistory, read_history

#: Events that never affect SLA clocks or policies.
_IRRELEVANT = (
    *(AgentNotified, Assigned, FollowerAdded, FollowerRemoved, Mentions, NoteAdded, SpamPurged),
    *(routing_events.Routed, TicketGivenBack, FormerAssignee),
    sla_events.SlaEvent,
)

#: The next threshold of a ticket.
SLA: Final = TimerKind("sla")
#: Recalculates the clocks of all tickets in parts.
SLA_BOOK: Final = TimerKind("sla_book")

#: SLA clocks treat these statuses the same.
_ACTIVE = frozenset({Status.NEW, Status.OPEN})


#: The number of tickets that are recalculated in one transaction after the policy book changed.
BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class RecalculateClocks(Command):
    """Recalculate the clocks of tickets that a command changed.

    `undone`: the command was an undo, so thresholds that are ahead again can fire again.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    tickets: tuple[int, ...]
    undone: bool = False


def recalculation_after(unit: Unit, recorded: Sequence[RecordedEvent], undone: bool) -> Command | None:
    """Return the command that recalculates the clocks after these events; None if there is nothing to recalculate."""
    touched = {r.event.ticket: None for r in recorded if _affects_clocks(r.event)}
    numbers = tuple(number for number in touched if number is not None)
    if not numbers or not Sla.of(unit).book.used:
        return None
    return RecalculateClocks(numbers, undone)


def _affects_clocks(event: Event) -> bool:
    if isinstance(event, StatusChanged) and {event.old, event.new} <= _ACTIVE:
        return False
    return not isinstance(event, _IRRELEVANT)


def recalculate(unit: Unit, command: RecalculateClocks, actor: Actor) -> Steps:
    Sla.of(unit).load(command.tickets, HISTORY_KINDS)
    for number in command.tickets:
        yield from recalculate_ticket(unit, number, undone=command.undone)
    return Outcome(_("clocks recalculated"), command.tickets)


def recalculate_ticket(unit: Unit, number: int, *, undone: bool = False, fired: bool = False) -> Iterator[Event]:
    """Recalculate a ticket's clocks from its history and yield the changes as events.

    `fired`: the ticket's timer was due, so it has to be set again.
    """
    ticket = Tickets.of(unit).find(number)
    if ticket is None:
        return
    history = read_history(Sla.of(unit).history(number, HISTORY_KINDS))
    if history is not None and ticket.status not in FINAL:
        policy = Sla.of(unit).book.match(facts_of(unit, ticket))
        if policy != history.policy:
            version = None if policy is None else Sla.of(unit).book.policies[policy][-1].version
            yield sla_events.PolicyApplied(number, policy, version)
            history = read_history(Sla.of(unit).history(number, HISTORY_KINDS))
    before = dict(Sla.of(unit).clocks(number))
    after = {} if history is None else calculate_clocks(number, history, Sla.of(unit).book, unit.now)
    for key, old in before.items():
        if key not in after:
            Sla.of(unit).remove(old)
            yield sla_events.ClockWithdrawn(number, *key)
    for key, clock in after.items():
        known = before.get(key)
        if known is None or known.fulfilled_at is None or _start_and_end(known) != _start_and_end(clock):
            updated = replace(clock, fired=_still_fired(clock, known, unit, undone))
            reopened = known is not None and history is not None and _reopened(known, history)
            yield from _changed(unit, known, updated, reopened)
    yield from _set_due(unit, ticket, None if fired else _next(before.values()), fired)


def _start_and_end(clock: Clock) -> tuple[datetime, datetime | None]:
    """Return start and end of a clock. A fulfilled clock is recalculated only if one of them changes."""
    return clock.started_at, clock.fulfilled_at


def facts_of(unit: Unit, ticket: Ticket) -> TicketFacts:
    contact = Contacts.of(unit).get(ticket.contact)
    while contact.merged_into is not None:
        contact = Contacts.of(unit).get(contact.merged_into)
    return TicketFacts(
        team=ticket.team,
        channel=ticket.channel,
        priority=ticket.priority,
        tags=ticket.tags,
        tier=contact.tier,
        org=contact.org,
        language=ticket.language,
        fields=ticket.fields,
    )


def _still_fired(clock: Clock, known: Clock | None, unit: Unit, undone: bool) -> tuple[str, ...]:
    """Return the thresholds that stay fired. Each fires once, but after an undo those that are ahead again can fire."""
    if known is None or not known.fired or not undone:
        return () if known is None else known.fired
    ahead = {str(r.threshold) for r in upcoming(clock, Sla.of(unit).book) if r.at > unit.now}
    return tuple(threshold for threshold in known.fired if threshold not in ahead)


def _reopened(known: Clock, history: TicketHistory) -> bool:
    """Return True if the status change that fulfilled the clock is still in the history, so the ticket was reopened."""
    return any(state.at == known.fulfilled_at and state.value in DONE for state in history.states)


def _changed(unit: Unit, old: Clock | None, new: Clock, reopened: bool) -> Iterator[Event]:
    """Store the new state of a clock and yield the events that lead from the old state to it."""
    number, (metric, instance) = new.ticket, new.key
    late = new.breached_at is not None and unit.now - new.breached_at > LATE_AFTER
    clock, threshold_events = _fired(unit, new)
    if clock != old:
        Sla.of(unit).put(clock)
    rule = {
        "due": new.due_at,
        "target": new.target.total_seconds() if new.target is not None else None,
        "policy": new.policy,
        "version": new.version,
        "calendar": new.calendar,
    }
    if old is None:
        yield sla_events.ClockStarted(number, metric, instance, new.started_at, **rule)  # type: ignore[arg-type]
    elif old.fulfilled_at is not None and new.fulfilled_at is None and not reopened:
        yield sla_events.ClockUnfulfilled(number, metric, instance, new.due_at)
    elif old.state is not ClockState.RUNNING and new.state is ClockState.RUNNING:
        yield sla_events.ClockResumed(number, metric, instance, new.due_at)
    if old is not None and new.fulfilled_at is None and _rule_changed(old, new):
        yield sla_events.ClockRetargeted(number, metric, instance, **rule)  # type: ignore[arg-type]
    if new.breached_at is not None and (old is None or old.breached_at is None):
        yield sla_events.ClockBreached(number, metric, instance, new.breached_at, late)
    elif new.breached_at is None and old is not None and old.breached_at is not None:
        yield sla_events.ClockUnbreached(number, metric, instance)
    if new.fulfilled_at is not None:
        yield sla_events.ClockFulfilled(number, metric, instance, new.fulfilled_at, new.breached_at is None)
    elif new.state is ClockState.PAUSED and (old is None or old.state is not ClockState.PAUSED or old.why != new.why):
        yield sla_events.ClockPaused(number, metric, instance, new.why or "")
    yield from threshold_events


def _rule_changed(old: Clock, new: Clock) -> bool:
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
    """Return the clock with its due thresholds marked as fired, and the events of the highest one only."""
    book = Sla.of(unit).book
    reached = due_thresholds(clock, book, unit.now)
    if not reached:
        return with_next_threshold(clock, book), []
    at, threshold = reached[-1]
    late = is_late(clock, at, unit.now)
    done = with_next_threshold(replace(clock, fired=(*clock.fired, *(str(r.threshold) for r in reached))), book)
    events: list[Event] = []
    warned = threshold if threshold in warning_thresholds(clock, book) else BREACH
    if warned == threshold or any(r.threshold == BREACH for r in reached):  # a breach is always notified
        events.append(
            sla_events.ThresholdReached(clock.ticket, clock.metric, clock.instance, str(warned), clock.due_at, late)
        )
    if clock.policy is not None and clock.version is not None and actions_at(clock, book, str(threshold)):
        step = sla_events.StepDue(
            clock.ticket, clock.metric, clock.instance, str(threshold), clock.policy, clock.version, late
        )
        events.append(step)
    return done, events


def process_thresholds(unit: Unit, number: int) -> Iterator[Event]:
    """Process a due timer of a ticket: the thresholds that its clocks have reached.

    The clocks are recalculated only if the policy book has a new edition, so that many timers at once cost little.
    """
    clocks = list(Sla.of(unit).clocks(number).values())
    ticket = Tickets.of(unit).find(number)
    if ticket is None:
        return
    if any(c.edition != Sla.of(unit).book.edition for c in clocks if c.fulfilled_at is None):
        yield from recalculate_ticket(unit, number, fired=True)
        return
    for clock in clocks:
        if clock.next_at is None or clock.next_at > unit.now:
            continue
        due = clock.due_at
        if due is not None and due <= unit.now and clock.breached_at is None:
            breached = max(due, clock.ruled_since, clock.since)
            clock = replace(clock, breached_at=breached)
            late = unit.now - breached > LATE_AFTER
            yield sla_events.ClockBreached(number, clock.metric, clock.instance, breached, late)
        done, events = _fired(unit, clock)
        Sla.of(unit).put(done)
        yield from events
    yield from _set_due(unit, ticket, None, True)


def recalculate_all(unit: Unit, after: int = 0) -> Steps:
    """Recalculate the clocks of all active tickets after the policy book changed, in batches, each by a timer."""
    numbers = Sla.of(unit).active_after(after, BATCH_SIZE)
    Tickets.of(unit).load(numbers)
    Sla.of(unit).load(numbers, HISTORY_KINDS)
    for number in numbers:
        yield from recalculate_ticket(unit, number)
    if len(numbers) == BATCH_SIZE:
        key = SLA_BOOK
        unit.set_timer(Timer(unit.source.next_id("timers"), SLA_BOOK, unit.now, key, numbers[-1]))
    return Outcome(_n("clocks of {n} ticket recalculated", "clocks of {n} tickets recalculated", len(numbers)))


def _next(clocks: Iterable[Clock]) -> datetime | None:
    return min((c.next_at for c in clocks if c.next_at is not None), default=None)


def _set_due(unit: Unit, ticket: Ticket, timed: datetime | None, fired: bool) -> Iterator[Event]:
    """Set the ticket's due time and its SLA timer from its clocks. `timed`: the time the timer is set for now."""
    clocks = Sla.of(unit).clocks(ticket.number).values()
    due = min((c.due_at for c in clocks if c.due_at and c.state is ClockState.RUNNING), default=None)
    next_at = _next(clocks)
    key = f"{SLA}:{ticket.number}"
    if next_at is None:
        if timed is not None:
            unit.drop_timer(key)
    elif fired or next_at != timed:
        unit.set_timer(Timer(unit.source.next_id("timers"), SLA, next_at, key, ticket.number))
    if due != ticket.due_at:
        yield sla_events.DueChanged(ticket.number, ticket.due_at, due)


def fire_ticket(unit: Unit, timer: Timer) -> Steps:
    """Handle the timer of a ticket's clocks."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None:
        return Outcome(_("nothing is due"))
    yield from process_thresholds(unit, ticket.number)
    return Outcome(_("recalculated the clocks of ticket {number}", number=ticket.number), (ticket.number,))


def fire_all(unit: Unit, timer: Timer) -> Steps:
    """Handle the timer that recalculates all active tickets, in portions."""
    return (yield from recalculate_all(unit, timer.ticket or 0))


def preload(unit: Unit, tickets: Collection[int]) -> None:
    """Load the clocks of tickets in bulk."""
    Tickets.of(unit).load(tickets)
    if Sla.of(unit).book.used:
        Sla.of(unit).load(tickets)


HANDLERS: dict[type[Command], Handler] = {RecalculateClocks: recalculate}
