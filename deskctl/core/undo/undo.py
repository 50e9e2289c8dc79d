"""Undo all commands of one invocation, with everything that followed from them, or none.

A change that was itself made in portions, such as the deactivation of an agent with many tickets, is undone in portions
too: at once what it changed outside tickets and its first portion, then a timer undoes one portion after another.
`check` decides about all portions; it comes first. Later portions leave tickets as they are that someone changed
meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ...dataclass import dataclass
from ...errors import DeskctlError, NotFound, Refused
from ...i18n import Text, _, joined
from ..kernel.actor import Actor
from ..kernel.command import audience_of
from ..kernel.event import KINDS, Event
from ..kernel.events import Undone
from ..kernel.feature import Restorer
from ..kernel.handler import By, Steps
from ..kernel.outcome import Outcome
from ..kernel.permissions import Audience
from ..kernel.records import CommandRecord, RecordedEvent
from ..kernel.timers import Timer, TimerKind
from ..kernel.undo import Cannot, Follows, Hindrance, Restore, Undoable
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .commands import ListCommands, Undo
from .summaries import described

#: The timer of the next portion to undo. Its key holds the undo, the first portion and the next one.
PORTION: Final = TimerKind("undo_portion")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One shell command: its commands, oldest first, and their events in order.

    `portions` are further commands, which continue the first one and change only tickets. Their events are not loaded,
    because there can be very many.
    """

    commands: Sequence[CommandRecord]
    events: Sequence[RecordedEvent]
    portions: Sequence[CommandRecord] = ()

    @property
    def all_commands(self) -> Sequence[CommandRecord]:
        return (*self.commands, *self.portions)

    @property
    def last(self) -> CommandRecord:
        return self.all_commands[-1]

    @property
    def words(self) -> Text:
        """The summary in the past tense: "solved tickets 2, 3 and 4"."""
        return described(self.commands, self.events)

    @property
    def tickets(self) -> list[int]:
        """The tickets that it changed outside its portions, without changes that only follow from other events."""
        changed = (r.event for r in self.events if not r.event.is_consequence)
        return sorted({event.ticket for event in changed if event.ticket is not None})


def undo(unit: Unit, command: Undo, actor: Actor, restorers: Mapping[type[Restore], Restorer]) -> Steps:
    """Undo an invocation. If there are portions, decide about the first one only and schedule the others; a dry run
    decides about all.
    """
    records = _chosen(unit, command.command, actor)
    invocation = _with_events(unit, records)
    _check(unit, command, invocation, portions=unit.dry_run)
    yield from _inverse(unit, invocation, restorers)
    for record in records:
        unit.mark_undone(record.id)
    if invocation.portions:
        _schedule(unit, unit.command_id, invocation.portions[0].id, invocation.portions[-1].id)
    words = invocation.words
    summary = _("would undo: {did}", did=words) if unit.dry_run else _("undone: {did}", did=words)
    facts = {"undone": records[-1].id, "commands": [record.id for record in records]}
    numbers = _all_tickets(unit, invocation) if unit.dry_run else invocation.tickets
    if unit.dry_run:
        Tickets.of(unit).load(numbers)  # the outcome has their subjects
    return Outcome(summary, tuple(numbers), facts)


def check(unit: Unit, command: Undo, actor: Actor) -> None:
    """Raise DeskctlError if an undo is not possible now, with all of its portions. It is fast for any number of
    portions.
    """
    _check(unit, command, _with_events(unit, _chosen(unit, command.command, actor)), portions=True)


def _check(unit: Unit, command: Undo, invocation: Invocation, *, portions: bool) -> None:
    """Raise Refused if an invocation cannot be undone. `portions`: decide about its portions, too."""
    found = hindrance(unit, invocation, portions=portions)
    if found is None:
        return
    facts = {"command": invocation.last.id, "did": invocation.words, "why": found.why}
    if command.command is not None:
        raise Refused(_("command {command} ({did}) cannot be undone: {why}", **facts), found.instead)
    older = _("deskctl undo --list shows earlier commands")
    raise Refused(
        _("your last command {command} ({did}) cannot be undone: {why}", **facts),
        joined("; ", (found.instead, older)) if found.instead else older,
    )


