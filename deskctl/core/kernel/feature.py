"""The declaration that a feature package makes in its `feature.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from ...dataclass import dataclass
from .actor import Actor
from .command import Command
from .event import Event
from .handler import By, Handler, Steps
from .records import RecordedEvent
from .timers import Timer, TimerKind
from .undo import Restore
from .unit import Unit

#: Puts back the state that a `Restore` holds, as events.
Restorer = Callable[[Unit, Any], Iterator[Event | By]]
#: Handles a timer that is due; the timer is already removed.
TimerHandler = Callable[[Unit, Timer], Steps]

#: Changes the state that follows from an event.
Projection = Callable[[Unit, RecordedEvent], None]
#: Gets a command, its actor and all events that followed from it.
Observer = Callable[[Unit, Command, Actor, Sequence[RecordedEvent]], None]


@dataclass(frozen=True, slots=True)
class Reaction:
    """Commands that follow from an event: notifications, timers, changes in another feature.

    `follow(unit, event, actor, cause)` yields them; `cause` is the command that the event belongs to. They run as
    the actor `system:NAME`; the name is stored with their events.
    """

    name: str
    follow: Callable[[Unit, Event, Actor, Command], Iterator[Command]]


@dataclass(frozen=True, slots=True)
class Consequence:
    """Commands that run after a command and all its reactions, because they depend on the final state.

    `follow(unit, events, undone)` returns the command, or None; `undone` is true during an undo.
    """

    name: str
    follow: Callable[[Unit, Sequence[RecordedEvent], bool], Command | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: the commands that it handles, and what it does because of events and timers.

    `projections` run for each event as it is recorded, `observers` after each command. `preload` loads in bulk what the
    feature's timers need: it gets the numbers of their tickets. `undo_timers` are the kinds of timers that continue an
    undo.
    """

    name: str
    handlers: Mapping[type[Command], Handler] = field(default_factory=dict)
    reactions: tuple[Reaction, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    restorers: Mapping[type[Restore], Restorer] = field(default_factory=dict)
    projections: tuple[Projection, ...] = ()
    observers: tuple[Observer, ...] = ()
    timers: Mapping[TimerKind, TimerHandler] = field(default_factory=dict)
    undo_timers: frozenset[TimerKind] = frozenset()
    preload: Callable[[Unit, Collection[int]], None] | None = None
