"""The one door: every change, whoever asks for it, is a command that comes through `execute`."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..errors import UsageError
from . import timers_due as clockwork
from .agents import administration as staff
from .answers import automatic_answer as answering
from .calendars import administration as calendars
from .contacts import edit as contacts
from .contacts import erasure as erasing
from .contacts import linking
from .delivery import acknowledgements as acknowledging
from .delivery import outcomes as delivery
from .intake import quarantine
from .intake import receive as intake
from .kernel import jobs
from .kernel.actor import Actor
from .kernel.command import Command
from .kernel.handler import By, Handler, Said
from .kernel.unit import Unit
from .messages import reparse as rereading
from .messages import reply as replying
from .messages import spam, unseen
from .notifications import notify
from .reactions import REACTIONS
from .routing import distribute as running
from .routing import presence
from .shifts import administration as shifts
from .sla import actions as steps
from .sla import administration as setting_up
from .sla import due_times as promising
from .sla import recalculate as keeping
from .tickets import approvals as approving
from .tickets import assignment as assigning
from .tickets import calls, fields
from .tickets import creation as opening
from .tickets import merge as merging
from .tickets import split as splitting
from .tickets import status as work
from .undo import undo as undoing
from .undo.commands import Undo

HANDLERS: dict[type[Command], Handler] = {
    **work.HANDLERS,
    **assigning.HANDLERS,
    **fields.HANDLERS,
    **opening.HANDLERS,
    **replying.HANDLERS,
    **merging.HANDLERS,
    **splitting.HANDLERS,
    **undoing.HANDLERS,
    **intake.HANDLERS,
    **quarantine.HANDLERS,
    **delivery.HANDLERS,
    **notify.HANDLERS,
    **clockwork.HANDLERS,
    **unseen.HANDLERS,
    **acknowledging.HANDLERS,
    **answering.HANDLERS,
    **rereading.HANDLERS,
    **spam.HANDLERS,
    **staff.HANDLERS,
    **contacts.HANDLERS,
    **linking.HANDLERS,
    **erasing.HANDLERS,
    **calls.HANDLERS,
    **keeping.HANDLERS,
    **steps.HANDLERS,
    **calendars.HANDLERS,
    **setting_up.HANDLERS,
    **promising.HANDLERS,
    **shifts.HANDLERS,
    **running.HANDLERS,
    **presence.HANDLERS,
    **approving.HANDLERS,
}

#: How far reactions may lead from the command that started them; further is a fault of ours.
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command. `command` is its number, None when nothing changed; `said` is for people."""

    command: int | None
    changed: bool
    said: str
    tickets: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def execute(unit: Unit, command: Command, actor: Actor) -> Result:
    """Carry `command` out in `unit`, and whatever follows from it, until all is quiet.

    The reactions' commands belong to the same numbered command, so that `undo` takes them back too. Raises
    DeskctlError; the unit is then to be thrown away.
    """
    number = unit.begin(type(command).__name__, actor, command.undoable)
    before = len(unit.changes.events)
    said = _settle(unit, command, actor)
    changed = len(unit.changes.events) > before
    jobs.note(unit, command, actor, unit.changes.events[before:])
    return Result(number if changed else None, changed, said.text, said.tickets, said.facts)


def _settle(unit: Unit, command: Command, actor: Actor) -> Said:
    first: Said | None = None
    queue: deque[tuple[Command, Actor, int]] = deque([(command, actor, 0)])
    happened = unit.changes.events
    settled, depth = len(happened), 0
    while queue:
        current, by, depth = queue.popleft()
        events, said = _run(unit, current, by)
        first = first or said
        if depth < MAX_DEPTH:
            queue.extend((follower, system, depth + 1) for follower, system in _followers(unit, current, events))
        if not queue and depth < MAX_DEPTH and settled < len(happened):
            # Clocks come last: what they ask for is judged by all that the rest has made of the tickets.
            last = keeping.following(unit, happened[settled:], isinstance(command, Undo))
            settled = len(happened)
            if last is not None:
                queue.append((last, Actor.system("sla"), depth + 1))
    assert first is not None
    return first


def _run(unit: Unit, command: Command, actor: Actor) -> tuple[list[By], Said]:
    """Record the events of one handler, one by one, as it yields them."""
    handler = HANDLERS.get(type(command))
    if handler is None:
        raise UsageError(f"the desk does not know the command {type(command).__name__}")
    events: list[By] = []
    steps = handler(unit, command, actor)
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            said: Said = stop.value
            return events, said
        by = step if isinstance(step, By) else By(step, actor)
        unit.record(by.event, by.actor)
        events.append(by)


def _followers(unit: Unit, cause: Command, events: list[By]) -> list[tuple[Command, Actor]]:
    """What the reactions answer. When something is taken back they keep the timers right, but nobody is told."""
    followers = [
        (command, Actor.system(reaction.__name__))
        for event, actor in events
        for reaction in REACTIONS
        for command in reaction(unit, event, actor, cause)
    ]
    return [] if isinstance(cause, Undo) else followers