def undo_portion(unit: Unit, timer: Timer, restorers: Mapping[type[Restore], Restorer]) -> Steps:
    """Handle the timer of an undo in portions: undo the next portion in the name of the agent or user."""
    _kind, undo_id, first, last = timer.key.split(":")
    started, record = unit.source.command(int(undo_id)), unit.source.command(int(last))
    if started is None or record is None or record.invocation is None:
        return Outcome(_("nothing is due"))
    unit.continue_command(started)
    portion = _with_events(unit, [record])
    Tickets.of(unit).load(portion.tickets)
    kept = _hindered_tickets(unit, portion)
    portion = Invocation([record], [each for each in portion.events if each.event.ticket not in kept])
    for step in _inverse(unit, portion, restorers):
        yield step if isinstance(step, By) else By(step, started.actor)
    before = unit.source.command_before(record)
    if before is not None and before >= int(first):
        _schedule(unit, started.id, int(first), before)
    return Outcome(_("undone: {did}", did=portion.words), tuple(portion.tickets))


def _portions(unit: Unit, records: Sequence[CommandRecord]) -> Sequence[CommandRecord]:
    """Return the commands that continue the first one and change only tickets: they are undone in portions."""
    first, *others = records
    if not others or any(record.name != first.name for record in others):
        return []
    return others if unit.source.commands_beyond_tickets([r.id for r in records]) == {first.id} else []


def _schedule(unit: Unit, undo_id: int, first: int, last: int) -> None:
    """Set the timer that undoes the portions of the commands from `first` to `last`, beginning with the last one."""
    key = f"{PORTION}:{undo_id}:{first}:{last}"
    unit.set_timer(Timer(unit.source.next_id("timers"), PORTION, unit.now, key))


def _inverse(unit: Unit, invocation: Invocation, restorers: Mapping[type[Restore], Restorer]) -> Iterator[Event | By]:
    """Yield the events that undo an invocation, and record that it was undone."""
    # Agents, contacts and policies come first: a ticket may go back to an agent who has to be reactivated before.
    apart = [r for r in reversed(invocation.events) if r.event.ticket is None]
    on_tickets = [r for r in reversed(invocation.events) if r.event.ticket is not None]
    for recorded in (*apart, *on_tickets):
        for step in recorded.event.inverse(unit, recorded):
            if isinstance(step, Restore):
                yield from restorers[type(step)](unit, step)
            else:
                yield step
    by_command: dict[int, list[RecordedEvent]] = {}
    for recorded in invocation.events:
        by_command.setdefault(recorded.command, []).append(recorded)
    for record in invocation.commands:
        undone = Invocation([record], by_command.get(record.id, []))
        numbers: Sequence[int | None] = undone.tickets or (None,)
        for number in numbers:
            yield Undone(number, record.id)


def list_commands(unit: Unit, command: ListCommands, actor: Actor) -> Steps:
    """List the actor's latest commands, newest first, and whether they can be undone. Changes nothing."""
    yield from ()
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()
    latest = [record for own in (actor, *unit.aliases) for record in unit.source.latest_commands(own, command.limit)]
    for record in sorted(latest, key=lambda record: record.id, reverse=True):
        if record.id not in seen and len(rows) < command.limit:
            invocation = _invocation(unit, record, everything=True)
            seen.update(r.id for r in invocation.all_commands)
            rows.append(_row(unit, invocation))
    return Outcome("" if rows else _("you have not changed anything yet"), facts={"commands": rows})


def _row(unit: Unit, invocation: Invocation) -> dict[str, Any]:
    undone = all(record.undone for record in invocation.all_commands)
    found = None if undone else hindrance(unit, invocation)
    return {
        "command": invocation.last.id,
        "at": invocation.last.at.isoformat().replace("+00:00", "Z"),
        "did": invocation.words,
        "tickets": _all_tickets(unit, invocation),
        "state": _("undone") if undone else _("cannot be undone") if found is not None else _("can be undone"),
        "why": None if found is None else found.why,
        "instead": None if found is None else found.instead or None,
    }


def _chosen(unit: Unit, number: int | None, actor: Actor) -> list[CommandRecord]:
    """Return the commands of the invocation to undo."""
    if number is None:
        own = [found for each in (actor, *unit.aliases) if (found := unit.source.last_command(each)) is not None]
        if not own:
            raise DeskctlError(_("you have nothing to undo"), _("deskctl undo --list shows your commands"))
        return _commands(unit, max(own, key=lambda record: record.id))
    record = unit.source.command(number)
    if record is None:
        raise NotFound(
            _("no command {number}", number=number), _("deskctl undo --list shows your commands with their numbers")
        )
    if record.actor not in (actor, *unit.aliases):
        raise Refused(_("command {number} is not yours", number=number), _owner_hint(record.actor))
    if record.undone:
        raise Refused(
            _("command {number} was already undone", number=number), _("deskctl undo --list shows what can be undone")
        )
    if record.name == Undo.__name__:
        raise Refused(
            _("command {number} is an undo, which cannot be undone", number=number), _("run the command again")
        )
    return _commands(unit, record)


def _owner_hint(actor: Actor) -> str:
    """Return a hint that names the agent who can undo a command of `actor`, if there is one."""
    if actor.handle is not None:
        return _("{agent} can undo it", agent=actor.handle)
    return _("deskctl undo --list shows your commands")


def _commands(unit: Unit, record: CommandRecord, *, everything: bool = False) -> list[CommandRecord]:
    """Return the commands of the invocation that a command belongs to; `everything` includes those that were undone."""
    records = [record]
    if record.invocation is not None:
        found = unit.source.commands_of(record.invocation, record.actor)
        records = [r for r in found if r.name != Undo.__name__]
    open_ones = [r for r in records if not r.undone]
    return records if everything and not open_ones else open_ones


def _with_events(unit: Unit, records: Sequence[CommandRecord]) -> Invocation:
    """Return the invocation of these commands, with their events except those of its portions."""
    portions = _portions(unit, records)
    others = records[: len(records) - len(portions)]
    events = [e for r in others for e in unit.source.events_of_command(r.id)]
    return Invocation(others, sorted(events, key=lambda r: r.id), portions)


def _invocation(unit: Unit, record: CommandRecord, *, everything: bool = False) -> Invocation:
    """Return the invocation that a command belongs to; `everything` includes commands that were undone."""
    return _with_events(unit, _commands(unit, record, everything=everything))


def hindrance(unit: Unit, invocation: Invocation, *, portions: bool = True) -> Hindrance | None:
    """Return why an invocation cannot be undone now, and what to do instead; None if it can. Changes nothing.

    `portions`: decide about its portions, too.
    """
    for record in invocation.all_commands:
        if not record.undoable:
            return Hindrance(_("it was recorded by an earlier version"))
        if not unit.by_owner and audience_of(record.name) is Audience.OWNER:
            return Hindrance(_("only the desk's owner may change that"), _("ask the desk's owner to undo it"))
    changes = [r for r in invocation.events if not r.event.is_consequence]
    Tickets.of(unit).load(invocation.tickets)
    if not changes:
        only = next((r.event.undo for r in invocation.events if isinstance(r.event.undo, Follows)), None)
        return Hindrance(_("it changed nothing")) if only is None else Hindrance(only.why, only.instead)
    for recorded in (*changes, *(_hinderable(unit, invocation.portions) if portions else ())):
        found = recorded.event.hindrance(unit, recorded)
        if found is not None:
            several = (invocation.portions or len(invocation.tickets) > 1) and recorded.event.ticket is not None
            if several:
                return Hindrance(
                    _("ticket {number}: {why}", number=recorded.event.ticket, why=found.why), found.instead
                )
            return found
    return _touched_since(unit, invocation, invocation.all_commands if portions else invocation.commands)


def _hinderable(unit: Unit, portions: Sequence[CommandRecord]) -> Sequence[RecordedEvent]:
    """Return the events of portions whose class can prevent an undo."""
    if not portions:
        return ()
    kinds = _kinds(
        lambda event: (
            isinstance(event.undo, Cannot)
            or (isinstance(event.undo, Undoable) and event.hindrance is not Event.hindrance)
        )
    )
    found = unit.source.events_of_kinds([record.id for record in portions], kinds)
    Tickets.of(unit).load({r.event.ticket for r in found if r.event.ticket is not None})
    return found


def _all_tickets(unit: Unit, invocation: Invocation) -> Sequence[int]:
    """Return the tickets that an invocation changed, in all portions."""
    if not invocation.portions:
        return invocation.tickets
    changed = unit.source.changed_tickets([record.id for record in invocation.portions], _consequences())
    return sorted({*invocation.tickets, *changed})


def _kinds(holds: Callable[[type[Event]], bool]) -> list[str]:
    return sorted(kind for kind, event in KINDS.items() if holds(event))


def _consequences() -> list[str]:
    """Return the kinds of events that follow from others."""
    return _kinds(lambda event: isinstance(event.undo, Follows))


def _touched_since(unit: Unit, invocation: Invocation, commands: Sequence[CommandRecord]) -> Hindrance | None:
    """Return a hindrance if people changed the tickets of these commands later and did not undo that."""
    for later, record in _later_changes(unit, commands):
        number = later.event.ticket
        if record.actor == invocation.last.actor:
            other = _invocation(unit, record)
            why = _(
                "you changed ticket {number} later, with command {command} ({did})",
                number=number,
                command=record.id,
                did=other.words,
            )
            return Hindrance(why, _("undo that first: deskctl undo {command}", command=record.id))
        who = _("the customer") if later.event.by_customer else later.actor.partition(":")[2]
        event = later.event.kind.replace("_", " ")
        why = _("{who} changed ticket {number} later ({event})", who=who, number=number, event=event)
        return Hindrance(why, _("deskctl log {number} shows what happened", number=number))
    return None


def _hindered_tickets(unit: Unit, invocation: Invocation) -> set[int]:
    """Return the tickets on which an invocation cannot be undone now."""
    found = {later.event.ticket for later, _record in _later_changes(unit, invocation.commands)}
    changes = (r for r in invocation.events if not r.event.is_consequence)
    found |= {r.event.ticket for r in changes if r.event.hindrance(unit, r) is not None}
    return {number for number in found if number is not None}


def _later_changes(unit: Unit, commands: Sequence[CommandRecord]) -> Iterator[tuple[RecordedEvent, CommandRecord]]:
    """Yield what people changed later on the tickets of commands of one invocation and did not undo, by ticket.
    Consequences do not count, and neither do changes by the invocation itself.
    """
    ours = commands[-1]
    records: dict[int, CommandRecord | None] = {}
    by_customer = _kinds(lambda event: event.by_customer)
    found = unit.source.later_changes([record.id for record in commands], _consequences(), by_customer)
    for later in filter(_by_someone, found):
        if later.command not in records:
            records[later.command] = unit.source.command(later.command)
        record = records[later.command]
        if record is None or record.undone or record.name == Undo.__name__:
            continue
        if record.invocation is None or (record.invocation, record.actor) != (ours.invocation, ours.actor):
            yield later, record


def _by_someone(recorded: RecordedEvent) -> bool:
    """Return True if a person caused the event: an agent, the owner or a customer, not a timer."""
    event: Event = recorded.event
    if event.is_consequence:
        return False
    if event.by_customer and getattr(event, "automatic", None) is not None:
        return False
    return event.by_customer or recorded.actor.partition(":")[0] in ("agent", "user")
